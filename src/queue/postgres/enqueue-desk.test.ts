import { describe, expect, test } from "vitest";
import { DEFAULT_TENANT } from "../../core/ids.ts";
import type { AcceptedJob } from "../accepted-job.ts";
import type { EnqueueOutcome, EnqueueRequest } from "../job.ts";
import { createEnqueueDesk } from "./enqueue-desk.ts";

/** A store whose commits wait until the test lets them happen. */
function createSlowStore() {
  const commits: {
    readonly requests: readonly AcceptedJob[];
    readonly land: () => void;
    readonly crash: (error: Error) => void;
  }[] = [];
  return {
    commits,
    sizes: () => commits.map((commit) => commit.requests.length),
    store: (_tenantId: number, requests: readonly AcceptedJob[]) =>
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

/** A desk with the shape of one caller's single jobs. */
function openDesk(store: Parameters<typeof createEnqueueDesk>[0]) {
  const desk = createEnqueueDesk(store);
  return {
    enqueue: async (request: EnqueueRequest) => (await desk.enqueue(DEFAULT_TENANT, [request]))[0],
    enqueueMany: (requests: readonly EnqueueRequest[]) => desk.enqueue(DEFAULT_TENANT, requests),
    drain: () => desk.drain(),
  };
}

const answer = async (_: number, jobs: readonly AcceptedJob[]) =>
  jobs.map((accepted) => ({ jobId: accepted.kind, created: true }));

describe("createEnqueueDesk", () => {
  test("puts calls of one turn into one commit, and calls that come meanwhile into the next", async () => {
    const store = createSlowStore();
    const { enqueue } = openDesk(store.store);

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
    const { enqueue, drain } = openDesk(store.store);
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
    const { enqueue } = openDesk(store.store);
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
    const { enqueue } = openDesk(answer);

    const results = await Promise.allSettled(["a", "", "c"].map((kind) => enqueue(job(kind))));

    expect(results.map((result) => result.status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  });

  test("takes at most a thousand jobs a commit, but never parts those of one caller", async () => {
    const sizes: number[] = [];
    const { enqueue, enqueueMany } = openDesk((tenantId, jobs) => {
      sizes.push(jobs.length);
      return answer(tenantId, jobs);
    });

    await Promise.all(Array.from({ length: 2_500 }, (_, n) => enqueue(job(`${n}`))));
    await enqueueMany(Array.from({ length: 1_200 }, (_, n) => job(`${n}`)));

    expect(sizes).toEqual([1_000, 1_000, 500, 1_200]);
  });

  test("gives each caller the answers for its own jobs, and an empty list at once", async () => {
    const { enqueueMany } = openDesk(answer);

    const answers = await Promise.all([["a", "b"], [], ["c"]].map((kinds) => enqueueMany(kinds.map(job))));

    expect(answers.map((list) => list.map(({ jobId }) => jobId))).toEqual([["a", "b"], [], ["c"]]);
  });
});
