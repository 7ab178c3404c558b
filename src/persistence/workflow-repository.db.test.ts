import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openTestDatabase, type TestDatabase } from "../../test/support/postgres.ts";
import type { TenantId } from "../core/ids.ts";
import type { WorkflowDraft, WorkflowRepository } from "./repositories.ts";
import { createWorkflowRepository } from "./workflow-repository.ts";

const ours = 1 as TenantId;
const theirs = 2 as TenantId;
const NOBODY = "019b76da-a800-7000-8000-000000000001";

let opened: TestDatabase;
let workflows: WorkflowRepository;

beforeAll(async () => {
  opened = await openTestDatabase();
  workflows = createWorkflowRepository(opened.database);
});
afterAll(() => opened.close());

function draft(name: string, document: WorkflowDraft["document"] = { nodes: {} }): WorkflowDraft {
  return { name, description: "does things", document, requires: ["browser"] };
}

describe("a stored workflow", () => {
  test("comes back as it was given, order of keys and odd characters included", async () => {
    const document = { z: 1, a: ["\u0000", "\ud800", 1e21, null], ключ: { __x: true } };

    const created = await workflows.create(ours, draft("odd", document));
    const read = await workflows.get(ours, created.id);

    expect(read).toEqual(created);
    expect(read).toMatchObject({ name: "odd", version: 1, requires: ["browser"], description: "does things" });
    expect(JSON.stringify(read?.document)).toBe(JSON.stringify(document));
  });

  test("keeps every version", async () => {
    const { id } = await workflows.create(ours, draft("first", { v: 1 }));
    const updated = await workflows.update(ours, id, draft("second", { v: 2 }), 1);

    expect(updated).toMatchObject({ id, version: 2, name: "second", document: { v: 2 } });
    expect(await workflows.getVersion(ours, id, 1)).toMatchObject({ version: 1, name: "first", document: { v: 1 } });
    expect(await workflows.getVersion(ours, id, 3)).toBeUndefined();
    expect(await workflows.summarize(ours, id)).toMatchObject({ version: 2, name: "second" });
    expect(await workflows.summarize(ours, id, 1)).not.toHaveProperty("document");
    expect(await workflows.summarize(ours, id, 3)).toBeUndefined();
    expect(await workflows.getVersion(ours, id, 2 ** 40)).toBeUndefined();
  });

  test("has a concurrency setting of all its versions, which can be taken away again", async () => {
    const { id, concurrency: none } = await workflows.create(ours, draft("one"));
    const concurrency = { limit: 2, onLimit: "keep-latest" } as const;

    expect(none).toBeUndefined();
    expect(await workflows.setConcurrency(ours, id, concurrency)).toMatchObject({ id, version: 1, concurrency });
    expect(await workflows.update(ours, id, draft("two"), 1)).toMatchObject({ version: 2, concurrency });
    expect(await workflows.summarize(ours, id, 1)).toMatchObject({ version: 1, concurrency });
    expect((await workflows.list(ours, {}, { limit: 1 })).data).toMatchObject([{ id, concurrency }]);
    expect(await workflows.setConcurrency(ours, id, undefined)).not.toHaveProperty("concurrency");
    expect(await workflows.setConcurrency(theirs, id, concurrency)).toBeUndefined();
    expect(await workflows.setConcurrency(ours, "x'", concurrency)).toBeUndefined();
    await workflows.delete(ours, id);
    expect(await workflows.setConcurrency(ours, id, concurrency)).toBeUndefined();
  });

  test("is not changed by a writer that saw an older version", async () => {
    const { id } = await workflows.create(ours, draft("one"));
    await workflows.update(ours, id, draft("two"));

    await expect(workflows.update(ours, id, draft("late"), 1)).rejects.toMatchObject({
      code: "WORKFLOW_STORE_CONFLICT",
      details: { workflowId: id, expectedVersion: 1, version: 2 },
    });
    expect(await workflows.get(ours, id)).toMatchObject({ name: "two", version: 2 });
  });

  test("gets each version once when many write at the same time", async () => {
    const { id } = await workflows.create(ours, draft("busy"));

    const updates = await Promise.all(
      Array.from({ length: 8 }, (_, index) => workflows.update(ours, id, draft(`w${index}`))),
    );

    expect(updates.map(({ version }) => version).toSorted((a, b) => a - b)).toEqual([2, 3, 4, 5, 6, 7, 8, 9]);
  });

  test("of one version is changed by one of many writers that expect it", async () => {
    const { id } = await workflows.create(ours, draft("contested"));

    const outcomes = await Promise.allSettled([1, 2, 3, 4].map(() => workflows.update(ours, id, draft("won"), 1)));

    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  });
});

describe("deleting a workflow", () => {
  test("hides it and leaves its versions to the jobs that need them", async () => {
    const { id } = await workflows.create(ours, draft("gone"));

    expect(await workflows.delete(ours, id, 1)).toBe(true);

    expect(await workflows.get(ours, id)).toBeUndefined();
    expect(await workflows.getVersion(ours, id, 1)).toMatchObject({ name: "gone" });
    expect((await workflows.list(ours, { name: "gone" }, { limit: 10 })).data).toEqual([]);
    expect(await workflows.delete(ours, id)).toBe(false);
    await expect(workflows.update(ours, id, draft("again"))).rejects.toMatchObject({
      code: "WORKFLOW_STORE_NOT_FOUND",
    });
  });

  test("is refused when the version is another one by now", async () => {
    const { id } = await workflows.create(ours, draft("kept"));
    await workflows.update(ours, id, draft("kept"));

    await expect(workflows.delete(ours, id, 1)).rejects.toMatchObject({ code: "WORKFLOW_STORE_CONFLICT" });
    expect(await workflows.get(ours, id)).toBeDefined();
  });
});

describe("the list of workflows", () => {
  test("goes page by page from the newest to the oldest", async () => {
    const tenant = 11 as TenantId;
    const made = [];
    for (const name of ["a", "b", "c", "d", "e"]) made.push(await workflows.create(tenant, draft(name)));

    const names: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await workflows.list(tenant, {}, { limit: 2, ...(cursor !== undefined && { cursor }) });
      names.push(...page.data.map(({ name }) => name));
      cursor = page.nextCursor;
    } while (cursor !== undefined);

    expect(names).toEqual(["e", "d", "c", "b", "a"]);
    expect(made).toHaveLength(5);
  });

  test("finds a part of the name literally, whatever its case", async () => {
    const tenant = 12 as TenantId;
    for (const name of ["Invoice 100%", "invoice 1000", "other"]) await workflows.create(tenant, draft(name));

    const named = async (name: string) =>
      (await workflows.list(tenant, { name }, { limit: 9 })).data.map((w) => w.name);

    expect(await named("INVOICE")).toEqual(["invoice 1000", "Invoice 100%"]);
    expect(await named("100%")).toEqual(["Invoice 100%"]);
    expect(await named("\\_")).toEqual([]);
  });

  test("refuses a cursor it did not give out", async () => {
    await expect(workflows.list(ours, {}, { limit: 1, cursor: "x" })).rejects.toMatchObject({
      code: "PERSISTENCE_CURSOR_INVALID",
    });
  });
});

test("a tenant neither sees nor changes another one's workflows", async () => {
  const { id } = await workflows.create(ours, draft("private"));

  expect(await workflows.get(theirs, id)).toBeUndefined();
  expect(await workflows.getVersion(theirs, id, 1)).toBeUndefined();
  expect(await workflows.summarize(theirs, id)).toBeUndefined();
  expect(await workflows.delete(theirs, id)).toBe(false);
  expect((await workflows.list(theirs, {}, { limit: 250 })).data).toEqual([]);
  await expect(workflows.update(theirs, id, draft("stolen"))).rejects.toMatchObject({
    code: "WORKFLOW_STORE_NOT_FOUND",
  });
});

test("an id that is no UUID names nothing", async () => {
  expect(await workflows.get(ours, "'; drop table workflow; --")).toBeUndefined();
  expect(await workflows.delete(ours, "x")).toBe(false);
  await expect(workflows.update(ours, "x", draft("x"))).rejects.toMatchObject({ code: "WORKFLOW_STORE_NOT_FOUND" });
  expect(await workflows.get(ours, NOBODY)).toBeUndefined();
});
