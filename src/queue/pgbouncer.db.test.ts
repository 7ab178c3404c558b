import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findPgBouncer, type PgBouncer, startPgBouncer } from "../../test/support/pgbouncer.ts";
import { openTestDatabase, type TestDatabase } from "../../test/support/postgres.ts";
import { until } from "../../test/support/processes.ts";
import { type Database, openDatabase } from "../database/index.ts";
import { PgQueuerConsumer } from "./library/consumer.ts";
import { PgQueuerProducer } from "./library/producer.ts";
import { describeLimits } from "./limits.suite.ts";
import { openPostgresHarness } from "./postgres-harness.suite.ts";
import { describeJobQueue } from "./queue.suite.ts";

const program = await findPgBouncer();

/** A pool in transaction mode gives each statement another connection: nothing may be kept on one. */
describe.skipIf(program === undefined)("through PgBouncer", () => {
  let opened: TestDatabase;
  let bouncer: PgBouncer;
  let pooled: Database;

  beforeAll(async () => {
    opened = await openTestDatabase();
    bouncer = await startPgBouncer(program ?? "", opened.url);
    pooled = openDatabase({ url: bouncer.url, maxConnections: 12, preparedStatements: false });
  });
  afterAll(async () => {
    await pooled.close();
    await bouncer.close();
    await opened.close();
  });

  describeJobQueue("PostgreSQL behind PgBouncer", () => openPostgresHarness(pooled));
  describeLimits("PostgreSQL behind PgBouncer", () => openPostgresHarness(pooled));

  test("a consumer finds its jobs by polling, because no notification comes", async () => {
    const source = { url: bouncer.url, isPooled: true, migrate: false } as const;
    const done: unknown[] = [];
    const consumer = new PgQueuerConsumer({
      ...source,
      robotId: "r",
      pollMs: 50,
      handler: async ({ payload }) => void done.push(payload),
    });
    await consumer.start();
    const producer = new PgQueuerProducer(source);

    await producer.enqueueMany([
      { kind: "k", payload: 1 },
      { kind: "k", payload: 2 },
    ]);

    await until(() => (done.length === 2 ? true : undefined), 10_000);
    await consumer.stop();
    await producer.close();
    expect(done).toEqual([1, 2]);
  });
});
