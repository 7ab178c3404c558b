import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../core/json.ts";
import type { OrchestratorClient } from "../../orchestrator/client/index.ts";
import { storeWorkflow } from "./store-workflow.ts";

const { signal } = new AbortController();

/** A client of an orchestrator that has these workflows, one a page. */
function fakeClient(stored: readonly { id: string; name: string; version: number; document: JsonObject }[]) {
  const calls: string[] = [];
  const client = {
    async listWorkflows({ cursor = "0" }: { cursor?: string }) {
      const index = Number(cursor);
      const more = index + 1 < stored.length ? { nextCursor: String(index + 1) } : {};
      return { data: stored.slice(index, index + 1), ...more };
    },
    getWorkflow: async (id: string) => stored.find((workflow) => workflow.id === id),
    async createWorkflow({ name }: { name: string }) {
      calls.push(`create ${name}`);
      return { id: "new", name, version: 1 };
    },
    async updateWorkflow(id: string, { name }: { name: string }, { expectedVersion }: { expectedVersion: number }) {
      calls.push(`update ${id} from version ${expectedVersion}`);
      return { id, name, version: expectedVersion + 1 };
    },
  };
  return { client: client as unknown as OrchestratorClient, calls };
}

const others = [
  { id: "1", name: "invoices 2025", version: 1, document: {} },
  { id: "2", name: "invoices", version: 3, document: { b: 1, a: [2] } },
];

describe("storeWorkflow", () => {
  test("creates what has no namesake", async () => {
    const { client, calls } = fakeClient(others.slice(0, 1));

    const stored = await storeWorkflow(client, { name: "invoices", document: {} }, signal);

    expect(stored).toEqual({ id: "new", name: "invoices", version: 1, change: "created" });
    expect(calls).toEqual(["create invoices"]);
  });

  test("stores nothing when it is what is stored, whatever the order of its keys", async () => {
    const { client, calls } = fakeClient(others);

    const stored = await storeWorkflow(client, { name: "invoices", document: { a: [2], b: 1 } }, signal);

    expect(stored).toEqual({ id: "2", name: "invoices", version: 3, change: "unchanged" });
    expect(calls).toEqual([]);
  });

  test("stores a new version of what has changed, and only over the version it has seen", async () => {
    const { client, calls } = fakeClient(others);

    const stored = await storeWorkflow(client, { name: "invoices", document: { a: [3] } }, signal);

    expect(stored).toMatchObject({ version: 4, change: "updated" });
    expect(calls).toEqual(["update 2 from version 3"]);
  });
});
