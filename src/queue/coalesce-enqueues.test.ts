import { describe, expect, test } from "vitest";
import { coalesceEnqueues } from "./coalesce-enqueues.ts";
import { queueErrors } from "./errors.ts";
import type { EnqueueOutcome, EnqueueRequest } from "./job.ts";

/** A store whose commits wait until the test lets them happen. */
function createSlowStore() {
  const commits: {
    readonly requests: readonly EnqueueRequest[];
    readonly land: () => void;
    readonly crash: (error: Error) => void;
  }[] = [];
  return {
    commits,
    sizes: () => commits.map((commit) => commit.requests.length),
    enqueueMany: (requests: readonly EnqueueRequest[]) =>
      new Promise<readonly EnqueueOutcome[]>((resolve, reject) => {
        commits.push({
          requests,
          land: () => resolve(requests.map((request) => ({ jobId: request.kind, created: true }))),
          crash: reject,
        });
      }),
  };
}

const job = (kind: string): EnqueueRequest => ({ kind, payload: null });
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("coalesceEnqueues", () => {
  test("puts calls of one turn into one commit, and calls that come meanwhile into the next", async () => {
    const store = createSlowStore();
    const { enqueue } = coalesceEnqueues(store.enqueueMany);

    const first = ["a", "b", "c"].map((kind) => enqueue(job(kind)));
    await turn();
    const second = enqueue(job("d"));
    await turn();
    const third = ["e", "f"].map((kind) => enqueue(job(kind)));
    await turn();

    expect(store.sizes()).toEqual([3, 1]);
    store.commits[0]?.land();
    await turn();
    expect(store.sizes()).toEqual([3, 1, 2]);
    expect(await Promise.all(first)).toEqual(["a", "b", "c"].map((jobId) => ({ jobId, created: true })));
    store.commits[1]?.land();
    store.commits[2]?.land();
    expect(await Promise.all([second, ...third])).toHaveLength(3);
  });

  test("resolves nobody before the commit", async () => {
    const store = createSlowStore();
    const { enqueue, drain } = coalesceEnqueues(store.enqueueMany);
    let resolved = 0;
    const calls = ["a", "b"].map(async (kind) => {
      await enqueue(job(kind));
      resolved++;
    });

    await turn();
    expect(resolved).toBe(0);
    store.commits[0]?.land();
    await drain();
    await Promise.all(calls);

    expect(resolved).toBe(2);
  });

  test("rejects all callers of a commit that failed, and goes on with the next", async () => {
    const store = createSlowStore();
    const { enqueue } = coalesceEnqueues(store.enqueueMany);
    const lost = [enqueue(job("a")), enqueue(job("b"))];
    await turn();

    store.commits[0]?.crash(new Error("connection lost"));

    expect((await Promise.allSettled(lost)).map((result) => result.status)).toEqual(["rejected", "rejected"]);
    const next = enqueue(job("c"));
    await turn();
    store.commits[1]?.land();
    expect(await next).toEqual({ jobId: "c", created: true });
  });

  test("refuses a bad job to its own caller only", async () => {
    const { enqueue } = coalesceEnqueues(async (requests) => {
      if (requests.some((request) => request.kind === "bad")) {
        throw queueErrors.QUEUE_INVALID({ path: "requests.1.kind", problem: "is bad" });
      }
      return requests.map((request) => ({ jobId: request.kind, created: true }));
    });

    const results = await Promise.allSettled(["a", "bad", "c"].map((kind) => enqueue(job(kind))));

    expect(results.map((result) => result.status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  });

  test("takes at most a thousand jobs a commit", async () => {
    const sizes: number[] = [];
    const { enqueue } = coalesceEnqueues(async (requests) => {
      sizes.push(requests.length);
      return requests.map((request) => ({ jobId: request.kind, created: true }));
    });

    await Promise.all(Array.from({ length: 2_500 }, (_, n) => enqueue(job(`${n}`))));

    expect(sizes).toEqual([1_000, 1_000, 500]);
  });

  test("rejects a caller whose job got no answer", async () => {
    const { enqueue } = coalesceEnqueues(async () => []);

    await expect(enqueue(job("a"))).rejects.toThrow("fewer jobs");
  });
});
