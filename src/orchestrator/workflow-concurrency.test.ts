import { expect, test } from "vitest";
import { jobInput } from "../contracts/index.ts";
import { DEFAULT_TENANT } from "../core/ids.ts";
import type { WorkflowSummary } from "../persistence/index.ts";
import { createRepeatBook, isLifted, liftedRule, ruleOf } from "./workflow-concurrency.ts";

const id = "019b76da-a800-7000-8000-000000000001";

test("a workflow's limit has a key of its own, which no submission may use", () => {
  const rule = ruleOf({ id, concurrency: { limit: 2, onLimit: "skip" } });

  expect(rule).toEqual({ key: `workflow/${id}`, limit: 2, onLimit: "skip" });
  expect(ruleOf({ id })).toBeUndefined();
  expect(jobInput.safeParse({ workflowId: id, concurrency: { key: rule?.key, limit: 1 } }).success).toBe(false);
});

test("a removed limit counts as none, one that can be set never does", () => {
  expect(isLifted(liftedRule(id))).toBe(true);
  expect(liftedRule(id).key).toBe(`workflow/${id}`);
  expect(jobInput.safeParse({ workflowId: id, concurrency: { key: "k", limit: 10_000 } }).success).toBe(true);
  expect(isLifted({ key: "k", limit: 10_000 })).toBe(false);
});

test("what is repeated gets its workflow's limit, which is looked up once", async () => {
  const asked: string[] = [];
  const book = createRepeatBook(
    {
      async summarize(tenantId, kind) {
        asked.push(kind);
        const concurrency = { limit: 1, onLimit: "queue" } as const;
        return kind === id ? ({ id, tenantId, concurrency } as unknown as WorkflowSummary) : undefined;
      },
    },
    DEFAULT_TENANT,
  );

  expect(await Promise.all([book(id), book(id), book("other")])).toEqual([
    { concurrency: { key: `workflow/${id}`, limit: 1, onLimit: "queue" } },
    { concurrency: { key: `workflow/${id}`, limit: 1, onLimit: "queue" } },
    {},
  ]);
  expect(asked).toEqual([id, "other"]);
});
