import sql from "sql-template-tag";
import type { TenantId } from "../../core/ids.ts";
import type { Queryable } from "../../database/index.ts";
import type { ConcurrencyRule } from "../job.ts";
import { ON_LIMIT_CODE } from "./codes.ts";

/**
 * The number of each rule's limit, made or changed where the stored one differs; undefined for no rule. Of several rules for
 * one key the last one counts.
 *
 * Not remembered from call to call: another process may have changed a limit meanwhile, and the newest request decides.
 */
export async function internLimits(
  db: Queryable,
  tenantId: TenantId,
  rules: readonly (Required<ConcurrencyRule> | undefined)[],
): Promise<readonly (number | undefined)[]> {
  const lastOf = new Map(rules.flatMap((rule) => (rule === undefined ? [] : [[rule.key, rule] as const])));
  if (lastOf.size === 0) return rules.map(() => undefined);
  const distinct = [...lastOf.values()];
  const idOf = new Map<string, number>();
  // A limit that another statement has just made is seen only by the next one.
  while (idOf.size < lastOf.size) {
    for (const row of await storeLimits(db, tenantId, distinct)) idOf.set(row.key, row.id);
  }
  return rules.map((rule) => rule && idOf.get(rule.key));
}

function storeLimits(
  db: Queryable,
  tenantId: TenantId,
  distinct: readonly Required<ConcurrencyRule>[],
): Promise<{ readonly id: number; readonly key: string }[]> {
  return db.query(sql`
    with given as materialized (
      select * from unnest(
        ${distinct.map((rule) => rule.key)}::text[],
        ${distinct.map((rule) => rule.limit)}::int[],
        ${distinct.map((rule) => ON_LIMIT_CODE[rule.onLimit])}::smallint[]
      ) as g (key, max_running, on_limit)
    ),
    stored as (
      -- Sorted, so that two statements with the same keys wait for each other and never both at once.
      insert into queue_limit (tenant_id, key, max_running, on_limit)
      select ${tenantId}::int, key, max_running, on_limit from given order by key
      on conflict (tenant_id, key) do update set max_running = excluded.max_running, on_limit = excluded.on_limit
        where (queue_limit.max_running, queue_limit.on_limit) <> (excluded.max_running, excluded.on_limit)
      returning id, key
    )
    select id, key from stored
    union
    select l.id, l.key from queue_limit l join given g on g.key = l.key where l.tenant_id = ${tenantId}`);
}
