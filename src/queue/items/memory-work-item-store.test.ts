import { describe, expect, test } from "vitest";
import { createManualClock } from "../../core/clock.ts";
import { DEFAULT_TENANT, type TenantId } from "../../core/ids.ts";
import { MemoryWorkItemStore } from "./memory-work-item-store.ts";
import { workItemsDocument } from "./snapshot.ts";
import { describeWorkItemStore } from "./work-item-store.suite.ts";

describeWorkItemStore("memory", async () => {
  const clock = createManualClock(new Date());
  return {
    store: new MemoryWorkItemStore({ clock }),
    now: () => clock.now(),
    advance: async (ms) => clock.advance(ms),
  };
});

const A = DEFAULT_TENANT;
const read = (value: unknown) => workItemsDocument.parse(JSON.parse(JSON.stringify(value)));

describe("a document of work queues", () => {
  test("may be as short as a person writes it", async () => {
    const store = new MemoryWorkItemStore();

    store.load(A, read({ queues: [{ name: "Orders", items: [{ data: { n: 1 } }, { reference: "b" }] }] }));

    const queue = await store.findQueue(A, "Orders");
    const counts = (await store.stats(A, queue?.id ?? "", new Date())).counts;
    expect(counts.new).toBe(2);
  });

  test("comes back as it was left, whatever happened to the items", async () => {
    const clock = createManualClock(new Date("2026-05-01T08:00:00Z"));
    const store = new MemoryWorkItemStore({ clock });
    const draft = {
      name: "Orders",
      uniqueReference: true,
      itemSchema: { type: "object" },
      retry: { application: { maxRetries: 1, delayMs: 60_000 } },
      startRule: { workflowId: "019b76da-a800-7000-8000-00000000000a", itemsPerJob: 1, maxJobs: 1 },
    };
    const { id: queueId } = await store.createQueue(A, draft);
    const items = ["done", "again", "wrong", "gone", "waits"].map((reference, n) => ({
      reference,
      priority: 90 - n,
      data: { n },
    }));
    await store.addItems({ tenantId: A, queueId, items, mode: "all" });
    const holder = { jobId: "1", attempt: 1 };
    const next = async () => {
      const item = await store.takeNext({ tenantId: A, queueId, holder });
      return { tenantId: A, itemId: item?.id ?? "", attempt: item?.attempt ?? 0, holder };
    };
    await store.complete(await next(), { total: 1 });
    await store.fail(await next(), { type: "application", code: "X", message: "m" });
    const wrong = await next();
    await store.fail(wrong, { type: "business", code: "Y", message: "n" });
    await store.reviewItem({
      tenantId: A,
      queueId,
      itemId: wrong.itemId,
      review: { status: "verified", reviewer: "Ada", note: "yes" },
    });
    const page = await store.listItems({ tenantId: A, queueId, filter: { reference: "gone" }, page: { limit: 1 } });
    await store.deleteItem({ tenantId: A, queueId, itemId: page.data[0]?.id ?? "" });
    const left = store.dump(A);

    const other = new MemoryWorkItemStore({ clock });
    other.load(A, read(left));

    expect(other.dump(A)).toEqual(left);
    const all = { tenantId: A, queueId, filter: {}, page: { limit: 250 } };
    const [before, after] = [await store.listItems(all), await other.listItems(all)];
    expect(after).toEqual(before);
    for (const { id } of before.data) expect(await other.attempts(A, id)).toEqual(await store.attempts(A, id));
    clock.advance(60_000);
    expect(await other.takeNext({ tenantId: A, queueId, holder })).toMatchObject({ reference: "again", attempt: 2 });
  });

  test.each([
    ["a queue without a name", { queues: [{}] }, "WORK_QUEUE_INVALID"],
    ["two queues of one name", { queues: [{ name: "a" }, { name: "a" }] }, "WORK_QUEUE_NAME_TAKEN"],
    [
      "an item that breaks the schema",
      { queues: [{ name: "a", itemSchema: { required: ["n"] }, items: [{}] }] },
      "WORK_ITEM_INVALID",
    ],
  ])("is refused with %s, and what was there stays", async (_, document, code) => {
    const store = new MemoryWorkItemStore();
    await store.createQueue(A, { name: "before" });

    expect(() => store.load(A, read(document))).toThrow(expect.objectContaining({ code }));
    expect(await store.findQueue(A, "before")).toBeDefined();
  });

  test("belongs to one tenant", async () => {
    const store = new MemoryWorkItemStore();
    store.load(A, read({ queues: [{ name: "Orders" }] }));

    expect(store.dump(2 as TenantId)).toEqual({ queues: [] });
  });
});
