import { expect, test } from "vitest";
import type { OrchestratorClient } from "../../orchestrator/client/index.ts";
import { findWorkflowId } from "./find-workflow.ts";

const pages = [
  { data: [{ id: "1", name: "invoices 2025" }], nextCursor: "next" },
  { data: [{ id: "2", name: "invoices" }] },
];
const client = {
  listWorkflows: async ({ cursor }: { cursor?: string }) => pages[cursor === "next" ? 1 : 0],
} as unknown as OrchestratorClient;
const { signal } = new AbortController();

test("a workflow is found by its whole name on any page; an id is taken as it is", async () => {
  const id = "019b76da-a800-7000-8000-000000000001";

  expect(await findWorkflowId(client, "invoices", signal)).toBe("2");
  expect(await findWorkflowId(client, id, signal)).toBe(id);
});

test("a name that nobody has is not found", async () => {
  await expect(findWorkflowId(client, "invoice", signal)).rejects.toMatchObject({ code: "CLI_WORKFLOW_NOT_FOUND" });
});
