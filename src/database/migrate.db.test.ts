import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import sql from "sql-template-tag";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openTestDatabase, type TestDatabase } from "../../test/support/postgres.ts";
import type { Database } from "./database.ts";
import { migrate } from "./migrate.ts";
import { openDatabase } from "./open-database.ts";

let opened: TestDatabase;
let directory: string;
beforeEach(async () => {
  opened = await openTestDatabase();
  directory = await mkdtemp(path.join(os.tmpdir(), "casare-migrations-"));
  // The template is migrated; these tests bring migrations of their own.
  await opened.database.query(sql`drop schema public cascade; create schema public`);
});
afterEach(async () => {
  await opened.close();
  await rm(directory, { recursive: true });
});

const write = (name: string, text: string) => writeFile(path.join(directory, name), text);

describe("migrate", () => {
  test("applies what is missing, in order, once", async () => {
    await write("0001_a.sql", "create table a (id int); insert into a values (1);");
    expect(await migrate(opened.database, { directory })).toEqual({ applied: ["0001_a.sql"] });
    await write("0002_b.sql", "alter table a add column more text default 'x';");
    await write("0003_c.sql", "create view b as select * from a;");

    expect(await migrate(opened.database, { directory })).toEqual({ applied: ["0002_b.sql", "0003_c.sql"] });

    expect(await migrate(opened.database, { directory })).toEqual({ applied: [] });
    expect(await opened.database.query(sql`select * from b`)).toEqual([{ id: 1, more: "x" }]);
  });

  test("four processes at once apply everything once", async () => {
    for (const number of [1, 2, 3, 4]) {
      await write(`000${number}_t.sql`, `create table t${number} (id int); select pg_sleep(0.05);`);
    }
    const pools: Database[] = [1, 2, 3, 4].map(() => openDatabase({ url: opened.url, maxConnections: 1 }));

    const results = await Promise.all(pools.map((pool) => migrate(pool, { directory })));

    const applied = results.flatMap((result) => result.applied).toSorted();
    expect(applied).toEqual(["0001_t.sql", "0002_t.sql", "0003_t.sql", "0004_t.sql"]);
    await Promise.all(pools.map((pool) => pool.close()));
  });

  test("a migration that fails is rolled back whole, is named, and those before it stay", async () => {
    await write("0001_a.sql", "create table a (id int)");
    await write("0002_b.sql", "create table b (id int); insert into nowhere values (1);");

    await expect(migrate(opened.database, { directory })).rejects.toMatchObject({
      code: "DATABASE_MIGRATION_FAILED",
      details: { file: "0002_b.sql", reason: expect.stringContaining("nowhere") },
    });

    const tables = await opened.database.query(sql`select tablename from pg_tables where schemaname = 'public'`);
    expect(tables).toEqual(expect.arrayContaining([{ tablename: "a" }]));
    expect(tables).not.toEqual(expect.arrayContaining([{ tablename: "b" }]));
  });

  test("refuses an edited migration and a database of a newer release", async () => {
    await write("0001_a.sql", "create table a (id int)");
    await write("0002_b.sql", "create table b (id int)");
    await migrate(opened.database, { directory });

    await write("0001_a.sql", "create table a (id bigint)");
    await expect(migrate(opened.database, { directory })).rejects.toMatchObject({
      code: "DATABASE_MIGRATION_CHANGED",
      details: { file: "0001_a.sql" },
    });
    await write("0001_a.sql", "create table a (id int)");
    await rm(path.join(directory, "0002_b.sql"));
    await expect(migrate(opened.database, { directory })).rejects.toMatchObject({
      code: "DATABASE_NEWER",
      details: { version: "0002_b.sql", newest: "0001_a.sql" },
    });
  });

  test("refuses a server that is too old before it changes anything", async () => {
    const old: Database = {
      ...opened.database,
      query: () => Promise.resolve([{ number: 140_011, text: "14.11" } as never]),
    };
    await write("0001_a.sql", "create table a (id int)");

    await expect(migrate(old, { directory })).rejects.toMatchObject({
      code: "DATABASE_TOO_OLD",
      details: { version: "14.11", minimum: 15 },
    });

    expect(await opened.database.query(sql`select 1 from pg_tables where schemaname = 'public'`)).toEqual([]);
  });

  test("can be aborted while another process migrates", async () => {
    await write("0001_a.sql", "create table a (id int)");
    const stop = new AbortController();
    await opened.database.withTransaction(async (transaction) => {
      await transaction.query(sql`select pg_advisory_xact_lock(7261954103)`);
      const waiting = migrate(opened.database, { directory, signal: stop.signal }).catch((error: unknown) => error);
      stop.abort();
      expect(await waiting).toMatchObject({ code: "CORE_ABORTED" });
    });
  });

  test("its own migrations make the default tenant and leave room for others", async () => {
    await migrate(opened.database);

    await opened.database.query(sql`insert into tenant (slug, name) values ('acme', 'Acme')`);

    expect(await opened.database.query(sql`select id, slug, name from tenant order by id`)).toEqual([
      { id: 1, slug: "default", name: "Default" },
      { id: 2, slug: "acme", name: "Acme" },
    ]);
  });
});
