import sql from "sql-template-tag";
import type { TenantId } from "../core/ids.ts";
import type { Queryable } from "../database/index.ts";

/** All tenants, for duties that look after everybody's data. */
export async function listTenantIds(db: Queryable): Promise<readonly TenantId[]> {
  const rows = await db.query<{ id: number }>(sql`select id from tenant order by id`);
  return rows.map(({ id }) => id as TenantId);
}
