import { EventEmitter, once } from "node:events";
import sql, { raw } from "sql-template-tag";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openTestDatabase, type TestDatabase } from "../../../test/support/postgres.ts";
import { createManualClock } from "../../core/clock.ts";
import type { TenantId } from "../../core/ids.ts";
import { type Database, databaseErrors, type Queryable } from "../../database/index.ts";
import type { ClaimedJob } from "../job.ts";
import { openPostgresHarness } from "../postgres-harness.suite.ts";
import { createPostgresQueue } from "../postgres-queue.ts";
import type { JobQueue } from "../queue.ts";
import { exchangeJobs } from "./exchange-jobs.ts";
import { createIdBlocks } from "./id-blocks.ts";
import { renewSession } from "./sessions.ts";

const TENANT = 1 as TenantId;
const LEASE_MS = 30_000;

let opened: TestDatabase;
let database: Database;

beforeAll(async () => {
  opened = await openTestDatabase({ maxConnections: 20 });
  ({ database } = opened);
});
afterAll(() => opened.close());
beforeEach(async () => {
  await (await openPostgresHarness(database)).close();
});

async function withQueue<T>(work: (queue: JobQueue) => Promise<T>, over: Database = database): Promise<T> {
  const queue = createPostgresQueue({ database: over, listen: false });
  try {
    return await work(queue);
  } finally {
    await queue.close();
  }
}

/** One statement of a claim, on the lane of `batch`. */
function take(db: Queryable, sessionId: string, seats: number) {
  const lanes = [{ routeId: 1, priority: 50, start: 0 }];
  return exchangeJobs(db, { tenantId: TENANT, completions: [], lanes, asks: [{ sessionId, seats }], ranges: 8 });
}

function batch(size: number): { kind: string; payload: number }[] {
  return Array.from({ length: size }, (_, n) => ({ kind: "k", payload: n }));
}

function claim(queue: JobQueue, sessionId: string, limit: number): Promise<readonly ClaimedJob[]> {
  return queue.claim({ tenantId: TENANT, sessionId, environment: "default", capabilities: [], limit });
}

/** Lets the statements that contain a text commit and then fails as if the answer had been lost, `times` times each. */
function loseAnswers(of: string, times: number): Database {
  let left = times;
  return Object.assign(Object.create(database) as Database, {
    query: async (statement: Parameters<Database["query"]>[0]) => {
      const rows = await database.query(statement);
      if (!statement.text.includes(of) || left-- <= 0) return rows;
      throw databaseErrors.DATABASE_UNAVAILABLE({ reason: "the connection broke" });
    },
  });
}

describe("the schema", () => {
  test("has the tenant first in every key and index of tenant data", async () => {
    const indexes = await database.query<{ index: string; first: string }>(sql`
      select i.indexrelid::regclass::text as index, a.attname as first
      from pg_index i
      join pg_class t on t.oid = i.indrelid
      join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
      join pg_class c on c.oid = i.indexrelid join pg_am m on m.oid = c.relam
      where t.relname like 'queue\\_%' and m.amname <> 'brin'
        and t.relname not in ('queue_partition', 'queue_scrap', 'queue_statistics_state', 'queue_alarm')`);

    expect(indexes.length).toBeGreaterThan(15);
    expect(indexes.filter((index) => index.first !== "tenant_id")).toEqual([]);
  });

  test("has neither triggers nor foreign keys on its tables", async () => {
    const found = await database.query(sql`
      select conname from pg_constraint where contype = 'f' and conrelid::regclass::text like 'queue\\_%'
      union all
      select tgname from pg_trigger where tgrelid::regclass::text like 'queue\\_%'`);

    expect(found).toEqual([]);
  });
});

describe("partitions", () => {
  test("are made once, without gaps, by whoever needs them", async () => {
    const [before] = await database.query<{ last: string }>(sql`select max(last_id) as last from queue_partition`);
    const highest = Number(before?.last ?? 0) + 250_000_000;

    const reached = await Promise.all(
      Array.from({ length: 5 }, async () => {
        const [row] = await database.query<{ reached: string }>(
          sql`select queue_ensure_partitions(${highest}) as reached`,
        );
        return Number(row?.reached);
      }),
    );

    expect(new Set(reached).size).toBe(1);
    expect(reached[0]).toBeGreaterThanOrEqual(highest);
    const ranges = await database.query<{ first_id: string; last_id: string }>(
      sql`select first_id, last_id from queue_partition order by first_id`,
    );
    for (const [n, range] of ranges.entries()) {
      expect(Number(range.first_id)).toBe(n === 0 ? 1 : Number(ranges[n - 1]?.last_id) + 1);
    }
  });

  test("are there when ids run over the end of the last one", async () => {
    const [top] = await database.query<{ last: string }>(sql`select max(last_id) as last from queue_partition`);
    await database.query(sql`select setval('queue_job_id_block', ${Number(top?.last)}::bigint - 1999)`);

    await withQueue(async (queue) => {
      const outcomes = await queue.enqueue(TENANT, batch(2_500));

      const ids = outcomes.map((outcome) => Number(outcome.jobId));
      expect(ids[0]).toBeLessThan(Number(top?.last));
      expect(ids.at(-1)).toBeGreaterThan(Number(top?.last));
      const { sessionId } = await queue.openSession({ tenantId: TENANT, robotId: "r", leaseMs: LEASE_MS });
      const claimed = [];
      for (let n = 0; n < 3; n++) claimed.push(...(await claim(queue, sessionId, 1_000)));
      expect(claimed.map((job) => Number(job.jobId))).toEqual(ids);
      expect(await queue.complete(claimed.at(-1) ?? raise())).toBe("recorded");
    });
  });

  test("are made ahead by the reaper", async () => {
    await withQueue((queue) => queue.reap());

    const [row] = await database.query<{ ahead: string }>(sql`
      select (select max(last_id) from queue_partition) - last_value as ahead from queue_job_id_block`);

    expect(Number(row?.ahead)).toBeGreaterThanOrEqual(100_000_000);
  });
});

describe("job ids", () => {
  test("ascend in each process and never meet", async () => {
    const clock = createManualClock();
    const [a, b] = [createIdBlocks(database, clock), createIdBlocks(database, clock)];

    const taken = await Promise.all(
      Array.from({ length: 40 }, (_, n) => (n % 2 === 0 ? a : b).take(n % 7 === 0 ? 1_500 : 30)),
    );

    const all = taken.flat();
    expect(new Set(all).size).toBe(all.length);
    for (const ids of taken) expect(ids).toEqual(ids.toSorted((x, y) => x - y));
  });

  test("follow the time across processes, to a few seconds", async () => {
    const clock = createManualClock();
    const [a, b] = [createIdBlocks(database, clock), createIdBlocks(database, clock)];
    const [early] = await a.take(1);
    const [middle] = await b.take(1);
    clock.advance(5_000);

    const [late] = await a.take(1);

    expect(middle).toBeGreaterThan(early ?? 0);
    expect(late).toBeGreaterThan(middle ?? 0);
  });

  test("are not wasted while only one process takes them", async () => {
    const clock = createManualClock();
    const blocks = createIdBlocks(database, clock);
    const [first = 0] = await blocks.take(1);
    clock.advance(60_000);

    expect(await blocks.take(2)).toEqual([first + 1, first + 2]);
  });
});

describe("enqueue", () => {
  test("stores each job once when the answer to its commit is lost", async () => {
    const unlucky = loseAnswers("insert into queue_job", 2);

    await withQueue(async (queue) => {
      const outcomes = await queue.enqueue(TENANT, [
        ...batch(30),
        { kind: "keyed", payload: 0, idempotencyKey: "k" },
        { kind: "later", payload: 0, runAt: new Date(Date.now() + 60_000) },
        { kind: "limited", payload: 0, deadline: new Date(Date.now() + 60_000) },
      ]);

      expect(outcomes.every((outcome) => outcome.created)).toBe(true);
      expect(await queue.stats(TENANT)).toMatchObject({ pending: 32, delayed: 1 });
      const { sessionId } = await queue.openSession({ tenantId: TENANT, robotId: "r", leaseMs: LEASE_MS });
      expect(await claim(queue, sessionId, 100)).toHaveLength(32);
    }, unlucky);
  });

  test("does not bring back a job that was done while its answer was lost", async () => {
    let outcome: unknown;
    await withQueue(async (worker) => {
      const meddling = Object.assign(Object.create(database) as Database, {
        query: async (statement: Parameters<Database["query"]>[0]) => {
          const rows = await database.query(statement);
          if (!statement.text.includes("insert into queue_job") || outcome !== undefined) return rows;
          const { sessionId } = await worker.openSession({ tenantId: TENANT, robotId: "r", leaseMs: LEASE_MS });
          const [job] = await claim(worker, sessionId, 1);
          outcome = await worker.complete(job ?? raise());
          throw databaseErrors.DATABASE_UNAVAILABLE({ reason: "the connection broke" });
        },
      });
      await withQueue((queue) => queue.enqueue(TENANT, batch(1)), meddling);

      expect(outcome).toBe("recorded");
      expect(await worker.stats(TENANT)).toMatchObject({ pending: 0, running: 0 });
    });
  });

  test("rejects with a retryable error when the database stays out of reach", async () => {
    const dead = loseAnswers("insert into queue_job", 100);

    await expect(withQueue((queue) => queue.enqueue(TENANT, batch(1)), dead)).rejects.toMatchObject({
      retryable: true,
    });
  });
});

describe("retry and requeue", () => {
  test("make one job when the answer to their commit is lost", async () => {
    const [first = ""] = await withQueue(async (queue) => {
      const outcomes = await queue.enqueue(TENANT, batch(2));
      const { sessionId } = await queue.openSession({ tenantId: TENANT, robotId: "r", leaseMs: LEASE_MS });
      for (const job of await claim(queue, sessionId, 2)) {
        await queue.fail(job, { code: "X", message: "x", errorClass: "permanent" });
      }
      return outcomes.map((outcome) => outcome.jobId);
    });

    const requeued = await withQueue(
      (queue) => queue.requeueDeadLetter(TENANT, first),
      loseAnswers("queue_dead_letter", 1),
    );
    const retried = await withQueue((queue) => queue.retry(TENANT, first), loseAnswers("insert into queue_job", 1));

    await withQueue(async (queue) => {
      expect(await queue.getDeadLetter(TENANT, first)).toMatchObject({ requeuedAs: requeued.jobId });
      expect(retried.kind).toBe("created");
      expect(await queue.stats(TENANT)).toMatchObject({ pending: 2 });
    });
  });
});

describe("claim", () => {
  test("never hands a job out twice: many claimers with odd batches on one line, cancels in between", async () => {
    await withQueue(async (queue) => {
      const outcomes = await queue.enqueue(TENANT, batch(1_500));
      const victims = outcomes.filter((_, n) => n % 37 === 0);
      const claimed: string[] = [];

      const claimers = Array.from({ length: 14 }, async (_, n) => {
        const { sessionId } = await queue.openSession({ tenantId: TENANT, robotId: `r${n}`, leaseMs: LEASE_MS });
        for (;;) {
          const jobs = await claim(queue, sessionId, [1, 3, 7, 13, 37][n % 5] ?? 1);
          claimed.push(...jobs.map((job) => job.jobId));
          if (jobs.length === 0 && (await queue.stats(TENANT)).pending === 0) return;
          const settled = await Promise.all(jobs.map((job) => queue.complete(job)));
          expect(settled.filter((outcome) => outcome !== "recorded")).toEqual([]);
        }
      });
      const cancels = victims.map(({ jobId }) => queue.requestCancel(TENANT, jobId));
      const cancelled = (await Promise.all(cancels)).filter((outcome) => outcome.kind === "cancelled");
      await Promise.all(claimers);

      expect(new Set(claimed).size).toBe(claimed.length);
      expect(claimed.length + cancelled.length).toBe(1_500);
      const [row] = await database.query<{ ended: string; running: string }>(sql`
        select (select count(*) from queue_done) as ended, (select count(*) from queue_active) as running`);
      expect(row).toEqual({ ended: "1500", running: "0" });
    });
  });

  test("takes what a concurrent claim left, although the range changed under it", async () => {
    await withQueue(async (queue) => {
      await queue.enqueue(TENANT, batch(20));
      const { sessionId } = await queue.openSession({ tenantId: TENANT, robotId: "r", leaseMs: LEASE_MS });

      const { first, meanwhile, waiting } = await database.withTransaction(async (transaction) => {
        const round = await take(transaction, sessionId, 5);
        return {
          first: round.taken[0] ?? [],
          meanwhile: await take(database, sessionId, 5),
          waiting: claim(queue, sessionId, 5),
        };
      });

      expect(first.map(({ job }) => job.payload)).toEqual([0, 1, 2, 3, 4]);
      expect(meanwhile).toMatchObject({ taken: [[]], hasMore: true });
      expect((await waiting).map((job) => job.payload)).toEqual([5, 6, 7, 8, 9]);
    });
  });
});

describe("sessions", () => {
  test("that are being renewed while the reaper looks are not robbed", async () => {
    const harness = await openPostgresHarness(database);
    const { queue } = harness;
    await queue.enqueue(TENANT, batch(1));
    const { sessionId } = await queue.openSession({ tenantId: TENANT, robotId: "r", leaseMs: LEASE_MS });
    const [job = raise()] = await claim(queue, sessionId, 1);
    await harness.advance(LEASE_MS + 1);

    const report = await database.withTransaction(async (transaction) => {
      await renewSession(transaction, {
        tenantId: TENANT,
        sessionId,
        leaseMs: LEASE_MS,
        jobs: [{ jobId: job.jobId, attempt: 1 }],
      });
      return queue.reap();
    });

    expect(report).toMatchObject({ sessionsExpired: 0, requeued: [] });
    expect(await queue.reap()).toMatchObject({ sessionsExpired: 0, requeued: [] });
    expect(await queue.complete(job)).toBe("recorded");
    await harness.close();
  });

  test("lose jobs that they got while they were being ended", async () => {
    const harness = await openPostgresHarness(database);
    const { queue } = harness;
    await queue.enqueue(TENANT, batch(1));
    const { sessionId } = await queue.openSession({ tenantId: TENANT, robotId: "r", leaseMs: LEASE_MS });
    await database.withTransaction(async (transaction) => {
      await take(transaction, sessionId, 1);
      // Only the session: the job's rows belong to the open transaction.
      await database.query(sql`update queue_session set until = until - interval '1 minute'`);
      expect((await queue.reap()).sessionsExpired).toBe(1);
    });

    expect((await queue.reap()).requeued).toHaveLength(1);
    await harness.close();
  });
});

describe("notifications", () => {
  test("reach other processes, few for many jobs", async () => {
    const [sender, receiver] = [createPostgresQueue({ database }), createPostgresQueue({ database })];
    let rings = 0;
    const heard = new EventEmitter();
    const first = once(heard, "ring");
    await receiver.onAvailable(() => {
      rings++;
      heard.emit("ring");
    });

    await Promise.all(Array.from({ length: 100 }, () => sender.enqueue(TENANT, batch(1))));
    await first;
    await sender.close();

    expect(rings).toBeLessThan(100);
    await receiver.close();
  });

  test("of a job in an idle queue come with its commit, and later ones once the pause is over", async () => {
    const said: string[] = [];
    const overheard = Object.assign(Object.create(database) as Database, {
      query: (statement: Parameters<Database["query"]>[0]) => {
        if (statement.text.includes("pg_notify")) said.push(statement.text.trim().slice(0, 16));
        return database.query(statement);
      },
    });
    const receiver = createPostgresQueue({ database });
    const heard = new EventEmitter();
    await receiver.onAvailable(() => heard.emit("ring"));

    await withQueue(async (queue) => {
      const [first] = await Promise.all([once(heard, "ring"), queue.enqueue(TENANT, batch(1))]);
      expect(first).toEqual([]);
      // Nothing but the statement that stores the job has said it.
      expect(said.filter((text) => text.startsWith("select pg_notify"))).toEqual([]);
      await Promise.all([once(heard, "ring"), queue.enqueue(TENANT, batch(1))]);
      const limited = { ...batch(1)[0], kind: "k", payload: 1, concurrency: { key: "x", limit: 1 } };
      await Promise.all([once(heard, "ring"), queue.enqueue(TENANT, [limited])]);
    }, overheard);

    // A job with a limit is not there to be claimed before it is let in, so its notification follows.
    expect(said.at(-1)).toBe("select pg_notify");
    await receiver.close();
  });

  test("stay in the process when it may not listen", async () => {
    const refusing = Object.assign(Object.create(database) as Database, {
      listen: async () => {
        throw databaseErrors.DATABASE_UNAVAILABLE({ reason: "the pooler refuses LISTEN" });
      },
    });
    let rings = 0;

    await withQueue(async (queue) => {
      await queue.onAvailable(() => rings++);
      await queue.enqueue(TENANT, batch(1));
    }, refusing);

    expect(rings).toBe(1);
    const listening = createPostgresQueue({ database: refusing });
    await expect(listening.onAvailable(() => undefined)).rejects.toMatchObject({ retryable: true });
    await listening.close();
  });
});

describe("the job tables", () => {
  test("hold one row of the line for twenty jobs, and none when all are done", async () => {
    await withQueue(async (queue) => {
      await queue.enqueue(TENANT, batch(100));
      expect(await count("queue_ready")).toBe(5);
      const { sessionId } = await queue.openSession({ tenantId: TENANT, robotId: "r", leaseMs: LEASE_MS });

      for (const job of await claim(queue, sessionId, 100)) await queue.complete(job);

      expect([await count("queue_ready"), await count("queue_active"), await count("queue_done")]).toEqual([0, 0, 100]);
    });
  });
});

async function count(table: string): Promise<number> {
  const [row] = await database.query<{ n: string }>(raw(`select count(*) as n from ${table}`));
  return Number(row?.n);
}

function raise(): never {
  throw new Error("missing");
}
