import sql from "sql-template-tag";
import { expect, test } from "vitest";
import { openTestDatabase } from "../../test/support/postgres.ts";
import { newestMigration } from "./schema-state.ts";
import { listTenantIds } from "./tenants.ts";

test("tells the newest migration and the tenants of a migrated database, and of one that never was", async () => {
  const opened = await openTestDatabase();
  const { database } = opened;
  try {
    await database.query(sql`insert into tenant (slug, name) values ('second', 'Second')`);

    expect(await newestMigration(database)).toMatch(/^\d{4}_[a-z_]+\.sql$/);
    expect(await listTenantIds(database)).toEqual([1, 2]);
    await database.query(sql`drop table schema_migration`);
    expect(await newestMigration(database)).toBeUndefined();
  } finally {
    await opened.close();
  }
});
