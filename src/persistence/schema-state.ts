import sql from "sql-template-tag";
import type { Queryable } from "../database/index.ts";

/** Name of the newest migration that was applied; undefined for a database that never was migrated. */
export async function newestMigration(db: Queryable): Promise<string | undefined> {
  const [table] = await db.query<{ exists: boolean }>(
    sql`select to_regclass('schema_migration') is not null as exists`,
  );
  if (!table?.exists) return undefined;
  const [row] = await db.query<{ name: string | null }>(
    sql`select max(name collate "C") as name from schema_migration`,
  );
  return row?.name ?? undefined;
}
