import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { messageOf } from "../core/errors.ts";
import { databaseErrors } from "./errors.ts";

export interface MigrationFile {
  /** `0001_tenants.sql`; its number orders it. */
  readonly name: string;
  readonly text: string;
  /** SHA-256 of the text with LF line ends, in hex: the same after a checkout on Windows. */
  readonly checksum: string;
}

export interface AppliedMigration {
  readonly name: string;
  readonly checksum: string;
}

export type MigrationDecision =
  | { readonly kind: "apply"; readonly migration: MigrationFile }
  | { readonly kind: "done" };

const FILE_NAME = /^\d{4}_[a-z0-9_]+\.sql$/;

/** The `migrations` folder of this package, seen from `src` as well as from `dist`. */
export function packageMigrationsDirectory(): string {
  return fileURLToPath(new URL("../../migrations", import.meta.url));
}

/** Rejects with DATABASE_MIGRATIONS_INVALID: unreadable, a strange file name, or a number used twice. */
export async function readMigrationFiles(directory: string): Promise<MigrationFile[]> {
  const invalid = (problem: string, cause?: unknown) =>
    databaseErrors.DATABASE_MIGRATIONS_INVALID({ directory, problem }, { cause });
  try {
    const names = (await readdir(directory)).filter((name) => name.endsWith(".sql")).toSorted();
    const problem = findNameProblem(names);
    if (problem !== undefined) throw invalid(problem);
    return await Promise.all(
      names.map(async (name) => {
        const text = (await readFile(path.join(directory, name), "utf8")).replaceAll("\r\n", "\n");
        return { name, text, checksum: createHash("sha256").update(text).digest("hex") };
      }),
    );
  } catch (error) {
    if (error instanceof Error && "syscall" in error) throw invalid(messageOf(error), error);
    throw error;
  }
}

function findNameProblem(names: readonly string[]): string | undefined {
  const strange = names.find((name) => !FILE_NAME.test(name));
  if (strange !== undefined) return `${strange} is not named like 0001_what.sql`;
  const twice = names.find((name, index) => index > 0 && names[index - 1]?.slice(0, 4) === name.slice(0, 4));
  if (twice !== undefined) return `the number ${twice.slice(0, 4)} is used twice`;
  return names.length === 0 ? "there are none" : undefined;
}

/**
 * What to do next, given the files of this release and what the database says it has.
 *
 * Throws DATABASE_NEWER when the database has migrations after the newest file, and DATABASE_MIGRATION_CHANGED when
 * history and files disagree.
 */
export function decideMigration(
  files: readonly MigrationFile[],
  applied: readonly AppliedMigration[],
): MigrationDecision {
  const newest = files.at(-1)?.name ?? "";
  const byName = new Map(files.map((file) => [file.name, file]));
  for (const { name, checksum } of applied) {
    if (name.slice(0, 4) > newest.slice(0, 4)) throw databaseErrors.DATABASE_NEWER({ version: name, newest });
    const file = byName.get(name);
    if (file === undefined) {
      throw databaseErrors.DATABASE_MIGRATION_CHANGED({ file: name, problem: "was applied but its file is missing" });
    }
    if (file.checksum !== checksum) {
      throw databaseErrors.DATABASE_MIGRATION_CHANGED({ file: name, problem: "was edited after it had been applied" });
    }
  }
  const last = applied.at(-1)?.name ?? "";
  const done = new Set(applied.map(({ name }) => name));
  const next = files.find(({ name }) => !done.has(name));
  if (next === undefined) return { kind: "done" };
  if (next.name < last) {
    throw databaseErrors.DATABASE_MIGRATION_CHANGED({
      file: next.name,
      problem: `was added before ${last}, which has been applied already`,
    });
  }
  return { kind: "apply", migration: next };
}
