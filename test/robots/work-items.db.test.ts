import { once } from "node:events";
import sql from "sql-template-tag";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { DEFAULT_TENANT, newId } from "../../src/core/ids.ts";
import type { JsonValue } from "../../src/core/json.ts";
import type { WorkItem, WorkQueue, WorkQueueDraft } from "../../src/queue/items/index.ts";
import { openTcpProxy, type TcpProxy } from "../support/tcp-proxy.ts";
import { type Fleet, openFleet, type Replica } from "./harness.ts";

const A = DEFAULT_TENANT;

let fleet: Fleet;
let replica: Replica;
let proxies: TcpProxy[];
beforeEach(async () => {
  fleet = await openFleet();
  replica = await fleet.openReplica();
  proxies = [];
});
afterEach(async () => {
  await fleet.close();
  for (const proxy of proxies) await proxy.close();
});

const until = <T>(look: () => T | Promise<T>): Promise<T> => vi.waitFor(look, { timeout: 15_000, interval: 20 });

async function openProxy(): Promise<TcpProxy> {
  const proxy = await openTcpProxy(replica.port);
  proxies.push(proxy);
  return proxy;
}

const createQueue = (draft: Partial<WorkQueueDraft> = {}): Promise<WorkQueue> =>
  fleet.desk.store.createQueue(A, { name: `queue ${newId()}`, ...draft });

/** As the API does it: adds, then considers the start rule. */
async function addItems(queue: WorkQueue, count: number): Promise<void> {
  const items = Array.from({ length: count }, (_, n) => ({ reference: `r${n}`, data: { n } }));
  await fleet.desk.store.addItems({ tenantId: A, queueId: queue.id, items, mode: "all" });
  await fleet.desk.consider(A, queue.id);
}

async function itemsOf(queue: WorkQueue): Promise<readonly WorkItem[]> {
  const page = await fleet.desk.store.listItems({ tenantId: A, queueId: queue.id, filter: {}, page: { limit: 250 } });
  return page.data;
}

const countsOf = async (queue: WorkQueue) => (await fleet.desk.store.stats(A, queue.id, new Date(0))).counts;
const jobs = async () => (await fleet.queue.list(A, {}, { limit: 250 })).data;

type Nodes = Readonly<Record<string, readonly [type: string, config?: Readonly<Record<string, JsonValue>>]>>;

/** Wires are `a → b` or `a.port → b`. */
function documentOf(nodes: Nodes, wires: readonly string[]): JsonValue {
  return {
    metadata: { name: "work" },
    nodes: Object.fromEntries(
      Object.entries(nodes).map(([id, [type, config]]) => [id, { node_id: id, node_type: type, config: config ?? {} }]),
    ),
    connections: wires.map((wire) => {
      const [from = "", target = ""] = wire.split(" → ");
      const [source = "", port = "exec_out"] = from.split(".");
      return { source_node: source, source_port: port, target_node: target, target_port: "exec_in" };
    }),
    variables: {},
    settings: {},
  };
}

async function storeWorkflow(nodes: Nodes, wires: readonly string[]): Promise<string> {
  const draft = { name: "work", description: "", document: documentOf(nodes, wires), requires: ["workItems"] };
  return (await fleet.workflows.create(A, draft)).id;
}

/** Takes items until there are none, and ends each. */
function drain(queueName: string, more: Nodes = {}, steps: readonly string[] = ["next → done"]): Promise<string> {
  return storeWorkflow(
    {
      start: ["StartNode"],
      loop: ["WhileLoopStartNode", { expression: "true", max_iterations: 1_000 }],
      next: ["GetNextQueueItemNode", { queue_name: queueName }],
      done: ["SetQueueItemStatusNode", { outputs: { twice: "{{next.data.n}}" } }],
      again: ["WhileLoopEndNode"],
      stop: ["BreakNode"],
      ...more,
    },
    ["start → loop", "loop.body → next", ...steps, "done → again", "next.empty → stop"],
  );
}

async function setRule(queue: WorkQueue, workflowId: string, rule: object = {}): Promise<void> {
  const { name, retry } = queue;
  await fleet.desk.store.updateQueue(A, queue.id, {
    draft: { name, retry, startRule: { workflowId, itemsPerJob: 5, maxJobs: 2, ...rule } },
  });
}

async function submit(workflowId: string): Promise<string> {
  const payload = { workflowId, workflowVersion: 1, workflowName: "work", variables: {} };
  const [accepted] = await fleet.queue.enqueue(A, [{ kind: workflowId, payload, retry: { maxAttempts: 1 } }]);
  if (accepted === undefined) throw new Error("not accepted");
  return accepted.jobId;
}

describe("a queue whose items start jobs", () => {
  test("is drained by a robot, and fills another queue", async () => {
    const [queue, results] = [await createQueue(), await createQueue({ uniqueReference: true })];
    const workflow = await drain(
      queue.name,
      {
        note: ["SetQueueItemProgressNode", { progress: "looking at {{next.reference}}" }],
        pass: [
          "AddQueueItemNode",
          { queue_name: results.name, data: "{{next.data}}", reference: "{{next.reference}}" },
        ],
      },
      ["next → note", "note → pass", "pass → done"],
    );
    await setRule(queue, workflow);
    await fleet.openRobot(replica.port, { maxJobs: 2 });

    await addItems(queue, 20);

    await until(async () => expect((await countsOf(queue)).successful).toBe(20));
    expect((await jobs()).length).toBe(2);
    const items = await itemsOf(queue);
    expect(items.map(({ outputs }) => outputs?.["twice"]).toSorted((a, b) => Number(a) - Number(b))).toEqual(
      Array.from({ length: 20 }, (_, n) => n),
    );
    expect(items.every((item) => item.attempt === 1 && item.progress === `looking at ${item.reference}`)).toBe(true);
    expect((await countsOf(results)).new).toBe(20);
    await until(async () => expect(await fleet.desk.store.openStarts(A, queue.id)).toEqual([]));
    const [first] = items;
    const told = (await fleet.eventsOf(first?.holder?.jobId ?? "")).filter(({ data }) => data["itemId"] === first?.id);
    expect(told.map(({ type }) => type)).toEqual(["work-item.taken", "work-item.settled"]);
  });

  test("gets its next job when the one before has ended and items have come meanwhile", async () => {
    const queue = await createQueue();
    // One item a job: what is left needs further jobs.
    const workflow = await storeWorkflow(
      {
        start: ["StartNode"],
        next: ["GetNextQueueItemNode", { queue_name: queue.name }],
        done: ["SetQueueItemStatusNode"],
      },
      ["start → next", "next → done"],
    );
    await setRule(queue, workflow, { itemsPerJob: 100, maxJobs: 1 });
    await fleet.openRobot(replica.port);

    await addItems(queue, 4);

    await until(async () => expect((await countsOf(queue)).successful).toBe(4));
    await until(async () => expect((await jobs()).filter(({ state }) => state === "completed")).toHaveLength(4));
    expect(await jobs()).toHaveLength(4);
  });
});

describe("an item whose job ends without a word", () => {
  const oneRetry = { retry: { application: { maxRetries: 1, delayMs: 0 } } };

  test("is given to the next job at once when its own one failed", async () => {
    const queue = await createQueue(oneRetry);
    const workflow = await storeWorkflow(
      { start: ["StartNode"], next: ["GetNextQueueItemNode", { queue_name: queue.name }], fail: ["FailNode"] },
      ["start → next", "next → fail"],
    );
    await addItems(queue, 1);
    await fleet.openRobot(replica.port);

    const jobId = await submit(workflow);

    await until(async () => expect((await itemsOf(queue))[0]?.state).toBe("retried"));
    expect(await fleet.job(jobId)).toMatchObject({ state: "failed" });
    await submit(workflow);
    await until(async () => expect((await itemsOf(queue))[0]?.state).toBe("abandoned"));
    expect((await itemsOf(queue))[0]).toMatchObject({ attempt: 2, exception: { code: "WORK_ITEM_ABANDONED" } });
  });

  test("is given to the next job when its own one completed and forgot it", async () => {
    const queue = await createQueue(oneRetry);
    const workflow = await storeWorkflow(
      { start: ["StartNode"], next: ["GetNextQueueItemNode", { queue_name: queue.name }] },
      ["start → next"],
    );
    await addItems(queue, 1);
    await fleet.openRobot(replica.port);

    const jobId = await submit(workflow);

    await until(async () => expect((await itemsOf(queue))[0]?.state).toBe("retried"));
    expect(await fleet.job(jobId)).toMatchObject({ state: "completed" });
  });

  test("is taken from a robot that lost its job, and what that says later does not count", async () => {
    const queue = await createQueue(oneRetry);
    const workflow = await drain(queue.name, { hold: ["HoldNode", { gate: "g" }] }, ["next → hold", "hold → done"]);
    await addItems(queue, 1);
    const proxy = await openProxy();
    await fleet.openRobot(proxy.port, { name: "lost" });
    const jobId = await submit(workflow);
    await until(() => expect(fleet.begun("g")).toBe(1));
    proxy.sever();

    // As the upkeep of the orchestrator does it.
    await until(async () => {
      await fleet.queue.reap();
      await fleet.desk.pass();
      expect((await itemsOf(queue))[0]?.state).toBe("retried");
    });
    expect(await fleet.job(jobId)).toMatchObject({ state: "failed" });
    await fleet.openRobot(replica.port, { name: "other", home: fleet.home });
    fleet.open("g");
    const second = await submit(workflow);
    proxy.mend();

    await until(async () => expect((await fleet.job(second)).state).toBe("completed"));
    expect(await itemsOf(queue)).toMatchObject([
      { state: "successful", attempt: 2, holder: { jobId: second, attempt: 1 } },
    ]);
    expect(await fleet.desk.store.attempts(A, (await itemsOf(queue))[0]?.id ?? "")).toMatchObject([
      { attempt: 1, outcome: "abandoned", holder: { jobId } },
      { attempt: 2, outcome: "successful" },
    ]);
  });

  test("keeps it as long as the job runs, whatever a pass looks at", async () => {
    const queue = await createQueue(oneRetry);
    const workflow = await drain(queue.name, { hold: ["HoldNode", { gate: "g" }] }, ["next → hold", "hold → done"]);
    await addItems(queue, 1);
    await fleet.openRobot(replica.port);
    await submit(workflow);
    await until(() => expect(fleet.begun("g")).toBe(1));

    await fleet.desk.pass();
    expect((await itemsOf(queue))[0]?.state).toBe("in_progress");
    fleet.open("g");

    await until(async () => expect((await itemsOf(queue))[0]).toMatchObject({ state: "successful", attempt: 1 }));
  });
});

test("a connection that breaks again and again costs no item and takes none twice", async () => {
  const patient = await fleet.openReplica({ settings: { leaseMs: 60_000, heartbeatMs: 20_000 } });
  const queue = await createQueue();
  const workflow = await drain(queue.name);
  await addItems(queue, 40);
  const proxy = await openTcpProxy(patient.port);
  proxies.push(proxy);
  await fleet.openRobot(proxy.port);
  const jobId = await submit(workflow);

  for (let ended = 0; ended < 40; ) {
    const { successful } = await countsOf(queue);
    if (successful >= ended + 15) {
      proxy.cut();
      ended = successful;
    }
    if (successful === 40) break;
    await new Promise((resolve) => setImmediate(resolve));
  }

  await until(async () => expect((await fleet.job(jobId)).state).toBe("completed"));
  const items = await itemsOf(queue);
  expect(items.every(({ state, attempt }) => state === "successful" && attempt === 1)).toBe(true);
  expect(proxy.accepted).toBeGreaterThanOrEqual(3);
});

test("a start that was decided and not carried out is made up for by a pass, once", async () => {
  const queue = await createQueue();
  await setRule(queue, await drain(queue.name), { itemsPerJob: 1, maxJobs: 1 });
  await fleet.desk.store.addItems({ tenantId: A, queueId: queue.id, items: [{}], mode: "all" });
  const planned = await fleet.desk.store.planStarts(A, queue.id);
  expect(planned?.starts).toHaveLength(1);

  await fleet.desk.pass();
  expect(await jobs()).toEqual([]);
  await fleet.database.database.query(
    sql`update work_queue_start set planned_at = planned_at - interval '1 minute' where tenant_id = ${A}`,
  );
  await Promise.all([fleet.desk.pass(), fleet.desk.pass()]);

  expect(await jobs()).toHaveLength(1);
  await fleet.queue.requestCancel(A, (await jobs())[0]?.id ?? "");
  await fleet.desk.pass();
  expect((await jobs()).map(({ state }) => state)).toEqual(["pending", "cancelled"]);
});

test("a robot gets no item in the name of a job that it does not hold", async () => {
  const queue = await createQueue();
  const workflow = await drain(queue.name, { hold: ["HoldNode", { gate: "g" }] }, ["next → hold", "hold → done"]);
  await addItems(queue, 2);
  await fleet.openRobot(replica.port);
  const jobId = await submit(workflow);
  await until(() => expect(fleet.begun("g")).toBe(1));
  const held = (await itemsOf(queue)).find(({ state }) => state === "in_progress");
  const stranger = fleet.dial(replica.port);
  const heard: { correlationId?: string; type: string; payload: Record<string, unknown> }[] = [];
  stranger.on("message", (data: Buffer) => heard.push(JSON.parse(data.toString())));
  await once(stranger, "open");
  let seq = 0;
  const ask = async (type: string, payload: object) => {
    const id = `m${++seq}`;
    stranger.send(JSON.stringify({ v: 1, type, id, ts: new Date().toISOString(), seq, payload }));
    return until(() => {
      const answer = heard.find((message) => message.correlationId === id);
      if (answer === undefined) throw new Error(`${type} not answered`);
      return answer;
    });
  };
  const hello = { name: "stranger", version: "1", hostname: "h", platform: "linux", environment: "default" };
  const { payload } = await ask("robot.hello", { ...hello, capabilities: [], maxConcurrentJobs: 1 });
  const token = { sessionId: payload["sessionId"], jobId, attempt: 1 };
  const itemToken = { ...token, itemId: held?.id, itemAttempt: 1 };

  const lost = { type: "error", payload: { code: "QUEUE_LEASE_LOST", retryable: false } };
  expect(await ask("work-item.take", { ...token, queue: queue.name, requestId: "r" })).toMatchObject(lost);
  expect(await ask("work-item.add", { ...token, queue: queue.name, item: { id: newId(), data: {} } })).toMatchObject(
    lost,
  );
  expect(await ask("work-item.settle", { ...itemToken, end: { kind: "successful" } })).toMatchObject({
    type: "work-item.settled",
    payload: { outcome: "lost" },
  });
  expect(await ask("work-item.progress", { ...itemToken, progress: "x" })).toMatchObject({
    type: "ack",
    payload: { outcome: "lost" },
  });
  expect(await ask("job.complete", { ...token, result: {} })).toMatchObject({ payload: { outcome: "lost" } });
  expect(await countsOf(queue)).toMatchObject({ in_progress: 1, new: 1 });
  fleet.open("g");

  await until(async () => expect((await countsOf(queue)).successful).toBe(2));
});

test("what is wrong with a call is told to the workflow under the orchestrator's own code", async () => {
  const workflow = await storeWorkflow(
    { start: ["StartNode"], next: ["GetNextQueueItemNode", { queue_name: "Nowhere" }] },
    ["start → next"],
  );
  await fleet.openRobot(replica.port);

  const jobId = await submit(workflow);

  await until(async () => expect((await fleet.job(jobId)).state).toBe("failed"));
  expect((await fleet.job(jobId)).error).toMatchObject({ code: "WORK_QUEUE_NOT_FOUND", details: { node: "next" } });
});
