import sql from "sql-template-tag";
import type { TenantId } from "../../core/ids.ts";
import type { Database } from "../../database/index.ts";

/** Rows that are looked at in one statement. */
const PAGE = 2_000;

/**
 * Deletes events and entries of artifacts of jobs that the queue has forgotten, and events of that age without a job. A job that
 * is kept, because it has not ended or has a dead letter, keeps its own.
 *
 * Page by page, each a statement of its own, so it may end anywhere; two at once do no harm. The artifacts' contents stay: they
 * are shared by all that have the same, and by work items.
 *
 * @param days as long as jobs are kept; 0 keeps all.
 */
export async function forgetHistory(database: Database, tenants: readonly TenantId[], days: number): Promise<void> {
  if (days === 0) return;
  for (const tenantId of tenants) {
    for (let after: string | undefined = "0"; after !== undefined; )
      after = await forgetEvents(database, tenantId, { after, days });
    for (let after: string | undefined = FIRST_ID; after !== undefined; )
      after = await forgetArtifacts(database, tenantId, { after, days });
  }
}

const FIRST_ID = "00000000-0000-0000-0000-000000000000";

interface PageStart {
  /** Key of the last row of the page before. */
  readonly after: string;
  readonly days: number;
}

/** Events are numbered by age: the first page that ends with a young one is the last. @returns where the next page begins. */
async function forgetEvents(
  database: Database,
  tenantId: TenantId,
  { after, days }: PageStart,
): Promise<string | undefined> {
  const [last] = await database.query<{ seq: string; is_young: boolean }>(sql`
    with page as materialized (
      select seq, job_id, at >= now() - ${days}::int * interval '1 day' as is_young
      from event where tenant_id = ${tenantId} and seq > ${after}::bigint
      order by event.seq limit ${PAGE}
    ),
    gone as (
      delete from event e using page p
      where e.tenant_id = ${tenantId} and e.seq = p.seq and not p.is_young and (p.job_id is null or not exists (
        select from queue_job j where j.tenant_id = ${tenantId} and j.id = p.job_id
      ))
    )
    select seq::text as seq, is_young from page order by page.seq desc limit 1`);
  return last === undefined || last.is_young ? undefined : last.seq;
}

async function forgetArtifacts(
  database: Database,
  tenantId: TenantId,
  { after, days }: PageStart,
): Promise<string | undefined> {
  const [last] = await database.query<{ id: string }>(sql`
    with page as materialized (
      select id, job_id, created_at from artifact
      where tenant_id = ${tenantId} and id > ${after}::uuid
      order by id limit ${PAGE}
    ),
    gone as (
      delete from artifact a using page p
      where a.tenant_id = ${tenantId} and a.id = p.id and p.created_at < now() - ${days}::int * interval '1 day'
        and not exists (select from queue_job j where j.tenant_id = ${tenantId} and j.id = p.job_id)
    )
    select id from page order by id desc limit 1`);
  return last?.id;
}
