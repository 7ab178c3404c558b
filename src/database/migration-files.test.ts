import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { fc, test as prop } from "@fast-check/vitest";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { decideMigration, packageMigrationsDirectory, readMigrationFiles } from "./migration-files.ts";

const file = (name: string, checksum = `sum of ${name}`) => ({ name, text: "select 1", checksum });
const one = file("0001_a.sql");
const two = file("0002_b.sql");
const three = file("0003_c.sql");

describe("decideMigration", () => {
  test.each([
    { files: [one, two], applied: [], next: one },
    { files: [one, two], applied: [one], next: two },
    { files: [one, two], applied: [one, two], next: undefined },
  ])("with $applied.length applied", ({ files, applied, next }) => {
    expect(decideMigration(files, applied)).toEqual(next ? { kind: "apply", migration: next } : { kind: "done" });
  });

  test("refuses a file that changed after it was applied", () => {
    expect(() => decideMigration([one, two], [{ name: one.name, checksum: "other" }])).toThrow(
      expect.objectContaining({ code: "DATABASE_MIGRATION_CHANGED" }),
    );
  });

  test("refuses when the file of an applied migration is missing", () => {
    expect(() => decideMigration([one, three], [one, two])).toThrow(
      expect.objectContaining({ code: "DATABASE_MIGRATION_CHANGED" }),
    );
  });

  test("refuses a file that came in before one that was applied", () => {
    expect(() => decideMigration([one, two, three], [one, three])).toThrow(
      expect.objectContaining({ code: "DATABASE_MIGRATION_CHANGED" }),
    );
  });

  test("refuses a database that a newer release migrated", () => {
    expect(() => decideMigration([one, two], [one, two, three])).toThrow(
      expect.objectContaining({ code: "DATABASE_NEWER" }),
    );
  });

  prop.prop([fc.integer({ min: 1, max: 20 }), fc.integer({ min: 0, max: 20 })])(
    "following it from any earlier state applies the rest in order",
    (count, start) => {
      const files = Array.from({ length: count }, (_, index) => file(`${String(index + 1).padStart(4, "0")}_x.sql`));
      const applied = files.slice(0, Math.min(start, count));

      for (let step = decideMigration(files, applied); step.kind === "apply"; step = decideMigration(files, applied)) {
        applied.push(step.migration);
      }

      expect(applied).toEqual(files);
    },
  );
});

describe("readMigrationFiles", () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(path.join(os.tmpdir(), "casare-migrations-"));
  });
  afterEach(() => rm(directory, { recursive: true }));

  test("sorts by number and gives the same checksum whatever the line ends", async () => {
    await writeFile(path.join(directory, "0002_b.sql"), "select 1;\r\nselect 2;\r\n");
    await writeFile(path.join(directory, "0001_a.sql"), "select 1;\nselect 2;\n");
    await writeFile(path.join(directory, "README.md"), "not a migration");

    const [first, second] = await readMigrationFiles(directory);

    expect([first?.name, second?.name]).toEqual(["0001_a.sql", "0002_b.sql"]);
    expect(first?.checksum).toBe(second?.checksum);
  });

  test.each([{ names: ["1_a.sql"] }, { names: ["0001_a.sql", "0001_b.sql"] }, { names: [] }])(
    "refuses the names $names",
    async ({ names }) => {
      await Promise.all(names.map((name) => writeFile(path.join(directory, name), "select 1")));

      await expect(readMigrationFiles(directory)).rejects.toMatchObject({ code: "DATABASE_MIGRATIONS_INVALID" });
    },
  );

  test("says which folder is missing", async () => {
    const missing = path.join(directory, "nowhere");

    await expect(readMigrationFiles(missing)).rejects.toMatchObject({
      code: "DATABASE_MIGRATIONS_INVALID",
      details: { directory: missing },
    });
  });

  test("finds this package's own migrations", async () => {
    const files = await readMigrationFiles(packageMigrationsDirectory());

    expect(files[0]?.name).toBe("0001_tenants.sql");
  });
});
