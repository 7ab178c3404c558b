import sql, { raw } from "sql-template-tag";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openTestDatabase, type TestDatabase } from "../../../test/support/postgres.ts";
import { until } from "../../../test/support/processes.ts";
import { createManualClock, type ManualClock } from "../../core/clock.ts";
import type { TenantId } from "../../core/ids.ts";
import { type Database, openDatabase, type Queryable } from "../../database/index.ts";
import { createPostgresQueue } from "../postgres-queue.ts";
import type { JobQueue } from "../queue.ts";
import type { QueueStatistics } from "../statistics.ts";
import { PERMANENT, type Steps, stepsOf } from "../suite-steps.suite.ts";
import type { TidyOptions } from "../tidy.ts";

const TENANT = 1 as TenantId;
const HOUR_MS = 3_600_000;
const KEEP: TidyOptions = {
  retentionDays: 8,
  deadLetterRetentionDays: 0,
  alarms: { horizonMs: HOUR_MS, deadRows: 1_000_000 },
};

let opened: TestDatabase;
let database: Database;
let queue: JobQueue;
let steps: Steps;
let clock: ManualClock;
/** A program of its own beside the queue's. */
let other: Database;
beforeEach(async () => {
  opened = await openTestDatabase();
  database = opened.database;
  other = openDatabase({ url: opened.url, applicationName: "other" });
  clock = createManualClock();
  queue = createPostgresQueue({ database, clock, dice: () => 0.5, listen: false });
  const harness = { queue, displaced: [], now: () => new Date(), advance: async () => undefined };
  steps = stepsOf({ ...harness, close: () => queue.close() }, TENANT);
});
afterEach(async () => {
  await queue.close();
  await other.close();
  await opened.close();
});

/** A transaction of the other program that stays open until it is let go. */
async function holdOpen(
  begin: (transaction: Queryable) => Promise<unknown>,
): Promise<{ readonly pid: number; end(): Promise<void> }> {
  const holding = new AbortController();
  let ended: Promise<void> = Promise.resolve();
  const pid = await new Promise<number>((resolve, reject) => {
    ended = other.withTransaction(async (transaction) => {
      await begin(transaction);
      const [own] = await transaction.query<{ pid: number }>(sql`select pg_backend_pid() as pid`);
      resolve(own?.pid ?? 0);
      await new Promise((letGo) => holding.signal.addEventListener("abort", letGo));
    });
    ended.catch(reject);
  });
  return {
    pid,
    async end() {
      holding.abort();
      await ended.catch(() => undefined);
    },
  };
}

async function kill(pid: number): Promise<void> {
  await database.query(sql`select pg_terminate_backend(${pid}::int, 10000)`);
}

/** How many backends wait for a lock. */
async function waiting(): Promise<readonly number[]> {
  const rows = await database.query<{ pid: number }>(sql`
    select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`);
  return rows.map(({ pid }) => pid);
}

async function completedJobs(): Promise<number> {
  return (await lately()).ended.completed;
}

function lately(): Promise<QueueStatistics> {
  const nowMs = Date.now();
  return queue.statistics(TENANT, { from: new Date(nowMs - HOUR_MS), to: new Date(nowMs + 120_000) });
}

/** Looks until the figures hold what has ended by now: whoever writes on the same server may hold them up. */
async function countAll(): Promise<void> {
  const now = new Date();
  do await queue.tidy(KEEP);
  while ((await lately()).asOf < now);
}

/** Closes the partition that is in use, which has jobs, and says that they all ended long ago. */
async function makeDue(): Promise<string> {
  await queue.tidy(KEEP);
  await database.query(sql`
    update queue_partition set opened_at = opened_at - interval '5 days' where opened_at is not null and closed_at is null`);
  await queue.tidy(KEEP);
  await queue.tidy(KEEP);
  // Ids that this process had taken before are used for some seconds.
  clock.advance(10_000);
  const [settled] = await database.query<{ first_id: string }>(sql`
    update queue_partition set settled_at = settled_at - interval '9 days' where settled_at is not null and not kept
    returning first_id`);
  return settled?.first_id ?? "";
}

async function tables(): Promise<readonly string[]> {
  const rows = await database.query<{ name: string }>(sql`
    select relname as name from pg_class where relkind = 'r' and relname ~ '^queue_(job|done|attempt)_[pk]' order by relname`);
  return rows.map(({ name }) => name);
}

describe("upkeep is done by one at a time", () => {
  test("a pass that finds all duties taken returns at once and has done nothing; killing the other frees them", async () => {
    const jobId = await steps.fail();
    await steps.submit({ deadline: new Date(Date.now() + 5) });
    await steps.submit({ environment: "held" });
    await steps.take("held");
    await database.query(sql`update queue_session set until = now() - interval '1 s'`);
    await database.query(sql`update queue_dead_letter set died_at = died_at - interval '9 days'`);
    await until(async () => (await database.query(sql`select from queue_deadline where deadline < now()`))[0], 5_000);
    const options = { ...KEEP, deadLetterRetentionDays: 8, alarms: { horizonMs: 0, deadRows: 0 } };
    const holder = await holdOpen((transaction) =>
      transaction.query(sql`select pg_advisory_xact_lock(28006, duty) from generate_series(1, 7) as duty`),
    );

    expect(await queue.reap()).toEqual({
      requeued: [],
      died: [],
      cancelled: [],
      timedOut: [],
      promoted: 0,
      admitted: false,
      sessionsExpired: 0,
    });
    expect(await queue.tidy(options)).toEqual({
      jobsForgotten: false,
      deadLettersForgotten: 0,
      raised: [],
      cleared: [],
    });
    expect(await queue.getDeadLetter(TENANT, jobId)).toBeDefined();

    await kill(holder.pid);
    expect(await queue.reap()).toMatchObject({
      sessionsExpired: 2,
      requeued: [expect.any(String)],
      timedOut: [expect.any(String)],
    });
    expect(await queue.tidy(options)).toMatchObject({ deadLettersForgotten: 1 });
    await holder.end();
  });
});

describe("figures", () => {
  test("hold what was committed late, once", async () => {
    await steps.complete();
    const late = await holdOpen((transaction) =>
      transaction.query(sql`
        insert into queue_done (tenant_id, id, attempt, session_id, started_at, state) values (1, 999, 1, 1, now(), 1)`),
    );
    await steps.complete();
    await queue.tidy(KEEP);
    await steps.complete();
    await queue.tidy(KEEP);
    expect(await completedJobs()).toBeLessThan(4);

    await late.end();
    await countAll();
    await queue.tidy(KEEP);

    expect(await completedJobs()).toBe(4);
  });

  test("are whole after a pass was killed in its middle", async () => {
    await steps.complete();
    const lock = await holdOpen((transaction) =>
      transaction.query(sql`lock table queue_statistics in access exclusive mode`),
    );
    const pass = queue.tidy(KEEP).then(
      () => "done",
      () => "killed",
    );
    const found = await until(async () => (await waiting()).at(0), 10_000);
    await kill(found ?? 0);
    await lock.end();
    expect(await pass).toBe("killed");

    await countAll();
    await queue.tidy(KEEP);

    expect(await completedJobs()).toBe(1);
  });

  test("of a database that was restored into a younger server go on with what ends there", async () => {
    await steps.complete();
    await countAll();
    await database.query(sql`update queue_statistics_state set folded_to = folded_to + 1000000000`);
    await database.query(sql`update queue_done set ended_in = txid_current() + 5`);
    await queue.tidy(KEEP);

    for (let n = 0; n < 10; n++) await steps.complete();
    await countAll();

    expect(await completedJobs()).toBe(11);
  });

  test("of yesterday are kept by the hour, and are the same", async () => {
    for (let n = 0; n < 3; n++) await steps.complete();
    await steps.fail();
    await countAll();
    await database.query(sql`
      update queue_statistics set started_at = started_at - interval '50 hours' - (bucket % 2) * interval '1 minute'`);
    const window = { from: new Date(Date.now() - 60 * HOUR_MS), to: new Date(Date.now() - 40 * HOUR_MS) };
    const before = await queue.statistics(TENANT, window);

    await queue.tidy(KEEP);

    const after = await queue.statistics(TENANT, window);
    expect(after).toMatchObject({ ended: { completed: 3, failed: 1 }, waits: before.waits, attempts: before.attempts });
    expect(await database.query(sql`select from queue_statistics where hours = 0`)).toEqual([]);
    expect(
      await database.query(sql`select from queue_statistics where hours = 1 and extract(minute from started_at) <> 0`),
    ).toEqual([]);
  });
});

describe("a partition whose time is over", () => {
  test("is dropped, with its tables and sessions; the next one is in use", async () => {
    const jobId = await steps.complete();
    await database.query(sql`update queue_session set ended_at = now() - interval '20 days'`);
    await makeDue();
    const next = await steps.submit();

    expect(await queue.tidy(KEEP)).toMatchObject({ jobsForgotten: true });

    expect(await queue.get(TENANT, jobId)).toBeUndefined();
    expect(await queue.get(TENANT, next)).toMatchObject({ state: "pending" });
    expect(Number(next)).toBeGreaterThan(100_000_000);
    expect((await tables()).filter((name) => name.endsWith("_p0"))).toEqual([]);
    expect(await database.query(sql`select from queue_scrap`)).toEqual([]);
    expect(await database.query(sql`select from queue_session`)).toEqual([]);
  });

  test("keeps nobody waiting while somebody reads it for long, and is dropped afterwards", async () => {
    const jobId = await steps.complete();
    await makeDue();
    const reader = await holdOpen((transaction) => transaction.query(sql`select count(*) from queue_job`));

    expect(await queue.tidy(KEEP)).toMatchObject({ jobsForgotten: false });
    await steps.complete();
    expect(await queue.get(TENANT, jobId)).toMatchObject({ state: "completed" });

    await reader.end();
    expect(await queue.tidy(KEEP)).toMatchObject({ jobsForgotten: true });
    expect(await queue.get(TENANT, jobId)).toBeUndefined();
  });

  test("stays whole when the drop is broken off, and its tables go although the process died after it", async () => {
    const jobId = await steps.complete();
    const dead = await steps.fail();
    const firstId = await makeDue();
    const before = await tables();
    const forget = sql`select queue_forget_partition(${firstId}::bigint) as outcome`;

    const broken = await holdOpen((transaction) => transaction.query(forget));
    await kill(broken.pid);
    await broken.end();
    expect(await tables()).toEqual(before);
    expect(await queue.get(TENANT, jobId)).toMatchObject({ state: "completed" });

    expect(await database.query(forget)).toEqual([{ outcome: "forgotten" }]);
    expect(await tables()).toEqual(expect.arrayContaining([...before]));
    await queue.tidy(KEEP);
    expect((await tables()).filter((name) => name.endsWith("_p0"))).toEqual([]);
    expect(await queue.get(TENANT, jobId)).toBeUndefined();
    expect(await queue.get(TENANT, dead)).toMatchObject({ state: "failed", error: PERMANENT });
  });

  test("goes while robots work, who notice nothing", async () => {
    const old = await steps.complete();
    await makeDue();
    const jobs = 400;
    await queue.enqueue(
      TENANT,
      Array.from({ length: jobs }, (_, payload) => ({ kind: "k", payload })),
    );
    let isForgotten = false;
    let done = 0;
    const robot = async (): Promise<void> => {
      const { sessionId } = await queue.openSession({ tenantId: TENANT, robotId: "r", leaseMs: 30_000 });
      const offer = { tenantId: TENANT, sessionId, environment: "default", capabilities: [], limit: 1 };
      for (let [job] = await queue.claim(offer); job !== undefined; [job] = await queue.claim(offer)) {
        expect(await queue.complete(job)).toBe("recorded");
        done++;
        if (done === 20) isForgotten = (await queue.tidy(KEEP)).jobsForgotten;
      }
    };

    await Promise.all(Array.from({ length: 6 }, robot));
    if (!isForgotten) isForgotten = (await queue.tidy(KEEP)).jobsForgotten;

    expect([done, isForgotten, await queue.get(TENANT, old)]).toEqual([jobs, true, undefined]);
  });

  test("is kept when a job came into it after all", async () => {
    await steps.complete();
    const firstId = await makeDue();
    await database.query(sql`
      insert into queue_job (tenant_id, id, line, created_at, route_id, priority, kind, payload)
      select 1, 5000, 5000, now(), 1, 50, 'late', '1';
      insert into queue_delayed (tenant_id, job_id, run_at, attempt, spared) values (1, 5000, now() + interval '1 hour', 0, 0)`);

    expect(await queue.tidy(KEEP)).toMatchObject({ jobsForgotten: false });

    expect(await queue.get(TENANT, "5000")).toMatchObject({ state: "pending" });
    expect(
      await database.query(sql`select settled_at from queue_partition where first_id = ${firstId}::bigint`),
    ).toEqual([{ settled_at: null }]);
  });

  test("leaves one small partition for all dead letters, however many were dropped", async () => {
    const dead: string[] = [];
    for (let round = 0; round < 4; round++) {
      if (round !== 2) dead.push(await steps.fail());
      await steps.complete();
      await makeDue();
      await queue.tidy(KEEP);
    }

    expect((await tables()).filter((name) => /_k/.test(name))).toHaveLength(3);
    for (const jobId of dead) expect(await queue.get(TENANT, jobId)).toMatchObject({ state: "failed" });
    expect((await queue.listDeadLetters(TENANT, { limit: 10 })).data).toHaveLength(3);
    expect((await queue.list(TENANT, {}, { limit: 10 })).data).toHaveLength(3);
  });

  test("is not turned while it is empty", async () => {
    await queue.tidy(KEEP);
    await database.query(sql`select nextval('queue_job_id_block')`);
    await queue.tidy(KEEP);
    await database.query(sql`update queue_partition set opened_at = opened_at - interval '5 days'`);

    await queue.tidy(KEEP);

    expect(await database.query(sql`select last_value::int from queue_job_id_block`)).toEqual([{ last_value: 1 }]);
  });
});

describe("alarms", () => {
  const strict = { ...KEEP, alarms: { horizonMs: 0, deadRows: 1_000_000 } };

  test("a transaction that keeps its view of the world is told once, and once when it is over", async () => {
    const reader = await holdOpen(async (transaction) => {
      await transaction.query(raw("set transaction isolation level repeatable read"));
      await transaction.query(sql`select count(*) from queue_job`);
    });

    const { raised } = await queue.tidy(strict);
    expect(raised).toMatchObject([
      { code: "QUEUE_HORIZON_HELD", subject: `session ${reader.pid}`, since: expect.any(Date) },
    ]);
    expect(await queue.tidy(strict)).toMatchObject({ raised: [], cleared: [] });
    expect(await queue.alarms()).toMatchObject([
      { code: "QUEUE_HORIZON_HELD", remedy: expect.stringContaining("pg_terminate") },
    ]);
    expect((await queue.tidy(KEEP)).cleared).toMatchObject([{ code: "QUEUE_HORIZON_HELD" }]);
    await queue.tidy(strict);

    await reader.end();
    expect((await queue.tidy(strict)).cleared).toMatchObject([{ code: "QUEUE_HORIZON_HELD" }]);
    expect(await queue.alarms()).toEqual([]);
  });

  test("rows that were deleted and cannot be cleaned up are told", async () => {
    const reader = await holdOpen(async (transaction) => {
      await transaction.query(raw("set transaction isolation level repeatable read"));
      await transaction.query(sql`select count(*) from queue_job`);
    });
    for (let n = 0; n < 30; n++) await steps.complete();
    const few = { ...KEEP, alarms: { horizonMs: HOUR_MS, deadRows: 20 } };

    await until(async () => {
      // On all connections of the pool: each reports what it did itself.
      await Promise.all(Array.from({ length: 10 }, () => database.query(sql`select pg_stat_force_next_flush()`)));
      await queue.tidy(few);
      return (await queue.alarms()).some(({ code }) => code === "QUEUE_DEAD_ROWS") || undefined;
    }, 20_000);

    expect((await queue.alarms()).map(({ subject }) => subject)).toContain("queue_active");
    await reader.end();
  });

  test("a partition that cannot be dropped is told", async () => {
    await steps.submit();
    await makeDue();
    await database.query(sql`update queue_partition set closed_at = closed_at - interval '17 days'`);

    const { raised } = await queue.tidy(KEEP);

    expect(raised).toMatchObject([{ code: "QUEUE_RETENTION_HELD", subject: "jobs 1 to 100000000" }]);
  });
});
