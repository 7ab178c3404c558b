import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ApiAnswer, type Fleet, openFleet } from "../support/fleet.ts";
import { openTestDatabase } from "../support/postgres.ts";
import { chain } from "../support/workflow-files.ts";

let fleet: Fleet;
const cleanups: (() => Promise<void>)[] = [];

beforeAll(async () => {
  const database = await openTestDatabase();
  cleanups.push(() => database.close());
  fleet = await openFleet(database.url);
  cleanups.push(() => fleet.close());
});
afterAll(async () => {
  for (const cleanup of cleanups.toReversed()) await cleanup();
});

const log = ["LogNode", { message: "hello" }] as const;

function withConnection(source: string, sourcePort: string, target: string, targetPort: string): unknown {
  const file = chain("file", { start: ["StartNode"], say: log, end: ["EndNode"] });
  const connections = file["connections"] as unknown[];
  const extra = { source_node: source, source_port: sourcePort, target_node: target, target_port: targetPort };
  return { ...file, connections: [...connections, extra] };
}

function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < depth; level++) value = { deeper: value };
  return value;
}

const textOf = ({ body }: ApiAnswer): string => JSON.stringify(body);

/** Facts that hold for every refusal. */
function expectProblem(answer: ApiAnswer, status: readonly number[]): void {
  expect(status).toContain(answer.status);
  expect(answer.headers.get("content-type")).toContain("application/problem+json");
  expect(answer.body.code).toMatch(/^[A-Z]+_[A-Z_]+$/);
  expect(textOf(answer)).not.toMatch(/\n\s+at |node_modules|\.ts:\d|\.js:\d/);
}

const create = (document: unknown): Promise<ApiAnswer> => fleet.api("POST", "/api/v1/workflows", { document });

describe("a workflow file that cannot run is refused with place and remedy", () => {
  test("broken JSON", async () => {
    expectProblem(await fleet.api("POST", "/api/v1/workflows", '{"document": {"nodes": }'), [400]);
  });

  test("an unknown node type names the node and the nearest type", async () => {
    const answer = await create(chain("file", { start: ["StartNode"], say: ["LogNod", {}], end: ["EndNode"] }));

    expectProblem(answer, [422]);
    expect(textOf(answer)).toMatch(/say/);
    expect(textOf(answer)).toMatch(/LogNode/);
  });

  test("an unknown port names node, port and the ports there are", async () => {
    const answer = await create(withConnection("say", "nowhere", "end", "exec_in"));

    expectProblem(answer, [422]);
    expect(textOf(answer)).toMatch(/nowhere/);
    expect(textOf(answer)).toMatch(/exec_out/);
  });

  test("a missing setting names node and setting", async () => {
    const answer = await create(chain("file", { start: ["StartNode"], set: ["SetVariableNode", { value: 1 }] }));

    expectProblem(answer, [422]);
    expect(textOf(answer)).toMatch(/set/);
    expect(textOf(answer)).toMatch(/variable_name/);
  });

  test("a setting of the wrong type names node and setting", async () => {
    const answer = await create(chain("file", { start: ["StartNode"], wait: ["WaitNode", { duration: "soon" }] }));

    expectProblem(answer, [422]);
    expect(textOf(answer)).toMatch(/duration/);
    expect(textOf(answer)).toMatch(/number/);
  });

  test("a port that cannot take the value's type", async () => {
    const file = chain("file", {
      start: ["StartNode"],
      list: ["CreateListNode", { item_1: 1 }],
      sum: ["MathOperationNode", { a: 1, b: 2 }],
    });
    const connection = { source_node: "list", source_port: "list", target_node: "sum", target_port: "a" };
    const answer = await create({ ...file, connections: [...(file["connections"] as unknown[]), connection] });

    expectProblem(answer, [422]);
    expect(textOf(answer)).toMatch(/sum/);
    expect(textOf(answer)).toMatch(/LIST/);
  });

  test("a cycle in the flow", async () => {
    const answer = await create(withConnection("say", "exec_out", "say", "exec_in"));

    expectProblem(answer, [422]);
    expect(textOf(answer)).toMatch(/say/);
  });

  test("cyclic data", async () => {
    const file = {
      metadata: { name: "circle" },
      nodes: {
        start: { node_id: "start", node_type: "StartNode", config: {} },
        one: { node_id: "one", node_type: "MathOperationNode", config: { b: 1 } },
        two: { node_id: "two", node_type: "MathOperationNode", config: { b: 1 } },
        say: { node_id: "say", node_type: "LogNode", config: {} },
      },
      connections: [
        { source_node: "start", source_port: "exec_out", target_node: "say", target_port: "exec_in" },
        { source_node: "one", source_port: "result", target_node: "two", target_port: "a" },
        { source_node: "two", source_port: "result", target_node: "one", target_port: "a" },
        { source_node: "two", source_port: "result", target_node: "say", target_port: "message" },
      ],
    };
    const answer = await create(file);

    expectProblem(answer, [422]);
    expect(textOf(answer)).toMatch(/one|two/);
  });

  test("5,001 connections", async () => {
    const file = chain("file", { start: ["StartNode"], say: log });
    const [connection] = file["connections"] as unknown[];
    const answer = await create({ ...file, connections: Array.from({ length: 5_001 }, () => connection) });

    expectProblem(answer, [422]);
    expect(textOf(answer)).toMatch(/5,?000/);
  });

  test("a setting nested 100 levels deep", async () => {
    expectProblem(await create(chain("file", { say: ["LogNode", { message: "x", data: nested(100) }] })), [400, 422]);
  });

  test("a text of 10 MB", async () => {
    const answer = await create(chain("file", { say: ["LogNode", { message: "x".repeat(10_000_000) }] }));

    expectProblem(answer, [413, 422]);
  });

  test("a body beyond the limit", async () => {
    expectProblem(await create(chain("file", { say: ["LogNode", { message: "x".repeat(13_000_000) }] })), [413]);
  });

  test("an unreachable node is no error, but validation tells of it", async () => {
    const file = chain("file", { start: ["StartNode"], say: log });
    const nodes = file["nodes"] as Record<string, unknown>;
    const document = { ...file, nodes: { ...nodes, alone: { node_id: "alone", node_type: "LogNode", config: {} } } };

    const answer = await fleet.api("POST", "/api/v1/workflows/validate", { document });

    expect(answer.status).toBe(200);
    expect(textOf(answer)).toMatch(/alone/);
  });
});

describe("bad requests", () => {
  test.each([
    ["GET", "/api/v1/nothing", undefined, 404],
    ["GET", "/api/v1/jobs/abc", undefined, 400],
    ["GET", "/api/v1/jobs/999999999", undefined, 404],
    ["GET", "/api/v1/jobs?limit=9999", undefined, 400],
    ["GET", "/api/v1/jobs?cursor=%00broken", undefined, 400],
    ["POST", "/api/v1/jobs", { workflowId: "01900000-0000-7000-8000-000000000000" }, 404],
    ["POST", "/api/v1/jobs", { workflowId: 7 }, 400],
    ["POST", "/api/v1/jobs/999999999/cancel", {}, 404],
    ["DELETE", "/api/v1/workflows/01900000-0000-7000-8000-000000000000", undefined, 404],
  ])("%s %s is a problem", async (method, path, body, status) => {
    const answer = await fleet.api(method, path, body);

    expectProblem(answer, status === 400 ? [400, 404, 422] : [status]);
  });

  test("no key and a wrong key are refused", async () => {
    const without = await fetch(`${fleet.orchestrators[0]?.url}/api/v1/jobs`);
    const wrong = await fleet.api("GET", "/api/v1/jobs", undefined, { authorization: "Bearer crpa_admin_nothing" });

    expect([without.status, wrong.status]).toEqual([401, 401]);
  });
});
