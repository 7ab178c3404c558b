import { describe, expect, test } from "vitest";
import { AppError } from "../../core/errors.ts";
import type { JsonValue } from "../../core/json.ts";
import { compileWorkflow, createRegistry, parseWorkflow, runPlan } from "../../execution/index.ts";
import { allNodes } from "../all-nodes.ts";
import { runNode } from "../testing.ts";
import {
  createWorkItems,
  type HeldWorkItem,
  type NewWorkItem,
  type WorkItemBackend,
  type WorkItemEnd,
} from "../work-item-access.ts";
import { addQueueItemNode } from "./add-queue-item.ts";
import { getNextQueueItemNode } from "./get-next-queue-item.ts";
import { setQueueItemProgressNode } from "./set-queue-item-progress.ts";
import { setQueueItemStatusNode } from "./set-queue-item-status.ts";

const createdAt = "2026-01-01T00:00:00.000Z";
const item = (id: string, more: Partial<HeldWorkItem> = {}): HeldWorkItem => ({
  id,
  attempt: 1,
  priority: 50,
  data: {},
  createdAt,
  ...more,
});

/** Hands out these items one by one and notes what it is told. */
function fakeBackend(items: readonly HeldWorkItem[], answers: Partial<WorkItemBackend> = {}) {
  const left = [...items];
  const told: { readonly id: string; readonly end: WorkItemEnd | string }[] = [];
  const added: { readonly queue: string; readonly item: NewWorkItem }[] = [];
  const backend: WorkItemBackend = {
    take: async () => left.shift(),
    add: async (queue, given) => {
      added.push({ queue, item: given });
      return `new-${added.length}`;
    },
    settle: async ({ id }, end) => {
      told.push({ id, end });
      if (end.kind === "successful") return "successful";
      return end.exception.type === "business" ? "failed" : "retried";
    },
    progress: async ({ id }, end) => {
      told.push({ id, end });
      return "recorded";
    },
    ...answers,
  };
  return { workItems: createWorkItems(backend), told, added };
}

describe("GetNextQueueItemNode", () => {
  test("gives out the item, its parts, and leaves by exec_out", async () => {
    const { workItems } = fakeBackend([
      item("i1", { reference: "INV-1", data: { amount: 5 }, attempt: 2, deadline: "2026-02-01T00:00:00.000Z" }),
    ]);

    const { outputs, route, logs } = await runNode(getNextQueueItemNode, { queue_name: "Invoices" }, { workItems });

    expect(route).toBe("exec_out");
    expect(outputs).toEqual({
      item: {
        id: "i1",
        reference: "INV-1",
        data: { amount: 5 },
        attempt: 2,
        priority: 50,
        created_at: createdAt,
        deadline: "2026-02-01T00:00:00.000Z",
      },
      data: { amount: 5 },
      reference: "INV-1",
      item_id: "i1",
      attempt: 2,
      has_item: true,
    });
    expect(logs[0]?.message).toContain("INV-1");
  });

  test("leaves by empty when nothing is due, with outputs that can be used all the same", async () => {
    const { workItems } = fakeBackend([]);

    const { outputs, route } = await runNode(getNextQueueItemNode, { queue_name: "Invoices" }, { workItems });

    expect(route).toBe("empty");
    expect(outputs).toEqual({ item: {}, data: {}, reference: "", item_id: "", attempt: 0, has_item: false });
  });
});

describe("SetQueueItemStatusNode", () => {
  test("ends the item that was taken last when none is named", async () => {
    const { workItems, told } = fakeBackend([item("i1"), item("i2")]);
    for (let n = 0; n < 2; n++) await runNode(getNextQueueItemNode, { queue_name: "q" }, { workItems });

    const last = await runNode(setQueueItemStatusNode, { outputs: { total: 1 } }, { workItems });
    const first = await runNode(setQueueItemStatusNode, {}, { workItems });

    expect(last.outputs).toEqual({ item_id: "i2", status: "successful", will_retry: false });
    expect(first.outputs).toMatchObject({ item_id: "i1" });
    expect(told).toEqual([
      { id: "i2", end: { kind: "successful", outputs: { total: 1 } } },
      { id: "i1", end: { kind: "successful", outputs: {} } },
    ]);
  });

  test("tells application exceptions, which may be tried again, from business exceptions", async () => {
    const { workItems, told } = fakeBackend([item("i1"), item("i2")]);
    for (let n = 0; n < 2; n++) await runNode(getNextQueueItemNode, { queue_name: "q" }, { workItems });

    const first = await runNode(
      setQueueItemStatusNode,
      { item_id: "i1", status: "failed", error_code: "SITE_DOWN", error_message: "no answer" },
      { workItems },
    );
    const second = await runNode(
      setQueueItemStatusNode,
      { item_id: "i2", status: "failed", exception_type: "business" },
      { workItems },
    );

    expect(first.outputs).toEqual({ item_id: "i1", status: "retried", will_retry: true });
    expect(second.outputs).toEqual({ item_id: "i2", status: "failed", will_retry: false });
    expect(told.map(({ end }) => end)).toEqual([
      { kind: "failed", exception: { type: "application", code: "SITE_DOWN", message: "no answer" } },
      { kind: "failed", exception: { type: "business", code: "BUSINESS_EXCEPTION", message: "No message was given" } },
    ]);
    expect(first.logs[0]).toMatchObject({ level: "warning" });
  });

  test("fails for an item that this run does not hold, or does not hold any more", async () => {
    const { workItems } = fakeBackend([item("i1")], { settle: async () => "lost" });
    const end = (config: Record<string, JsonValue> = {}) => runNode(setQueueItemStatusNode, config, { workItems });

    await expect(end()).rejects.toMatchObject({ code: "NODE_WORK_ITEM_NOT_HELD" });
    await runNode(getNextQueueItemNode, { queue_name: "q" }, { workItems });
    await expect(end({ item_id: "i9" })).rejects.toMatchObject({ code: "NODE_WORK_ITEM_NOT_HELD" });
    await expect(end()).rejects.toMatchObject({ code: "NODE_WORK_ITEM_LOST" });
    await expect(end()).rejects.toMatchObject({ code: "NODE_WORK_ITEM_NOT_HELD" });
  });

  test("keeps the item when the store was out of reach", async () => {
    let isDown = true;
    const { workItems } = fakeBackend([item("i1")], {
      settle: async () => {
        if (isDown) throw new Error("down");
        return "successful";
      },
    });
    await runNode(getNextQueueItemNode, { queue_name: "q" }, { workItems });

    await expect(runNode(setQueueItemStatusNode, {}, { workItems })).rejects.toThrow("down");
    isDown = false;

    expect((await runNode(setQueueItemStatusNode, {}, { workItems })).outputs["status"]).toBe("successful");
  });
});

describe("AddQueueItemNode", () => {
  test("adds what it is given, and nothing it is not", async () => {
    const { workItems, added } = fakeBackend([]);

    const { outputs } = await runNode(
      addQueueItemNode,
      {
        queue_name: "Invoices",
        data: '{"amount": 5}',
        reference: "INV-1",
        priority: "75",
        deadline: "2026-02-01T00:00:00+01:00",
        postpone_until: "",
      },
      { workItems },
    );
    await runNode(addQueueItemNode, { queue_name: "Invoices" }, { workItems });

    expect(outputs).toEqual({ item_id: "new-1", added: true });
    expect(added).toEqual([
      {
        queue: "Invoices",
        item: { data: { amount: 5 }, reference: "INV-1", priority: 75, deadline: "2026-02-01T00:00:00+01:00" },
      },
      { queue: "Invoices", item: { data: {} } },
    ]);
  });

  test("goes on after a reference that is taken only when it was told to", async () => {
    const taken = new AppError("WORK_ITEM_REFERENCE_TAKEN", { status: 409, message: () => "taken" }, {});
    const { workItems } = fakeBackend([], { add: () => Promise.reject(taken) });
    const add = (config: Record<string, JsonValue>) =>
      runNode(addQueueItemNode, { queue_name: "q", reference: "a", ...config }, { workItems });

    await expect(add({})).rejects.toBe(taken);
    expect((await add({ on_duplicate: "skip" })).outputs).toEqual({ item_id: "", added: false });
  });

  test.each([
    { queue_name: " " },
    { queue_name: "q", priority: 101 },
    { queue_name: "q", deadline: "tomorrow" },
    { queue_name: "q", data: "text" },
  ])("refuses %j", async (config) => {
    await expect(runNode(addQueueItemNode, config, fakeBackend([]))).rejects.toHaveProperty("issues");
  });
});

describe("SetQueueItemProgressNode", () => {
  test("notes it for the item that is named, or was taken last", async () => {
    const { workItems, told } = fakeBackend([item("i1")]);
    await runNode(getNextQueueItemNode, { queue_name: "q" }, { workItems });

    await runNode(setQueueItemProgressNode, { progress: "half" }, { workItems });
    await runNode(setQueueItemProgressNode, { progress: "done", item_id: "i1" }, { workItems });

    expect(told).toEqual([
      { id: "i1", end: "half" },
      { id: "i1", end: "done" },
    ]);
  });

  test("fails when the item is others' by now", async () => {
    const { workItems } = fakeBackend([item("i1")], { progress: async () => "lost" });
    await runNode(getNextQueueItemNode, { queue_name: "q" }, { workItems });

    await expect(runNode(setQueueItemProgressNode, { progress: "x" }, { workItems })).rejects.toMatchObject({
      code: "NODE_WORK_ITEM_LOST",
    });
  });
});

const nodeOf = (type: string, config: Record<string, JsonValue> = {}) => ({ node_type: type, config });
const wireOf = (source: string, port: string, target: string) => ({
  source_node: source,
  source_port: port,
  target_node: target,
  target_port: "exec_in",
});

test("a workflow drains a queue: a loop that ends where the queue is empty", async () => {
  const { workItems, told } = fakeBackend([item("i1", { data: { n: 1 } }), item("i2", { data: { n: 2 } })]);
  const nodes = {
    start: nodeOf("StartNode"),
    loop: nodeOf("WhileLoopStartNode", { expression: "true", max_iterations: 10 }),
    next: nodeOf("GetNextQueueItemNode", { queue_name: "q" }),
    done: nodeOf("SetQueueItemStatusNode", { item_id: "{{next.itemId}}", outputs: { n: "{{next.data.n}}" } }),
    again: nodeOf("WhileLoopEndNode"),
    stop: nodeOf("BreakNode"),
    end: nodeOf("EndNode"),
  };
  const document = {
    metadata: { name: "drain" },
    nodes: Object.fromEntries(Object.entries(nodes).map(([id, facts]) => [id, { node_id: id, ...facts }])),
    connections: [
      wireOf("start", "exec_out", "loop"),
      wireOf("loop", "body", "next"),
      wireOf("next", "exec_out", "done"),
      wireOf("done", "exec_out", "again"),
      wireOf("next", "empty", "stop"),
      wireOf("loop", "completed", "end"),
    ],
  };
  const parsed = parseWorkflow(document);
  if (parsed.file === undefined) throw new Error(JSON.stringify(parsed.issues));
  const { plan, issues } = compileWorkflow(parsed.file, createRegistry(allNodes));
  if (plan === undefined) throw new Error(JSON.stringify(issues));

  const report = await runPlan(plan, { capabilities: { get: async () => workItems } });

  expect(report).toMatchObject({ status: "completed" });
  expect(report.reached).toContain("end");
  expect(told).toEqual([
    { id: "i1", end: { kind: "successful", outputs: { n: 1 } } },
    { id: "i2", end: { kind: "successful", outputs: { n: 2 } } },
  ]);
});
