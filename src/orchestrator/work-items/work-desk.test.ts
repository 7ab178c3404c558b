import { beforeEach, describe, expect, test } from "vitest";
import { createManualClock } from "../../core/clock.ts";
import { DEFAULT_TENANT } from "../../core/ids.ts";
import type { NewEvent, WorkflowSummary } from "../../persistence/index.ts";
import { createMemoryQueue, type JobQueue } from "../../queue/index.ts";
import { MemoryWorkItemStore, type WorkQueue } from "../../queue/items/index.ts";
import { createWorkDesk, type WorkDesk } from "./work-desk.ts";

const A = DEFAULT_TENANT;
const WORKFLOW = "019b76da-a800-7000-8000-00000000000a";

const clock = createManualClock();
let queue: JobQueue;
let store: MemoryWorkItemStore;
let desk: WorkDesk;
let told: NewEvent[];
let logged: string[];
let isDown: boolean;
beforeEach(() => {
  queue = createMemoryQueue({ clock });
  store = new MemoryWorkItemStore({ clock });
  told = [];
  logged = [];
  isDown = false;
  const note = (_: object, text: string): void => void logged.push(text);
  desk = createWorkDesk({
    store,
    queue: {
      async enqueue(tenantId, requests) {
        if (isDown) throw new Error("the queue is out of reach");
        return queue.enqueue(tenantId, requests);
      },
      get: (tenantId, jobId) => queue.get(tenantId, jobId),
    },
    workflows: {
      async summarize(_, id) {
        const at = clock.now();
        const facts = {
          name: "Work",
          description: "",
          version: 4,
          requires: ["workItems"],
          createdAt: at,
          updatedAt: at,
        };
        return id === WORKFLOW ? ({ id, tenantId: A, ...facts } satisfies WorkflowSummary) : undefined;
      },
    },
    events: { append: async (_, events) => void told.push(...events) },
    clock,
    log: { debug: note, info: note, warn: note, error: note },
  });
});

function createQueue(maxJobs = 2): Promise<WorkQueue> {
  const startRule = { workflowId: WORKFLOW, itemsPerJob: 1, maxJobs };
  const retry = { application: { maxRetries: 1, delayMs: 0 } };
  return store.createQueue(A, { name: `queue ${Math.random()}`, startRule, retry });
}

async function add({ id: queueId }: WorkQueue, count = 1): Promise<void> {
  await store.addItems({ tenantId: A, queueId, items: Array.from({ length: count }, () => ({})), mode: "all" });
}

const jobs = async () => (await queue.list(A, {}, { limit: 250 })).data;
const openStarts = (work: WorkQueue) => store.openStarts(A, work.id);

/** A robot takes a job, and the job an item. */
async function startWork(work: WorkQueue) {
  const { sessionId } = await queue.openSession({ tenantId: A, robotId: "r", leaseMs: 30_000 });
  const request = { tenantId: A, sessionId, environment: "default", capabilities: ["workItems"], limit: 1 };
  const [job] = await queue.claim(request);
  if (job === undefined) throw new Error("no job");
  const holder = { jobId: job.jobId, attempt: job.attempt };
  const item = await store.takeNext({ tenantId: A, queueId: work.id, holder });
  return { job, holder, item };
}

describe("considering a queue", () => {
  test("starts jobs of the newest version, with what the workflow needs, and tells of them", async () => {
    const work = await createQueue();
    await add(work, 5);

    await desk.consider(A, work.id);

    const [job, ...others] = await jobs();
    expect(others).toHaveLength(1);
    expect(job).toMatchObject({
      kind: WORKFLOW,
      requires: ["workItems"],
      payload: { workflowId: WORKFLOW, workflowVersion: 4, workflowName: "Work", variables: {} },
    });
    expect(told).toMatchObject([{ type: "job.created" }, { type: "job.created", data: { workQueueId: work.id } }]);
    expect((await openStarts(work)).every(({ jobId }) => jobId !== undefined)).toBe(true);
  });

  test("many times at once starts no more than once", async () => {
    const work = await createQueue(10);
    await add(work, 10);

    await Promise.all(Array.from({ length: 50 }, () => desk.consider(A, work.id)));

    expect(await jobs()).toHaveLength(10);
  });

  test("survives a queue that is out of reach; a pass makes up for it, once", async () => {
    const work = await createQueue();
    await add(work);
    isDown = true;

    await desk.consider(A, work.id);
    expect(logged).toEqual(["jobs for work items not started"]);
    isDown = false;
    await desk.pass();
    expect(await jobs()).toEqual([]);
    clock.advance(10_001);
    await desk.pass();
    await desk.pass();

    expect(await jobs()).toHaveLength(1);
  });

  test("does nothing for a queue that is gone, and says so", async () => {
    await desk.consider(A, WORKFLOW);

    expect(logged).toEqual(["jobs for work items not started"]);
  });
});

describe("an attempt that ended", () => {
  test("gives its items to others, and its place to another job", async () => {
    const work = await createQueue(1);
    await add(work);
    await desk.consider(A, work.id);
    const { job, holder, item } = await startWork(work);
    await queue.fail(job, { code: "X", message: "m", errorClass: "permanent" });

    await desk.attemptEnded(A, holder);

    expect(await store.getItem(A, work.id, item?.id ?? "")).toMatchObject({ state: "retried" });
    expect((await jobs()).map(({ state }) => state)).toEqual(["pending", "failed"]);
    expect(await openStarts(work)).toHaveLength(1);
  });

  test("keeps its place while its job is tried again", async () => {
    const work = await createQueue(1);
    await add(work, 3);
    await desk.consider(A, work.id);
    const { job, holder } = await startWork(work);
    await queue.fail(job, { code: "X", message: "m", errorClass: "transient" });

    await desk.attemptEnded(A, holder);

    expect(await jobs()).toHaveLength(1);
  });

  test("of a job that works on no items changes nothing", async () => {
    await desk.attemptEnded(A, { jobId: "4711", attempt: 1 });

    expect(logged).toEqual([]);
  });
});

describe("a pass", () => {
  test("finds holders and started jobs that ended unseen, and leaves alone those that run", async () => {
    const work = await createQueue(2);
    await add(work, 2);
    await desk.consider(A, work.id);
    const [ended, running] = [await startWork(work), await startWork(work)];
    await queue.complete(ended.job);

    await desk.pass();

    expect(await store.getItem(A, work.id, ended.item?.id ?? "")).toMatchObject({ state: "retried" });
    expect(await store.getItem(A, work.id, running.item?.id ?? "")).toMatchObject({ state: "in_progress" });
    expect((await jobs()).map(({ state }) => state)).toEqual(["pending", "running", "completed"]);
  });

  test("starts jobs for items whose time has come", async () => {
    const work = await createQueue();
    const postponeUntil = new Date(clock.now().getTime() + 60_000);
    await store.addItems({ tenantId: A, queueId: work.id, items: [{ postponeUntil }], mode: "all" });
    await desk.pass();
    expect(await jobs()).toEqual([]);

    clock.advance(60_000);
    await desk.pass();

    expect(await jobs()).toHaveLength(1);
  });

  test("sees to every queue, whatever one of them does", async () => {
    const [broken, sound] = [await createQueue(), await createQueue()];
    await add(broken);
    isDown = true;
    await desk.consider(A, broken.id);
    clock.advance(10_001);
    await desk.pass();
    expect(logged).toContain("started jobs of a work queue not looked at");
    await add(sound);
    isDown = false;

    await desk.pass();

    expect(await jobs()).toHaveLength(2);
  });
});
