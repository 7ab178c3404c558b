import sql from "sql-template-tag";
import type { Database, Queryable } from "../../database/index.ts";
import { BOUNDS_MS } from "../histogram.ts";
import { hourlyBefore } from "../statistics.ts";
import { onDuty } from "./on-duty.ts";
import { ATTEMPT_SERIES, END_SERIES, WAIT_SERIES } from "./statistics-codes.ts";

/** Transactions of the first step, and of any: a transaction ends some hundred jobs at most. */
const FIRST_SPAN = 250;
const LARGEST_SPAN = 1_000_000_000;
/** Rows of a step that takes some tenths of a second. */
const ROWS_PER_STEP = 100_000;
const FEW_ROWS = 10_000;
/** Steps of a pass; what is left is for the next one. */
const STEPS_PER_PASS = 100;

/** How far the next step goes, so that steps take some tenths of a second, whatever else the server does. */
export function nextSpan(span: number, rows: number): number {
  if (rows > ROWS_PER_STEP) return Math.max(1, Math.floor(span / 2));
  return rows < FEW_ROWS ? Math.min(span * 4, LARGEST_SPAN) : span;
}

/**
 * Adds what ended since the last pass to the figures, each row once.
 *
 * Rows carry the number of the transaction that wrote them. Below the number of the oldest transaction under way nothing is
 * added any more, so the figures go up to there, and a row that is committed late has a number that is still to come. The
 * mark and the figures move in one transaction: a pass that dies has not happened.
 *
 * A transaction that has written and stays open holds the figures up; it is among the alarms.
 */
export async function foldStatistics(database: Database, retentionDays: number): Promise<void> {
  await onDuty(database, "statistics", (transaction) => transaction.query(sql`select queue_summarize_history()`));
  let span = FIRST_SPAN;
  for (let steps = 0; steps < STEPS_PER_PASS; steps++) {
    const step = await onDuty(database, "statistics", (transaction) => foldStep(transaction, span));
    if (step === undefined || step.isLast) break;
    span = nextSpan(span, step.rows);
  }
  await onDuty(database, "statistics", (transaction) => keepSmall(transaction, retentionDays));
}

async function foldStep(
  db: Queryable,
  span: number,
): Promise<{ readonly rows: number; readonly isLast: boolean } | undefined> {
  const [state] = await db.query<{
    readonly folded_to: string;
    readonly folded_at: Date;
    readonly mark: string | null;
    readonly marked_at: Date | null;
    readonly horizon: string;
    readonly next: string;
    readonly now: Date;
  }>(sql`
    select folded_to, folded_at, mark, marked_at, txid_snapshot_xmin(txid_current_snapshot()) as horizon,
      txid_snapshot_xmax(txid_current_snapshot()) as next, now() as now
    from queue_statistics_state where id = 1 for update`);
  if (state === undefined) return undefined;
  const from = BigInt(state.folded_to);
  const horizon = BigInt(state.horizon);
  // Restored into a server that is younger: what came with the dump is in the figures, but for what ended just before it.
  if (horizon < from) {
    await db.query(sql`
      update queue_statistics_state
      set folded_to = ${state.horizon}::bigint, since = clock_timestamp(), mark = null, marked_at = null where id = 1`);
    return undefined;
  }
  const reach = from + BigInt(span);
  const to = reach < horizon ? reach : horizon;
  const rows = await foldRange(db, { from: String(from), to: String(to) });
  const isLast = to === horizon;
  const before: FoldMark = {
    foldedAt: state.folded_at,
    ...(state.mark !== null && state.marked_at !== null && { mark: BigInt(state.mark), markedAt: state.marked_at }),
  };
  const after = isLast ? moveMark(before, { horizon, next: BigInt(state.next), now: state.now }) : before;
  await db.query(sql`
    update queue_statistics_state
    set folded_to = ${String(to)}::bigint, folded_at = ${after.foldedAt}::timestamptz,
      mark = ${after.mark === undefined ? null : String(after.mark)}::bigint, marked_at = ${after.markedAt ?? null}::timestamptz
    where id = 1`);
  return { rows, isLast };
}

/** Up to when the figures are whole, and how that will be known of a later time. */
export interface FoldMark {
  readonly foldedAt: Date;
  /** No transaction had this number, or a larger one, at `markedAt`. */
  readonly mark?: bigint;
  readonly markedAt?: Date;
}

/**
 * The mark after all below `horizon`, the oldest transaction under way, was added: figures are whole up to a time when no
 * transaction of before it is left. Where nobody writes, that is now.
 */
export function moveMark(
  before: FoldMark,
  seen: { readonly horizon: bigint; readonly next: bigint; readonly now: Date },
): FoldMark {
  const { horizon, next, now } = seen;
  if (horizon >= next) return { foldedAt: now };
  const { mark, markedAt, foldedAt } = before;
  if (mark === undefined || markedAt === undefined) return { foldedAt, mark: next, markedAt: now };
  return horizon < mark ? before : { foldedAt: markedAt, mark: next, markedAt: now };
}

const inOrder = (codes: Readonly<Record<string, number>>, words: readonly string[]): number[] =>
  words.map((word) => codes[word] ?? 0);

/** @returns how many rows were read. */
async function foldRange(db: Queryable, range: { readonly from: string; readonly to: string }): Promise<number> {
  const ends = ["completed", "failed", "cancelled", "timed_out"];
  // A job that failed by its robot's word: that attempt is called dead.
  const lastAttempts = ["completed", "dead", "cancelled", "timed_out"];
  // The queue's connections are told to use neither; here the index that sums up pages is the one to use.
  await db.query(
    sql`select set_config('enable_bitmapscan', 'on', true), set_config('plan_cache_mode', 'force_custom_plan', true)`,
  );
  const [counted] = await db.query<{ rows: string }>(sql`
    with done as materialized (
      select d.tenant_id, d.id, d.attempt, d.started_at, d.finished_at as ended_at, d.state, d.by_holder
      from queue_done d, queue_statistics_state s
      where d.ended_in >= ${range.from}::bigint and d.ended_in < ${range.to}::bigint and d.finished_at >= s.since
    ),
    logged as materialized (
      select l.tenant_id, l.id, l.attempt, l.started_at, l.ended_at, l.outcome
      from queue_attempt l, queue_statistics_state s
      where l.ended_in >= ${range.from}::bigint and l.ended_in < ${range.to}::bigint and l.ended_at >= s.since
    ),
    attempt as materialized (
      select tenant_id, id, attempt, started_at, ended_at,
        (${inOrder(ATTEMPT_SERIES, lastAttempts)}::smallint[])[state] as series
      from done where by_holder and started_at is not null
      union all
      select tenant_id, id, attempt, started_at, ended_at,
        (${inOrder(ATTEMPT_SERIES, ["failed", "lost", "released"])}::smallint[])[outcome]
      from logged
    ),
    figure as (
      select tenant_id, ended_at, series, greatest(0, floor(date_part('epoch', ended_at - started_at) * 1000))::bigint as ms
      from attempt
      union all
      select a.tenant_id, a.ended_at, ${WAIT_SERIES}::smallint,
        greatest(0, floor(date_part('epoch', a.started_at - greatest(j.created_at, j.run_at)) * 1000))::bigint
      from attempt a join queue_job j on j.tenant_id = a.tenant_id and j.id = a.id
      where a.attempt = 1
      union all
      select tenant_id, ended_at, (${inOrder(END_SERIES, ends)}::smallint[])[state], 0 from done
    ),
    kept as (
      insert into queue_statistics as s (tenant_id, hours, started_at, series, bucket, count, sum_ms)
      select tenant_id, 0, date_bin('1 minute', ended_at, timestamptz 'epoch'), series,
        -- Bounds are included: the place of the first that is not smaller is the number of those that are.
        width_bucket(ms - 1, ${BOUNDS_MS}::bigint[]), count(*), sum(ms)
      from figure
      group by 1, 3, 4, 5
      on conflict (tenant_id, hours, started_at, series, bucket)
      do update set count = s.count + excluded.count, sum_ms = s.sum_ms + excluded.sum_ms
    )
    select (select count(*) from done) + (select count(*) from logged) as rows`);
  return Number(counted?.rows ?? 0);
}

/** Minutes that are a day old become hours, figures are kept as long as jobs. */
async function keepSmall(db: Queryable, retentionDays: number): Promise<void> {
  const [clock] = await db.query<{ now: Date }>(sql`select clock_timestamp() as now`);
  if (clock === undefined) return;
  await db.query(sql`
    with minutes as (
      delete from queue_statistics where hours = 0 and started_at < ${hourlyBefore(clock.now)}::timestamptz returning *
    )
    insert into queue_statistics as s (tenant_id, hours, started_at, series, bucket, count, sum_ms)
    select tenant_id, 1, date_bin('1 hour', started_at, timestamptz 'epoch'), series, bucket, sum(count), sum(sum_ms)
    from minutes
    group by 1, 3, 4, 5
    on conflict (tenant_id, hours, started_at, series, bucket)
    do update set count = s.count + excluded.count, sum_ms = s.sum_ms + excluded.sum_ms`);
  if (retentionDays === 0) return;
  await db.query(sql`
    delete from queue_statistics
    where hours = 1 and started_at < clock_timestamp() - ${retentionDays}::int * interval '1 day'`);
}
