import { beforeEach, describe, expect, test } from "vitest";
import { newId, type TenantId } from "../../core/ids.ts";
import type { JsonObject } from "../../core/json.ts";
import type { ItemHolder, ItemLease, WorkItem, WorkItemDraft, WorkItemException } from "./work-item.ts";
import type { WorkItemStore } from "./work-item-store.ts";
import type { WorkQueue, WorkQueueDraft } from "./work-queue.ts";

/** A store whose time the test moves. */
export interface WorkItemHarness {
  readonly store: WorkItemStore;
  /** The store's present. */
  now(): Date;
  /** Lets time pass for everything that is stored. */
  advance(ms: number): Promise<void>;
}

const A = 1 as TenantId;
const B = 2 as TenantId;
const DAY_MS = 86_400_000;
const NOWHERE = "019b76da-a800-7000-8000-000000000001";
const application: WorkItemException = { type: "application", code: "SITE_DOWN", message: "the site did not answer" };
const business: WorkItemException = { type: "business", code: "NO_ADDRESS", message: "the customer has no address" };
const WORKFLOW = "019b76da-a800-7000-8000-00000000000a";

const edit = (queue: WorkQueue, itemId: string, expectedVersion?: number) => ({
  tenantId: queue.tenantId,
  queueId: queue.id,
  itemId,
  ...(expectedVersion !== undefined && { expectedVersion }),
});

const fileOf = (name: string) => ({ name, contentType: "text/plain", sizeBytes: 3, sha256: "a".repeat(64) });

/** Every `WorkItemStore` runs this suite; a store's own test file holds only what is special to it. */
export function describeWorkItemStore(title: string, open: () => Promise<WorkItemHarness>): void {
  describe(`WorkItemStore contract: ${title}`, () => {
    let harness: WorkItemHarness;
    let store: WorkItemStore;
    let jobs: number;

    beforeEach(async () => {
      harness = await open();
      store = harness.store;
      jobs = 0;
    });

    const inMs = (ms: number): Date => new Date(harness.now().getTime() + ms);
    const holder = (): ItemHolder => ({ jobId: String(++jobs), attempt: 1 });

    function createQueue(draft: Partial<WorkQueueDraft> = {}, tenantId = A): Promise<WorkQueue> {
      return store.createQueue(tenantId, { name: `queue ${newId()}`, ...draft });
    }

    async function add(queue: WorkQueue, draft: WorkItemDraft = {}): Promise<string> {
      const [outcome] = await store.addItems({
        tenantId: queue.tenantId,
        queueId: queue.id,
        items: [draft],
        mode: "all",
      });
      if (outcome?.kind !== "added") throw new Error("not added");
      return outcome.itemId;
    }

    const take = (queue: WorkQueue, by = holder(), requestId?: string): Promise<WorkItem | undefined> =>
      store.takeNext({
        tenantId: queue.tenantId,
        queueId: queue.id,
        holder: by,
        ...(requestId !== undefined && { requestId }),
      });

    const addMany = (queue: WorkQueue, count: number, draft: WorkItemDraft = {}) =>
      store.addItems({
        tenantId: A,
        queueId: queue.id,
        items: Array.from({ length: count }, () => draft),
        mode: "all",
      });

    async function taken(queue: WorkQueue, by = holder()): Promise<WorkItem & { readonly lease: ItemLease }> {
      const item = await take(queue, by);
      if (item === undefined) throw new Error("nothing is due");
      const lease = { tenantId: queue.tenantId, itemId: item.id, attempt: item.attempt, holder: by };
      return { ...item, lease };
    }

    async function itemOf(queue: WorkQueue, itemId: string): Promise<WorkItem> {
      const item = await store.getItem(queue.tenantId, queue.id, itemId);
      if (item === undefined) throw new Error(`item ${itemId} is gone`);
      return item;
    }

    const list = async (queue: WorkQueue, filter = {}, limit = 250): Promise<readonly string[]> => {
      const page = await store.listItems({ tenantId: queue.tenantId, queueId: queue.id, filter, page: { limit } });
      return page.data.map(({ id }) => id);
    };

    describe("queues", () => {
      test("are stored with every setting, and found by id and by name", async () => {
        const draft: WorkQueueDraft = {
          name: "Invoices",
          description: "to be paid",
          itemSchema: { type: "object", required: ["amount"] },
          uniqueReference: true,
          defaultPriority: 70,
          retry: { application: { maxRetries: 5 }, business: { delayMs: 5 }, maxAttempts: 4 },
          retentionDays: 90,
          startRule: {
            workflowId: WORKFLOW,
            itemsPerJob: 10,
            maxJobs: 3,
            variables: { a: [1] },
            environment: "production",
            priority: 9,
          },
        };

        const made = await store.createQueue(A, draft);

        expect(made).toMatchObject({
          ...draft,
          tenantId: A,
          version: 1,
          retry: {
            application: { maxRetries: 5, delayMs: 60_000 },
            business: { maxRetries: 0, delayMs: 5 },
            maxAttempts: 4,
          },
        });
        expect(await store.findQueue(A, made.id)).toEqual(made);
        expect(await store.findQueue(A, "Invoices")).toEqual(made);
        expect(await store.findQueue(B, "Invoices")).toBeUndefined();
        expect(await store.findQueue(B, made.id)).toBeUndefined();
        expect(await store.findQueue(A, "no\u0000where")).toBeUndefined();
      });

      test("that bring nothing but a name get the defaults", async () => {
        expect(await createQueue()).toMatchObject({
          description: "",
          uniqueReference: false,
          defaultPriority: 50,
          retry: { application: { maxRetries: 3 }, business: { maxRetries: 0 }, maxAttempts: 10 },
          retentionDays: 30,
        });
        expect((await createQueue()).itemSchema).toBeUndefined();
      });

      test.each<[string, Partial<WorkQueueDraft>, string]>([
        ["an empty name", { name: "" }, "name"],
        ["a name that looks like an id", { name: NOWHERE }, "name"],
        ["a name with white space around", { name: " x" }, "name"],
        ["a name with U+0000", { name: "a\u0000b" }, "name"],
        ["a priority above 100", { defaultPriority: 101 }, "defaultPriority"],
        ["a negative delay", { retry: { application: { delayMs: -1 } } }, "retry.application.delayMs"],
        ["no attempt at all", { retry: { maxAttempts: 0 } }, "retry.maxAttempts"],
        ["no day of retention", { retentionDays: 0 }, "retentionDays"],
        ["a schema with a word that nobody checks", { itemSchema: { not: {} } }, "itemSchema.not"],
        [
          "a rule without a workflow",
          { startRule: { workflowId: "x", itemsPerJob: 1, maxJobs: 1 } },
          "startRule.workflowId",
        ],
        [
          "a rule for no item",
          { startRule: { workflowId: WORKFLOW, itemsPerJob: 0, maxJobs: 1 } },
          "startRule.itemsPerJob",
        ],
        ["a setting that does not exist", { nmae: "x" } as never, "queue"],
      ])("are refused with %s", async (_, draft, path) => {
        await expect(createQueue(draft)).rejects.toMatchObject({ code: "WORK_QUEUE_INVALID", details: { path } });
      });

      test("have a name of their own within the tenant", async () => {
        await createQueue({ name: "Orders" });
        const other = await createQueue({ name: "Returns" });

        await expect(createQueue({ name: "Orders" })).rejects.toMatchObject({ code: "WORK_QUEUE_NAME_TAKEN" });
        await expect(store.updateQueue(A, other.id, { draft: { name: "Orders" } })).rejects.toMatchObject({
          code: "WORK_QUEUE_NAME_TAKEN",
        });
        expect((await createQueue({ name: "Orders" }, B)).tenantId).toBe(B);
      });

      test("are changed as a whole, by who saw the newest version", async () => {
        const queue = await createQueue({ name: "Orders", description: "old", retentionDays: 7 });

        const changed = await store.updateQueue(A, queue.id, { draft: { name: "Orders" }, expectedVersion: 1 });

        expect(changed).toMatchObject({ version: 2, description: "", retentionDays: 30 });
        await expect(
          store.updateQueue(A, queue.id, { draft: { name: "Orders" }, expectedVersion: 1 }),
        ).rejects.toMatchObject({ code: "WORK_QUEUE_CONFLICT", details: { version: 2 } });
        await expect(store.updateQueue(B, queue.id, { draft: { name: "Orders" } })).rejects.toMatchObject({
          code: "WORK_QUEUE_NOT_FOUND",
        });
        await expect(store.updateQueue(A, "x", { draft: { name: "Orders" } })).rejects.toMatchObject({
          code: "WORK_QUEUE_NOT_FOUND",
        });
      });

      test("stay with or without unique references, as they were made", async () => {
        const queue = await createQueue({ name: "Orders" });

        await expect(
          store.updateQueue(A, queue.id, { draft: { name: "Orders", uniqueReference: true } }),
        ).rejects.toMatchObject({ code: "WORK_QUEUE_INVALID", details: { path: "uniqueReference" } });
      });

      test("are listed page by page, newest first", async () => {
        const made = [await createQueue(), await createQueue(), await createQueue()].map(({ id }) => id);

        const first = await store.listQueues(A, { limit: 2 });
        const second = await store.listQueues(A, { limit: 2, cursor: first.nextCursor ?? "" });

        expect([...first.data, ...second.data].map(({ id }) => id)).toEqual(made.toReversed());
        expect(second.nextCursor).toBeUndefined();
        await expect(store.listQueues(A, { limit: 0 })).rejects.toMatchObject({ code: "WORK_ITEM_INVALID" });
        await expect(store.listQueues(A, { limit: 1, cursor: "made-up" })).rejects.toMatchObject({
          code: "WORK_ITEM_INVALID",
        });
      });

      test("are deleted with their items, and their name is free", async () => {
        const queue = await createQueue({ name: "Orders" });
        const itemId = await add(queue);

        await expect(store.deleteQueue(A, queue.id, 7)).rejects.toMatchObject({ code: "WORK_QUEUE_CONFLICT" });
        await store.deleteQueue(A, queue.id, 1);

        expect(await store.findQueue(A, "Orders")).toBeUndefined();
        await expect(store.deleteQueue(A, queue.id)).rejects.toMatchObject({ code: "WORK_QUEUE_NOT_FOUND" });
        await expect(take(queue)).rejects.toMatchObject({ code: "WORK_QUEUE_NOT_FOUND" });
        await expect(store.stats(A, queue.id, inMs(0))).rejects.toMatchObject({ code: "WORK_QUEUE_NOT_FOUND" });
        await store.prune(100);
        expect(await store.getItem(A, queue.id, itemId)).toBeUndefined();
        expect((await createQueue({ name: "Orders" })).id).not.toBe(queue.id);
      });

      test("are not deleted from under a job", async () => {
        const queue = await createQueue();
        await add(queue);
        const { lease } = await taken(queue);

        await expect(store.deleteQueue(A, queue.id)).rejects.toMatchObject({ code: "WORK_QUEUE_IN_USE" });
        await store.complete(lease);

        await expect(store.deleteQueue(A, queue.id)).resolves.toBeUndefined();
      });
    });

    describe("adding items", () => {
      test("stores an item with all it was given", async () => {
        const queue = await createQueue({ defaultPriority: 30 });
        const draft = {
          data: { amount: 12.5, lines: ["a", null, { deep: true }], "odd key": "\u00e9" },
          reference: "INV-1",
          priority: 80,
          postponeUntil: inMs(1_000),
          deadline: inMs(9_000),
        };

        const id = await add(queue, draft);

        expect(await itemOf(queue, id)).toMatchObject({
          ...draft,
          id,
          state: "new",
          version: 1,
          attempt: 0,
          review: { status: "none" },
        });
        expect((await itemOf(queue, await add(queue))).priority).toBe(30);
        expect((await itemOf(queue, await add(queue))).data).toEqual({});
      });

      test("makes storable what PostgreSQL refuses", async () => {
        const queue = await createQueue();

        const id = await add(queue, { data: { a: "x\u0000y", ["b\uD800"]: 1 } });

        expect((await itemOf(queue, id)).data).toEqual({ a: "x\uFFFDy", "b\uFFFD": 1 });
      });

      let deep: JsonObject = {};
      for (let level = 0; level < 64; level++) deep = { deep };
      test.each<[string, WorkItemDraft, string]>([
        ["data that are no object", { data: [] as never }, "items.0.data"],
        ["NaN", { data: { a: [1, Number.NaN] } }, "items.0.data.a.1"],
        ["a function", { data: { a: (() => 1) as never } }, "items.0.data.a"],
        ["a date", { data: { a: new Date() as never } }, "items.0.data.a"],
        ["65 levels", { data: deep }, "items.0.data"],
        ["too much", { data: { a: "x".repeat(1_048_576) } }, "items.0.data"],
        ["an empty reference", { reference: "" }, "items.0.reference"],
        ["a reference with half a character", { reference: "\uD800" }, "items.0.reference"],
        ["a priority that is no whole number", { priority: 1.5 }, "items.0.priority"],
        ["an id that is none", { id: "1; drop table work_item" }, "items.0.id"],
        ["a date that is none", { deadline: new Date(Number.NaN) }, "items.0.deadline"],
        ["a field that does not exist", { dedline: new Date() } as never, "items.0"],
      ])("refuses %s", async (_, draft, path) => {
        const queue = await createQueue();

        await expect(
          store.addItems({ tenantId: A, queueId: queue.id, items: [draft], mode: "all" }),
        ).rejects.toMatchObject({
          code: "WORK_ITEMS_REFUSED",
          details: { errors: [{ path, code: "WORK_ITEM_INVALID" }] },
        });
      });

      test("refuses a deadline before the item may begin, and a batch that is too large", async () => {
        const queue = await createQueue();
        const items = [{ deadline: inMs(1), postponeUntil: inMs(2) }];

        await expect(store.addItems({ tenantId: A, queueId: queue.id, items, mode: "all" })).rejects.toMatchObject({
          code: "WORK_ITEMS_REFUSED",
        });
        await expect(
          store.addItems({
            tenantId: A,
            queueId: queue.id,
            items: Array.from({ length: 10_001 }, () => ({})),
            mode: "each",
          }),
        ).rejects.toMatchObject({ code: "WORK_ITEM_INVALID", details: { path: "items" } });
      });

      test("holds data to the queue's schema", async () => {
        const itemSchema = {
          type: "object",
          properties: { amount: { type: "number", minimum: 0 }, iban: { type: "string", pattern: "^[A-Z]{2}" } },
          required: ["amount"],
          additionalProperties: false,
        };
        const queue = await createQueue({ itemSchema });

        const outcomes = await store.addItems({
          tenantId: A,
          queueId: queue.id,
          mode: "each",
          items: [
            { data: { amount: 1, iban: "DE1" } },
            { data: {} },
            { data: { amount: -1 } },
            { data: { amount: 1, x: 1 } },
          ],
        });

        expect(outcomes.map((outcome) => (outcome.kind === "added" ? "added" : outcome.problem.path))).toEqual([
          "added",
          "items.1.data.amount",
          "items.2.data.amount",
          "items.3.data.x",
        ]);
      });

      test("adds all or none", async () => {
        const queue = await createQueue();
        const items = [{ reference: "a" }, { reference: "b", priority: 101 }, { reference: "c", priority: -1 }];

        await expect(store.addItems({ tenantId: A, queueId: queue.id, items, mode: "all" })).rejects.toMatchObject({
          code: "WORK_ITEMS_REFUSED",
          details: { errors: [{ path: "items.1.priority" }, { path: "items.2.priority" }] },
        });
        expect(await list(queue)).toEqual([]);
        expect(await store.addItems({ tenantId: A, queueId: queue.id, items: [], mode: "all" })).toEqual([]);
      });

      test("adds ten thousand at once", async () => {
        const queue = await createQueue({ uniqueReference: true });
        const items = Array.from({ length: 10_000 }, (_, n) => ({ reference: `r${n}`, data: { n } }));

        const outcomes = await store.addItems({ tenantId: A, queueId: queue.id, items, mode: "all" });

        expect(outcomes.filter((outcome) => outcome.kind === "added" && outcome.created)).toHaveLength(10_000);
        expect((await store.stats(A, queue.id, inMs(0))).counts.new).toBe(10_000);
        expect((await take(queue))?.data).toEqual({ n: 0 });
      });

      test("keeps references unique where they have to be", async () => {
        const queue = await createQueue({ uniqueReference: true });
        await add(queue, { reference: "a" });

        const outcomes = await store.addItems({
          tenantId: A,
          queueId: queue.id,
          mode: "each",
          items: [{ reference: "a" }, { reference: "b" }, { reference: "b" }, {}],
        });

        expect(outcomes).toMatchObject([
          { kind: "refused", problem: { path: "items.0.reference", code: "WORK_ITEM_REFERENCE_TAKEN" } },
          { kind: "added", created: true },
          { kind: "refused", problem: { path: "items.2.reference", code: "WORK_ITEM_REFERENCE_TAKEN" } },
          { kind: "refused", problem: { path: "items.3.reference", code: "WORK_ITEM_INVALID" } },
        ]);
        await expect(
          store.addItems({
            tenantId: A,
            queueId: queue.id,
            items: [{ reference: "c" }, { reference: "a" }],
            mode: "all",
          }),
        ).rejects.toMatchObject({ details: { errors: [{ path: "items.1.reference" }] } });
        expect(await list(queue, { reference: "c" })).toEqual([]);
      });

      test("takes the same reference again where it may, in another queue, and once its item is deleted", async () => {
        const free = await createQueue();
        const unique = await createQueue({ uniqueReference: true });
        await add(free, { reference: "a" });
        await add(free, { reference: "a" });
        const first = await add(unique, { reference: "a" });

        await store.deleteItem(edit(unique, first));

        expect(await add(unique, { reference: "a" })).not.toBe(first);
      });

      test("a reference stays taken when its item has ended", async () => {
        const queue = await createQueue({ uniqueReference: true });
        await add(queue, { reference: "a" });
        await store.complete((await taken(queue)).lease);

        await expect(add(queue, { reference: "a" })).rejects.toMatchObject({ code: "WORK_ITEMS_REFUSED" });
      });

      test("of concurrent callers one gets the reference", async () => {
        const queue = await createQueue({ uniqueReference: true });
        const request = { tenantId: A, queueId: queue.id, mode: "each" } as const;
        const batch = Array.from({ length: 20 }, (_, n) => ({ reference: `r${n}` }));

        const all = await Promise.all(
          Array.from({ length: 10 }, (_, n) =>
            store.addItems({ ...request, items: n % 2 === 0 ? batch : batch.toReversed() }),
          ),
        );

        const added = all.flat().filter((outcome) => outcome.kind === "added");
        expect(added).toHaveLength(20);
        expect(await list(queue)).toHaveLength(20);
      });

      test("an item that is added again under its id is there once", async () => {
        const [queue, other] = [await createQueue({ uniqueReference: true }), await createQueue()];
        const item = { id: newId(), reference: "a" };
        await add(queue, item);

        const again = await store.addItems({ tenantId: A, queueId: queue.id, items: [item], mode: "all" });
        const elsewhere = await store.addItems({ tenantId: A, queueId: other.id, items: [item], mode: "each" });

        expect(again).toEqual([{ kind: "added", itemId: item.id, created: false }]);
        expect(elsewhere).toMatchObject([{ kind: "refused", problem: { path: "items.0.id" } }]);
        expect(await list(queue)).toEqual([item.id]);
      });

      test("needs a queue of this tenant", async () => {
        const queue = await createQueue();

        await expect(
          store.addItems({ tenantId: B, queueId: queue.id, items: [{}], mode: "all" }),
        ).rejects.toMatchObject({ code: "WORK_QUEUE_NOT_FOUND" });
      });
    });

    describe("taking the next item", () => {
      test("goes by priority, then deadline, then age", async () => {
        const queue = await createQueue();
        const order = [
          await add(queue, { reference: "5", priority: 10 }),
          await add(queue, { reference: "3" }),
          await add(queue, { reference: "2", deadline: inMs(2 * DAY_MS) }),
          await add(queue, { reference: "1", deadline: inMs(DAY_MS) }),
          await add(queue, { reference: "4" }),
          await add(queue, { reference: "0", priority: 90 }),
        ];

        const references = [];
        for (const _ of order) references.push((await taken(queue)).reference);

        expect(references).toEqual(["0", "1", "2", "3", "4", "5"]);
        expect(await take(queue)).toBeUndefined();
      });

      test("hands the item over with its attempt and its holder", async () => {
        const queue = await createQueue();
        const id = await add(queue, { data: { n: 1 } });

        const item = await take(queue, { jobId: "17", attempt: 3 });

        expect(item).toMatchObject({
          id,
          state: "in_progress",
          attempt: 1,
          data: { n: 1 },
          holder: { jobId: "17", attempt: 3 },
        });
        expect(item?.startedAt).toBeInstanceOf(Date);
        expect(await store.attempts(A, id)).toMatchObject([
          { attempt: 1, outcome: "in_progress", holder: { jobId: "17", attempt: 3 } },
        ]);
      });

      test("leaves alone what is postponed until its time has come", async () => {
        const queue = await createQueue();
        await add(queue, { reference: "later", priority: 90, postponeUntil: inMs(60_000) });
        await add(queue, { reference: "now" });

        expect((await taken(queue)).reference).toBe("now");
        expect(await take(queue)).toBeUndefined();
        await harness.advance(60_001);
        expect((await taken(queue)).reference).toBe("later");
      });

      test("gives the same item for the same request, and another one for another", async () => {
        const queue = await createQueue();
        for (let n = 0; n < 3; n++) await add(queue);
        const by = holder();

        const first = await take(queue, by, "r1");
        const again = await take(queue, by, "r1");
        const next = await take(queue, by, "r2");
        const stranger = await take(queue, holder(), "r1");

        expect(again).toEqual(first);
        expect(new Set([first?.id, next?.id, stranger?.id]).size).toBe(3);
      });

      test("refuses a holder that is none", async () => {
        const queue = await createQueue();

        for (const by of [
          { jobId: "x", attempt: 1 },
          { jobId: "0", attempt: 1 },
          { jobId: "1", attempt: 0 },
        ]) {
          await expect(take(queue, by)).rejects.toMatchObject({ code: "WORK_ITEM_INVALID" });
        }
        await expect(take({ ...queue, tenantId: B })).rejects.toMatchObject({ code: "WORK_QUEUE_NOT_FOUND" });
      });
    });

    describe("ending an attempt", () => {
      test("as a success keeps what came out", async () => {
        const queue = await createQueue();
        await add(queue);
        const { id, lease } = await taken(queue);
        await store.setProgress(lease, "half done");

        const settled = await store.complete(lease, { total: 3 });

        expect(settled).toEqual({ kind: "recorded", queueId: queue.id, state: "successful" });
        const item = await itemOf(queue, id);
        expect(item).toMatchObject({ state: "successful", outputs: { total: 3 }, progress: "half done" });
        expect(item.endedAt).toBeInstanceOf(Date);
        expect(await store.attempts(A, id)).toMatchObject([{ outcome: "successful", progress: "half done" }]);
      });

      test("with an application exception sends it back until its retries are used up", async () => {
        const queue = await createQueue({ retry: { application: { maxRetries: 2, delayMs: 0 } } });
        const id = await add(queue);
        const states = [];

        for (let n = 0; n < 3; n++) {
          const settled = await store.fail((await taken(queue)).lease, application);
          states.push(settled.kind === "recorded" && settled.state);
        }

        expect(states).toEqual(["retried", "retried", "failed"]);
        expect(await itemOf(queue, id)).toMatchObject({ state: "failed", attempt: 3, exception: application });
        expect(await store.attempts(A, id)).toMatchObject([
          { attempt: 1, outcome: "failed", exception: application },
          { attempt: 2, outcome: "failed" },
          { attempt: 3, outcome: "failed" },
        ]);
        expect(await take(queue)).toBeUndefined();
      });

      test("waits as long as the rule says before it is tried again", async () => {
        const queue = await createQueue({ retry: { application: { delayMs: 30_000 } } });
        const id = await add(queue);

        await store.fail((await taken(queue)).lease, application);

        expect(await itemOf(queue, id)).toMatchObject({ state: "retried", exception: application });
        expect(await take(queue)).toBeUndefined();
        await harness.advance(30_001);
        const again = await taken(queue);
        expect(again).toMatchObject({ id, attempt: 2 });
        expect(again.exception).toBeUndefined();
      });

      test("with a business exception is the end, unless the queue says otherwise", async () => {
        const strict = await createQueue();
        const patient = await createQueue({ retry: { business: { maxRetries: 1, delayMs: 0 } } });
        for (const queue of [strict, patient]) await add(queue);

        const first = await store.fail((await taken(strict)).lease, business);
        const second = await store.fail((await taken(patient)).lease, business);
        const third = await store.fail((await taken(patient)).lease, business);

        expect([first, second, third]).toMatchObject([{ state: "failed" }, { state: "retried" }, { state: "failed" }]);
      });

      test("exceptions of the two types are counted apart, and together never exceed the attempts", async () => {
        const queue = await createQueue({
          retry: {
            application: { maxRetries: 9, delayMs: 0 },
            business: { maxRetries: 1, delayMs: 0 },
            maxAttempts: 4,
          },
        });
        await add(queue);

        const states = [];
        for (const exception of [application, business, application, application]) {
          states.push(await store.fail((await taken(queue)).lease, exception));
        }

        expect(states).toMatchObject([
          { state: "retried" },
          { state: "retried" },
          { state: "retried" },
          { state: "failed" },
        ]);
      });

      test("is told twice and counted once", async () => {
        const queue = await createQueue({ retry: { application: { delayMs: 0 } } });
        await add(queue);
        const { lease } = await taken(queue);
        await store.fail(lease, application);

        expect(await store.fail(lease, application)).toEqual({ kind: "duplicate", state: "retried" });
        expect(await store.complete(lease)).toEqual({ kind: "lost" });
        const second = await taken(queue);
        expect(await store.fail(lease, application)).toEqual({ kind: "duplicate", state: "retried" });
        await store.complete(second.lease);
        expect(await store.complete(second.lease)).toEqual({ kind: "duplicate", state: "successful" });
        expect(await store.fail(second.lease, application)).toEqual({ kind: "lost" });
      });

      test("is refused to whom the item does not belong", async () => {
        const queue = await createQueue();
        await add(queue);
        const { id, lease } = await taken(queue);
        const strangers: ItemLease[] = [
          { ...lease, attempt: 2 },
          { ...lease, holder: { ...lease.holder, attempt: 2 } },
          { ...lease, holder: { ...lease.holder, jobId: "999" } },
          { ...lease, holder: { ...lease.holder, jobId: "no job" } },
          { ...lease, itemId: NOWHERE },
          { ...lease, itemId: "no item" },
          { ...lease, tenantId: B },
        ];

        for (const stranger of strangers) {
          expect(await store.complete(stranger)).toEqual({ kind: "lost" });
          expect(await store.fail(stranger, application)).toEqual({ kind: "lost" });
          expect(await store.setProgress(stranger, "x")).toBe("lost");
        }
        expect(await itemOf(queue, id)).toMatchObject({ state: "in_progress" });
      });

      test("never fails on what is told about it", async () => {
        const queue = await createQueue();
        await add(queue);
        const { id, lease } = await taken(queue);
        await store.setProgress(lease, `\u0000${"x".repeat(600)}`);

        await store.fail(lease, { type: "business", code: "", message: `\uD800${"m".repeat(20_000)}` });

        const item = await itemOf(queue, id);
        expect(item.exception).toMatchObject({ code: "UNKNOWN" });
        expect(item.exception?.message).toHaveLength(16_384);
        expect(item.progress).toHaveLength(500);
      });

      test("refuses outputs that cannot be kept, and the item stays with its holder", async () => {
        const queue = await createQueue();
        await add(queue);
        const { lease } = await taken(queue);

        await expect(store.complete(lease, { n: Infinity })).rejects.toMatchObject({
          code: "WORK_ITEM_INVALID",
          details: { path: "outputs.n" },
        });
        expect(await store.complete(lease)).toMatchObject({ kind: "recorded" });
      });
    });

    describe("a holder that ends without a word", () => {
      test("loses its items, which are tried again by the rules of application exceptions", async () => {
        const queue = await createQueue({ retry: { application: { maxRetries: 1, delayMs: 0 } } });
        const id = await add(queue);
        const first = await taken(queue);

        const retried = await store.endHolder(A, first.lease.holder);
        const second = await taken(queue);
        const abandoned = await store.endHolder(A, second.lease.holder);

        expect(retried).toEqual([{ itemId: id, queueId: queue.id, state: "retried" }]);
        expect(second).toMatchObject({ id, attempt: 2 });
        expect(abandoned).toEqual([{ itemId: id, queueId: queue.id, state: "abandoned" }]);
        expect(await itemOf(queue, id)).toMatchObject({
          state: "abandoned",
          exception: { type: "application", code: "WORK_ITEM_ABANDONED" },
        });
        expect(await store.attempts(A, id)).toMatchObject([{ outcome: "abandoned" }, { outcome: "abandoned" }]);
      });

      test("can say nothing about them any more", async () => {
        const queue = await createQueue();
        await add(queue);
        const { lease } = await taken(queue);

        await store.endHolder(A, lease.holder);

        expect(await store.complete(lease)).toEqual({ kind: "lost" });
        expect(await store.fail(lease, application)).toEqual({ kind: "lost" });
      });

      test("loses all it holds, and nothing of others", async () => {
        const queue = await createQueue({ retry: { application: { maxRetries: 0 } } });
        for (let n = 0; n < 4; n++) await add(queue);
        const by = holder();
        const own = [await taken(queue, by), await taken(queue, by)].map(({ id }) => id);
        const done = await taken(queue, by);
        await store.complete(done.lease);
        const other = await taken(queue, { ...by, attempt: 2 });

        const ended = await store.endHolder(A, by);

        expect(ended.map(({ itemId }) => itemId).toSorted()).toEqual(own.toSorted());
        expect(await store.endHolder(A, by)).toEqual([]);
        expect(await store.endHolder(B, { ...by, attempt: 2 })).toEqual([]);
        expect(await store.endHolder(A, { jobId: "no job", attempt: 1 })).toEqual([]);
        expect((await itemOf(queue, other.id)).state).toBe("in_progress");
      });

      test("is on the list of holders as long as it holds something", async () => {
        const [queue, foreign] = [await createQueue(), await createQueue({}, B)];
        for (let n = 0; n < 3; n++) await add(queue);
        await add(foreign);
        const by = holder();
        await taken(queue, by);
        await taken(queue, by);
        const other = await taken(queue, { jobId: "12", attempt: 1 });
        await taken(foreign, { jobId: "2", attempt: 1 });
        await store.complete(other.lease);
        await taken(queue, { jobId: "3", attempt: 1 }).catch(() => undefined);

        const all = await store.holders();

        expect(all).toEqual([
          { tenantId: A, jobId: by.jobId, attempt: 1 },
          { tenantId: B, jobId: "2", attempt: 1 },
        ]);
        expect(await store.holders(all[0])).toEqual(all.slice(1));
        expect(await store.holders(all[1])).toEqual([]);
      });
    });

    describe("people", () => {
      test("change an item that waits", async () => {
        const queue = await createQueue({ uniqueReference: true });
        const id = await add(queue, { reference: "a", deadline: inMs(5_000), data: { n: 1 } });
        const change = { data: { n: 2 }, reference: "b", priority: 99, deadline: null, postponeUntil: inMs(60_000) };

        const changed = await store.updateItem({ ...edit(queue, id, 1), change });

        expect(changed).toMatchObject({ data: { n: 2 }, reference: "b", priority: 99, version: 2 });
        expect(changed.deadline).toBeUndefined();
        expect(await take(queue)).toBeUndefined();
        await store.updateItem({ ...edit(queue, id), change: { postponeUntil: null } });
        expect((await taken(queue)).id).toBe(id);
      });

      test("are held to the schema, to unique references and to the version they saw", async () => {
        const queue = await createQueue({
          uniqueReference: true,
          itemSchema: { properties: { n: { type: "number" } } },
        });
        await add(queue, { reference: "a" });
        const id = await add(queue, { reference: "b" });
        const update = (change: object, expectedVersion?: number) =>
          store.updateItem({ ...edit(queue, id, expectedVersion), change });

        await expect(update({ data: { n: "1" } })).rejects.toMatchObject({
          code: "WORK_ITEM_INVALID",
          details: { path: "data.n" },
        });
        await expect(update({ reference: null })).rejects.toMatchObject({ code: "WORK_ITEM_INVALID" });
        await expect(update({ reference: "a" })).rejects.toMatchObject({ code: "WORK_ITEM_REFERENCE_TAKEN" });
        await expect(update({ priority: 1 }, 7)).rejects.toMatchObject({ code: "WORK_ITEM_CONFLICT" });
        await expect(update({ what: 1 })).rejects.toMatchObject({ code: "WORK_ITEM_INVALID" });
        expect(await update({ reference: "b" })).toMatchObject({ reference: "b" });
      });

      test("leave alone what is being worked on and what has ended", async () => {
        const queue = await createQueue();
        const id = await add(queue);
        const { lease } = await taken(queue);

        for (const expected of ["in_progress", "successful"]) {
          await expect(store.updateItem({ ...edit(queue, id), change: { priority: 1 } })).rejects.toMatchObject({
            code: "WORK_ITEM_STATE",
            details: { state: expected },
          });
          await store.complete(lease);
        }
        await expect(store.retryItem({ ...edit(queue, id), reviewer: "Ada" })).rejects.toMatchObject({
          code: "WORK_ITEM_STATE",
        });
      });

      test("delete an item that no job holds", async () => {
        const queue = await createQueue();
        const [waiting, held] = [await add(queue), await add(queue)];
        await store.deleteItem(edit(queue, waiting, 1));
        const { lease } = await taken(queue);

        await expect(store.deleteItem(edit(queue, held))).rejects.toMatchObject({ code: "WORK_ITEM_STATE" });
        await store.complete(lease);
        await store.deleteItem(edit(queue, held));

        expect((await itemOf(queue, waiting)).state).toBe("deleted");
        expect(await store.attempts(A, held)).toMatchObject([{ outcome: "successful" }]);
        expect(await take(queue)).toBeUndefined();
        await expect(store.deleteItem(edit(queue, held))).rejects.toMatchObject({ code: "WORK_ITEM_STATE" });
        await expect(store.deleteItem(edit(queue, NOWHERE))).rejects.toMatchObject({ code: "WORK_ITEM_NOT_FOUND" });
        await expect(store.deleteItem(edit(queue, "x"))).rejects.toMatchObject({ code: "WORK_ITEM_NOT_FOUND" });
        await expect(store.deleteItem({ ...edit(queue, held), tenantId: B })).rejects.toMatchObject({
          code: "WORK_QUEUE_NOT_FOUND",
        });
      });

      test("send a failed item back with all its retries", async () => {
        const queue = await createQueue({ retry: { application: { maxRetries: 1, delayMs: 0 } } });
        const id = await add(queue);
        const failTwice = async () => {
          for (let n = 0; n < 2; n++) await store.fail((await taken(queue)).lease, application);
        };
        await failTwice();

        const retried = await store.retryItem({ ...edit(queue, id), reviewer: "Ada", note: "site is back" });

        expect(retried).toMatchObject({
          state: "retried",
          review: { status: "retried", reviewer: "Ada", note: "site is back" },
        });
        expect(retried.endedAt).toBeUndefined();
        await failTwice();
        expect(await itemOf(queue, id)).toMatchObject({ state: "failed", attempt: 4 });
        expect(await store.attempts(A, id)).toHaveLength(4);
      });

      test("send an abandoned item back, too", async () => {
        const queue = await createQueue({ retry: { application: { maxRetries: 0 } } });
        const id = await add(queue);
        await store.endHolder(A, (await taken(queue)).lease.holder);

        await store.retryItem({ ...edit(queue, id), reviewer: "Ada" });

        expect(await store.attempts(A, id)).toMatchObject([{ attempt: 1, outcome: "abandoned" }]);
        expect(await taken(queue)).toMatchObject({ id, attempt: 2 });
      });

      test("review what did not succeed", async () => {
        const queue = await createQueue();
        const id = await add(queue);
        await expect(
          store.reviewItem({ ...edit(queue, id), review: { status: "in_review", reviewer: "Ada" } }),
        ).rejects.toMatchObject({ code: "WORK_ITEM_STATE" });
        await store.fail((await taken(queue)).lease, business);

        await store.reviewItem({ ...edit(queue, id), review: { status: "in_review", reviewer: "Ada" } });
        const verified = await store.reviewItem({
          ...edit(queue, id),
          review: { status: "verified", reviewer: "Grace", note: "wrong address" },
        });

        expect(verified).toMatchObject({
          state: "failed",
          review: { status: "verified", reviewer: "Grace", note: "wrong address" },
        });
        expect(verified.review.at).toBeInstanceOf(Date);
        await expect(
          store.reviewItem({ ...edit(queue, id), review: { status: "verified", reviewer: "" } }),
        ).rejects.toMatchObject({ code: "WORK_ITEM_INVALID" });
      });

      test("list items by state, reference, review, exception and time, page by page", async () => {
        const queue = await createQueue();
        const first = await add(queue, { reference: "a", priority: 90 });
        await store.fail((await taken(queue)).lease, business);
        await store.reviewItem({ ...edit(queue, first), review: { status: "verified", reviewer: "Ada" } });
        await harness.advance(60_000);
        const second = await add(queue, { reference: "b", priority: 80 });
        await store.complete((await taken(queue)).lease);
        const third = await add(queue, { reference: "a" });

        expect(await list(queue)).toEqual([third, second, first]);
        expect(await list(queue, { states: ["new", "successful"] })).toEqual([third, second]);
        expect(await list(queue, { reference: "a" })).toEqual([third, first]);
        expect(await list(queue, { review: "verified" })).toEqual([first]);
        expect(await list(queue, { exceptionType: "business" })).toEqual([first]);
        expect(await list(queue, { exceptionType: "application" })).toEqual([]);
        expect(await list(queue, { createdFrom: inMs(-30_000) })).toEqual([third, second]);
        expect(await list(queue, { createdTo: inMs(-30_000) })).toEqual([first]);
        const page = await store.listItems({ tenantId: A, queueId: queue.id, filter: {}, page: { limit: 2 } });
        expect(page.data.map(({ id }) => id)).toEqual([third, second]);
        const rest = await store.listItems({
          tenantId: A,
          queueId: queue.id,
          filter: {},
          page: { limit: 2, cursor: page.nextCursor ?? "" },
        });
        expect(rest.data.map(({ id }) => id)).toEqual([first]);
        expect(rest.nextCursor).toBeUndefined();
        await expect(list({ ...queue, tenantId: B })).rejects.toMatchObject({ code: "WORK_QUEUE_NOT_FOUND" });
        await expect(list(queue, { reference: "\u0000" })).rejects.toMatchObject({ code: "WORK_ITEM_INVALID" });
        expect(await store.getItem(B, queue.id, first)).toBeUndefined();
        expect(await store.getItem(A, NOWHERE, first)).toBeUndefined();
        expect(await store.getItem(A, queue.id, "x")).toBeUndefined();
        expect(await store.attempts(A, "x")).toEqual([]);
      });
    });

    describe("files", () => {
      test("belong to an item; the same name replaces", async () => {
        const queue = await createQueue();
        const id = await add(queue);
        const kept = await store.addFile(A, id, fileOf("b.txt"));
        await store.addFile(A, id, fileOf("a.txt"));

        const replaced = await store.addFile(A, id, { ...fileOf("b.txt"), sizeBytes: 9 });

        expect(await store.listFiles(A, id)).toMatchObject([{ name: "a.txt" }, { name: "b.txt", sizeBytes: 9 }]);
        expect(replaced.id).toBe(kept.id);
        expect(await store.removeFile(A, id, kept.id)).toBe(true);
        expect(await store.removeFile(A, id, kept.id)).toBe(false);
        expect(await store.removeFile(A, id, "x")).toBe(false);
        expect(await store.listFiles(B, id)).toEqual([]);
        expect(await store.listFiles(A, "x")).toEqual([]);
      });

      test("are at most a hundred, of an item that exists", async () => {
        const queue = await createQueue();
        const id = await add(queue);
        for (let n = 0; n < 100; n++) await store.addFile(A, id, fileOf(`f${n}`));

        await expect(store.addFile(A, id, fileOf("one more"))).rejects.toMatchObject({ code: "WORK_ITEM_INVALID" });
        await expect(store.addFile(A, id, fileOf("f7"))).resolves.toMatchObject({ name: "f7" });
        for (const nothing of [NOWHERE, "x"]) {
          await expect(store.addFile(A, nothing, fileOf("f"))).rejects.toMatchObject({ code: "WORK_ITEM_NOT_FOUND" });
        }
      });
    });

    test("figures tell what waits, what ended how, how long it took and what was late", async () => {
      const queue = await createQueue({ retry: { application: { maxRetries: 1, delayMs: 60_000 } } });
      await add(queue, { reference: "done", priority: 99, deadline: inMs(500) });
      await add(queue, { reference: "again", priority: 98 });
      await add(queue, { reference: "wrong", priority: 97 });
      const since = inMs(-60_000);
      const [done, again, wrong] = [await taken(queue), await taken(queue), await taken(queue)];
      await harness.advance(1_000);
      await store.complete(done.lease);
      await store.fail(again.lease, application);
      await store.fail(wrong.lease, business);
      await add(queue, { reference: "waits", deadline: inMs(10_000) });
      await add(queue, { reference: "late", postponeUntil: inMs(DAY_MS) });
      await harness.advance(20_000);

      const stats = await store.stats(A, queue.id, since);

      expect(stats.counts).toEqual({
        new: 2,
        in_progress: 0,
        successful: 1,
        failed: 1,
        abandoned: 0,
        retried: 1,
        deleted: 0,
      });
      expect(stats).toMatchObject({ due: 1, postponed: 2, deadlineMisses: 2 });
      expect(stats.averageHandlingMs).toBeGreaterThanOrEqual(1_000);
      expect(stats.averageHandlingMs).toBeLessThan(3_000);
      expect(stats.oldestNewMs).toBeGreaterThanOrEqual(20_000);
      const later = await store.stats(A, queue.id, inMs(0));
      expect(later.averageHandlingMs).toBeUndefined();
      expect(later.deadlineMisses).toBe(1);
    });

    test("what has outlived the queue's retention is deleted, the rest stays", async () => {
      const queue = await createQueue({ retentionDays: 2 });
      for (let n = 0; n < 4; n++) await add(queue);
      for (let n = 0; n < 3; n++) await store.complete((await taken(queue)).lease);
      await harness.advance(2 * DAY_MS - 60_000);
      expect(await store.prune(100)).toBe(0);

      await harness.advance(120_000);

      expect(await store.prune(2)).toBe(2);
      expect(await store.prune(100)).toBe(1);
      expect(await store.prune(100)).toBe(0);
      expect((await store.stats(A, queue.id, inMs(0))).counts).toMatchObject({ new: 1, successful: 0 });
    });

    describe("a start rule", () => {
      const startRule = { workflowId: WORKFLOW, itemsPerJob: 3, maxJobs: 2 };

      test("starts a job for each portion of waiting items, up to its limit", async () => {
        const queue = await createQueue({ startRule });
        expect(await store.planStarts(A, queue.id)).toEqual({ rule: startRule, starts: [] });
        await addMany(queue, 1);

        const first = await store.planStarts(A, queue.id);
        const again = await store.planStarts(A, queue.id);
        await addMany(queue, 100);
        const more = await store.planStarts(A, queue.id);

        expect(first?.starts).toEqual([{ tenantId: A, queueId: queue.id, number: 1 }]);
        expect(again?.starts).toEqual([]);
        expect(more?.starts.map(({ number }) => number)).toEqual([2]);
        expect((await store.planStarts(A, queue.id))?.starts).toEqual([]);
      });

      test("starts nothing for items that nobody may take now", async () => {
        const queue = await createQueue({ startRule });
        await addMany(queue, 1);
        await taken(queue);
        await addMany(queue, 5, { postponeUntil: inMs(60_000) });

        expect((await store.planStarts(A, queue.id))?.starts).toEqual([]);
        await harness.advance(60_001);
        expect((await store.planStarts(A, queue.id))?.starts).toHaveLength(2);
      });

      test("does not count on jobs that hold an item already", async () => {
        const queue = await createQueue({ startRule: { ...startRule, itemsPerJob: 1 } });
        await addMany(queue, 1);
        expect((await store.planStarts(A, queue.id))?.starts).toHaveLength(1);
        await taken(queue);
        await addMany(queue, 1);

        expect((await store.planStarts(A, queue.id))?.starts).toHaveLength(1);
      });

      test("remembers which job it started until that is forgotten", async () => {
        const queue = await createQueue({ startRule });
        await addMany(queue, 6);
        const planned = await store.planStarts(A, queue.id);
        const [first, second] = planned?.starts ?? [];
        if (first === undefined || second === undefined) throw new Error("two starts expected");

        await store.recordStart(first, "71");

        expect(await store.openStarts(A, queue.id)).toMatchObject([{ ...first, jobId: "71" }, second]);
        expect((await store.openStarts(A, queue.id))[1]?.jobId).toBeUndefined();
        expect(await store.startOf(A, "71")).toEqual(first);
        expect(await store.startOf(B, "71")).toBeUndefined();
        expect(await store.startOf(A, "no job")).toBeUndefined();
        await store.forgetStart(first);
        expect(await store.startOf(A, "71")).toBeUndefined();
        expect((await store.planStarts(A, queue.id))?.starts).toMatchObject([{ number: 3 }]);
      });

      test("is evaluated once, however many do so at the same time", async () => {
        const queue = await createQueue({ startRule: { ...startRule, maxJobs: 50 } });
        await addMany(queue, 60);

        const planned = await Promise.all(Array.from({ length: 12 }, () => store.planStarts(A, queue.id)));

        const numbers = planned.flatMap((plan) => plan?.starts.map(({ number }) => number) ?? []);
        expect(numbers.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, n) => n + 1));
      });

      test("is there or not", async () => {
        const [without, having] = [await createQueue(), await createQueue({ startRule })];
        await addMany(without, 5);

        expect(await store.planStarts(A, without.id)).toBeUndefined();
        expect(await store.startingQueues()).toEqual([{ tenantId: A, queueId: having.id }]);
        await expect(store.planStarts(B, having.id)).rejects.toMatchObject({ code: "WORK_QUEUE_NOT_FOUND" });
        await expect(store.planStarts(A, "x")).rejects.toMatchObject({ code: "WORK_QUEUE_NOT_FOUND" });
        expect(await store.openStarts(A, "x")).toEqual([]);
      });
    });
  });
}
