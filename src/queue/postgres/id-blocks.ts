import sql from "sql-template-tag";
import type { Clock } from "../../core/clock.ts";
import type { Queryable } from "../../database/index.ts";

/** Hands out job ids, ascending; a partition for each exists before it is handed out. */
export interface IdBlocks {
  take(count: number): Promise<number[]>;
}

const BLOCK = 1_000;
/**
 * Lists are sorted by id, so a block is given up after this time if another process has begun a newer one: jobs of
 * different processes are then at most this far out of order.
 */
const STALE_AFTER_MS = 5_000;

interface Block {
  readonly first: number;
  next: number;
}

/** Ids stay below 2^53: at 50 000 jobs a second for 5 000 years. */
export function createIdBlocks(database: Queryable, clock: Clock): IdBlocks {
  const blocks: Block[] = [];
  let freshUntilMs = 0;
  let refilling: Promise<void> = Promise.resolve();

  function available(): number {
    return blocks.reduce((sum, block) => sum + block.first + BLOCK - block.next, 0);
  }

  function needsRefill(count: number): boolean {
    return clock.monotonicMs() >= freshUntilMs || available() < count;
  }

  async function refill(count: number): Promise<void> {
    // Whoever was first in the line may have fetched enough for the rest.
    if (!needsRefill(count)) return;
    const current = blocks[0];
    const stale = current !== undefined && clock.monotonicMs() >= freshUntilMs;
    if (stale && !(await isNewest(database, blocks.at(-1) ?? current))) blocks.length = 0;
    const missing = count - available();
    if (missing > 0) {
      for (const first of await fetchBlocks(database, Math.ceil(missing / BLOCK))) blocks.push({ first, next: first });
    }
    freshUntilMs = clock.monotonicMs() + STALE_AFTER_MS;
  }

  function grab(count: number): number[] {
    const ids: number[] = [];
    while (ids.length < count) {
      const block = blocks[0];
      if (block === undefined) break;
      while (block.next < block.first + BLOCK && ids.length < count) ids.push(block.next++);
      if (block.next === block.first + BLOCK) blocks.shift();
    }
    return ids;
  }

  return {
    async take(count) {
      while (needsRefill(count)) {
        refilling = refilling.catch(() => undefined).then(() => refill(count));
        await refilling;
      }
      return grab(count);
    },
  };
}

async function isNewest(database: Queryable, block: Block): Promise<boolean> {
  const [row] = await database.query<{ newest: boolean }>(
    sql`select last_value = ${block.first}::bigint as newest from queue_job_id_block`,
  );
  return row?.newest === true;
}

async function fetchBlocks(database: Queryable, count: number): Promise<number[]> {
  const rows = await database.query<{ first: string }>(sql`
    select first, queue_ensure_partitions(first + ${BLOCK}::bigint - 1)
    from (select nextval('queue_job_id_block') as first from generate_series(1, ${count}::int)) as block`);
  return rows.map((row) => Number(row.first));
}
