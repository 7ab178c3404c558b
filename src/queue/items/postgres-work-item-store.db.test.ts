import sql, { raw } from "sql-template-tag";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openTestDatabase, type TestDatabase } from "../../../test/support/postgres.ts";
import { DEFAULT_TENANT } from "../../core/ids.ts";
import { createPostgresWorkItemStore } from "./postgres-work-item-store.ts";
import { describeWorkItemStore } from "./work-item-store.suite.ts";
import type { WorkItemStore } from "./work-item-store.ts";

const A = DEFAULT_TENANT;

let opened: TestDatabase;
let store: WorkItemStore;

beforeAll(async () => {
  opened = await openTestDatabase({ maxConnections: 20 });
  store = createPostgresWorkItemStore(opened.database);
});
afterAll(() => opened.close());

/** Every stored instant, so that the past can be made longer instead of waiting. */
const INSTANTS = [
  ["work_queue", "created_at", "updated_at", "deleted_at"],
  ["work_item", "deadline", "postpone_until", "created_at", "updated_at", "started_at", "ended_at", "reviewed_at"],
  ["work_item_attempt", "started_at", "ended_at"],
  ["work_queue_start", "planned_at"],
] as const;

async function clear(): Promise<void> {
  for (const table of ["work_queue_start", "work_item", "work_queue"]) {
    await opened.database.query(raw(`delete from ${table}`));
  }
}

describeWorkItemStore("PostgreSQL", async () => {
  await clear();
  return {
    store,
    now: () => new Date(),
    async advance(ms) {
      for (const [table, ...columns] of INSTANTS) {
        const changes = columns.map((column) => `${column} = ${column} - interval '${ms} ms'`).join(", ");
        await opened.database.query(raw(`update ${table} set ${changes}`));
      }
    },
  };
});

async function createFilledQueue(count: number): Promise<string> {
  const { id } = await store.createQueue(A, { name: `queue ${Math.random()}` });
  const items = Array.from({ length: count }, (_, n) => ({ data: { n }, priority: n % 3 }));
  await store.addItems({ tenantId: A, queueId: id, items, mode: "all" });
  return id;
}

describe("callers at the same time", () => {
  test("a hundred of them get a hundred different items", async () => {
    const queueId = await createFilledQueue(100);

    const taken = await Promise.all(
      Array.from({ length: 100 }, (_, n) =>
        store.takeNext({ tenantId: A, queueId, holder: { jobId: String(n + 1), attempt: 1 } }),
      ),
    );

    expect(new Set(taken.map((item) => item?.id)).size).toBe(100);
    expect(taken.every((item) => item?.attempt === 1)).toBe(true);
  });

  test("a hundred of them share thirty items, one each, and the rest get none", async () => {
    const queueId = await createFilledQueue(30);

    const taken = await Promise.all(
      Array.from({ length: 100 }, (_, n) =>
        store.takeNext({ tenantId: A, queueId, holder: { jobId: String(n + 1), attempt: 1 } }),
      ),
    );

    const got = taken.flatMap((item) => item?.id ?? []);
    expect(got).toHaveLength(30);
    expect(new Set(got).size).toBe(30);
  });

  test("a hundred of them who drain a queue see each item once, while its holders fall dead", async () => {
    const queueId = await createFilledQueue(300);
    const successes: string[] = [];
    let jobs = 1_000;

    const drain = async (): Promise<void> => {
      for (;;) {
        const holder = { jobId: String(++jobs), attempt: 1 };
        const item = await store.takeNext({ tenantId: A, queueId, holder });
        if (item === undefined) return;
        const lease = { tenantId: A, itemId: item.id, attempt: item.attempt, holder };
        // Every fifth dies; half of those speak up too late.
        const isDying = jobs % 5 === 0;
        if (isDying) await store.endHolder(A, holder);
        if (isDying && jobs % 2 === 0) continue;
        const settled = await store.complete(lease);
        expect(settled.kind).toBe(isDying ? "lost" : "recorded");
        if (settled.kind === "recorded") successes.push(item.id);
      }
    };
    await Promise.all(Array.from({ length: 100 }, drain));

    const { counts } = await store.stats(A, queueId, new Date(0));
    expect(counts.successful + counts.retried).toBe(300);
    expect(new Set(successes).size).toBe(successes.length);
    expect(successes).toHaveLength(counts.successful);
    expect(counts.in_progress).toBe(0);
  });

  test("the same request sent ten times at once takes one item", async () => {
    const queueId = await createFilledQueue(20);
    const holder = { jobId: "77", attempt: 1 };

    const taken = await Promise.all(
      Array.from({ length: 10 }, () => store.takeNext({ tenantId: A, queueId, holder, requestId: "r" })),
    );

    expect(new Set(taken.map((item) => item?.id)).size).toBe(1);
    expect((await store.stats(A, queueId, new Date(0))).counts.in_progress).toBe(1);
  });

  test("of a holder's word and its end one counts", async () => {
    for (let round = 0; round < 20; round++) {
      const queueId = await createFilledQueue(1);
      const holder = { jobId: String(5_000 + round), attempt: 1 };
      const item = await store.takeNext({ tenantId: A, queueId, holder });
      const lease = { tenantId: A, itemId: item?.id ?? "", attempt: 1, holder };

      const [settled, abandoned] = await Promise.all([store.complete(lease), store.endHolder(A, holder)]);

      expect(settled.kind === "recorded" ? 1 : 0).toBe(1 - abandoned.length);
    }
  });
});

describe("plans", () => {
  test("the next item comes from the line, whatever lies behind it", async () => {
    const queueId = await createFilledQueue(10);
    await opened.database.query(sql`
      insert into work_item (tenant_id, id, queue_id, state, is_due, priority, data, ended_at)
      select ${A}, gen_random_uuid(), ${queueId}::uuid, 'successful', true, 50, '{}', now()
      from generate_series(1, 20000)`);
    await opened.database.query(sql`
      insert into work_item (tenant_id, id, queue_id, state, is_due, priority, data, postpone_until)
      select ${A}, gen_random_uuid(), ${queueId}::uuid, 'new', false, 99, '{}', now() + interval '1 day'
      from generate_series(1, 20000)`);
    await opened.database.query(raw("analyze work_item"));

    const plan = await opened.database.query<{ "QUERY PLAN": string }>(sql`
      explain select id from work_item
      where tenant_id = ${A} and queue_id = ${queueId}::uuid and state in ('new', 'retried') and is_due
      order by priority desc, deadline, id limit 1 for no key update skip locked`);

    const text = plan.map((line) => line["QUERY PLAN"]).join("\n");
    expect(text).toContain("work_item_due");
    expect(text).not.toMatch(/Sort|Seq Scan/);
    expect(await store.takeNext({ tenantId: A, queueId, holder: { jobId: "1", attempt: 1 } })).toMatchObject({
      priority: 2,
    });
  });
});
