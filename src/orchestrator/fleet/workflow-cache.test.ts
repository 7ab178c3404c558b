import { expect, test } from "vitest";
import { DEFAULT_TENANT, type TenantId } from "../../core/ids.ts";
import type { WorkflowRecord } from "../../persistence/index.ts";
import { createWorkflowCache } from "./workflow-cache.ts";

const at = new Date("2026-01-01T00:00:00Z");

function openStore(): {
  readonly asked: string[];
  getVersion: (t: TenantId, id: string, v: number) => Promise<WorkflowRecord | undefined>;
} {
  const asked: string[] = [];
  return {
    asked,
    async getVersion(tenantId, id, version) {
      asked.push(`${id}@${version}`);
      if (id === "missing") return undefined;
      const document = "x".repeat(98);
      return { id, tenantId, name: id, description: "", version, document, requires: [], createdAt: at, updatedAt: at };
    },
  };
}

test("asks the store once per version", async () => {
  const store = openStore();
  const cache = createWorkflowCache(store);

  await cache.get(DEFAULT_TENANT, "a", 1);
  const again = await cache.get(DEFAULT_TENANT, "a", 1);
  await cache.get(DEFAULT_TENANT, "a", 2);

  expect(again).toMatchObject({ record: { id: "a", version: 1 }, sizeBytes: 100 });
  expect(store.asked).toEqual(["a@1", "a@2"]);
});

test("keeps tenants apart and remembers no absence", async () => {
  const store = openStore();
  const cache = createWorkflowCache(store);

  await cache.get(DEFAULT_TENANT, "a", 1);
  await cache.get(2 as TenantId, "a", 1);
  expect(await cache.get(DEFAULT_TENANT, "missing", 1)).toBeUndefined();
  await cache.get(DEFAULT_TENANT, "missing", 1);

  expect(store.asked).toEqual(["a@1", "a@1", "missing@1", "missing@1"]);
});

test("lets go of what was not used for longest", async () => {
  const store = openStore();
  const cache = createWorkflowCache(store, 250);

  for (const id of ["a", "b", "a", "c", "a", "b"]) await cache.get(DEFAULT_TENANT, id, 1);

  expect(store.asked).toEqual(["a@1", "b@1", "c@1", "b@1"]);
});
