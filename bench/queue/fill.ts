/**
 * Fills the tables of the queue with copies of jobs that went in through its API: what the copies have in common with their
 * original, whatever columns there are, is read from it; only ids and places are their own.
 */
import type { ClientBase } from "pg";

/** As `enqueue` does it: jobs of a statement, jobs of a row of the line, and numbers of places of a statement. */
const STATEMENT = 1_000;
const RANGE = 20;
const PLACES = 16_384;
const ID_BLOCK = 1_000;

/** Ids and places in the line for copies; `n` counts the copies from 0. */
interface Numbers {
  readonly count: number;
  readonly firstId: bigint;
  /** SQL: the place of the n-th copy. */
  lineOf(n: string): string;
}

async function reserve(client: ClientBase, count: number): Promise<Numbers> {
  const first = async (sequence: string, times: number): Promise<{ first: string; last: string }> => {
    const { rows } = await client.query<{ first: string; last: string }>(
      `select min(v) as first, max(v) as last from (select nextval('${sequence}') as v from generate_series(1, $1)) s`,
      [times],
    );
    return rows[0] ?? { first: "0", last: "0" };
  };
  const ids = await first("queue_job_id_block", Math.ceil(count / ID_BLOCK));
  const lines = await first("queue_line", Math.ceil(count / STATEMENT));
  await client.query("select queue_ensure_partitions($1)", [String(BigInt(ids.last) + BigInt(ID_BLOCK) - 1n)]);
  return {
    count,
    firstId: BigInt(ids.first),
    lineOf: (n) => `((${lines.first} + (${n}) / ${STATEMENT}) * ${PLACES} + (${n}) % ${STATEMENT} + 1)`,
  };
}

interface Copies {
  readonly table: string;
  /** SQL: which row is copied. */
  readonly original: string;
  readonly rows: number;
  /** SQL by column: what a copy has of its own; `n` counts the copies from 0. */
  readonly own: Readonly<Record<string, string>>;
}

async function copy(client: ClientBase, { table, original, rows, own }: Copies): Promise<void> {
  const answer = await client.query<{ name: string }>(
    `select attname as name from pg_attribute
     where attrelid = $1::regclass and attnum > 0 and not attisdropped and attgenerated = '' order by attnum`,
    [table],
  );
  const columns = answer.rows.map(({ name }) => name);
  const values = columns.map((name) => own[name] ?? `o.${name}`);
  const { rowCount } = await client.query(
    `insert into ${table} (${columns.join(", ")})
     select ${values.join(", ")} from ${table} o, generate_series(0::bigint, ${rows - 1}) as g (n) where ${original}`,
  );
  if (rowCount !== rows) throw new Error(`${rows} copies in ${table} were wanted, ${rowCount} were made`);
}

function copyJobs(client: ClientBase, jobId: string, numbers: Numbers): Promise<void> {
  return copy(client, {
    table: "queue_job",
    original: `o.id = ${jobId}`,
    rows: numbers.count,
    own: { id: `${numbers.firstId} + n`, line: numbers.lineOf("n") },
  });
}

/** Copies a job that waits in the line. */
export async function copyWaiting(client: ClientBase, jobId: string, count: number): Promise<void> {
  const numbers = await reserve(client, count);
  const { firstId } = numbers;
  const last = `least(n * ${RANGE} + ${RANGE - 1}, ${count - 1})`;
  await copyJobs(client, jobId, numbers);
  await copy(client, {
    table: "queue_ready",
    original: `${jobId} between o.lo and o.hi`,
    rows: Math.ceil(count / RANGE),
    own: { lo: `${firstId} + n * ${RANGE}`, hi: `${firstId} + ${last}`, line: numbers.lineOf(last) },
  });
}

/** Copies a job that waits for its time. */
export async function copyDelayed(client: ClientBase, jobId: string, count: number): Promise<void> {
  const numbers = await reserve(client, count);
  await copyJobs(client, jobId, numbers);
  await copy(client, {
    table: "queue_delayed",
    original: `o.job_id = ${jobId}`,
    rows: count,
    own: { job_id: `${numbers.firstId} + n` },
  });
}

/** Copies a job that has ended. @param second does a part of it at the same time. */
export async function copyFinished(
  client: ClientBase,
  second: ClientBase,
  copies: { readonly jobId: string; readonly count: number },
): Promise<void> {
  const numbers = await reserve(client, copies.count);
  await Promise.all([
    copyJobs(client, copies.jobId, numbers),
    copy(second, {
      table: "queue_done",
      original: `o.id = ${copies.jobId}`,
      rows: copies.count,
      own: { id: `${numbers.firstId} + n` },
    }),
  ]);
}
