import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createManualClock, type ManualClock } from "../../core/clock.ts";
import { DEFAULT_TENANT } from "../../core/ids.ts";
import { createMemoryQueue, type MemoryQueue } from "../memory-queue.ts";
import { DLQManager } from "./dead-letter-queue.ts";

describe("DLQManager", () => {
  let clock: ManualClock;
  let queue: MemoryQueue;
  let letters: DLQManager;
  let sessionId: string;

  beforeEach(async () => {
    clock = createManualClock();
    queue = createMemoryQueue({ clock });
    letters = new DLQManager({ queue });
    ({ sessionId } = await queue.openSession({ tenantId: DEFAULT_TENANT, robotId: "r", leaseMs: 86_400_000 }));
  });
  afterEach(() => letters.close());

  async function die(kind: string, code = "BROKEN"): Promise<string> {
    await queue.enqueue(DEFAULT_TENANT, [{ kind, payload: null }]);
    const [job] = await queue.claim({
      tenantId: DEFAULT_TENANT,
      sessionId,
      environment: "default",
      capabilities: [],
      limit: 1,
    });
    if (job === undefined) throw new Error("no job");
    await queue.fail(job, { code, message: "broken", errorClass: "permanent" });
    return job.jobId;
  }

  test("shows dead letters", async () => {
    const [first, second] = [await die("a"), await die("b")];

    expect((await letters.list()).data.map((letter) => letter.jobId)).toEqual([second, first]);
    expect((await letters.list({ limit: 1 })).nextCursor).toBeDefined();
    expect(await letters.get(first)).toMatchObject({ kind: "a", reason: "permanent" });
    expect(await letters.get("4711")).toBeUndefined();
  });

  test("requeues a dead letter once", async () => {
    const dead = await die("a");

    const jobId = await letters.requeue(dead);

    expect(await queue.get(DEFAULT_TENANT, jobId)).toMatchObject({ retryOf: dead });
    await expect(letters.requeue(dead)).rejects.toMatchObject({ code: "QUEUE_DEAD_LETTER_REQUEUED" });
    await expect(letters.requeue("4711")).rejects.toMatchObject({ code: "QUEUE_DEAD_LETTER_NOT_FOUND" });
  });

  test("forgets a dead letter", async () => {
    const dead = await die("a");

    expect(await letters.delete(dead)).toBe(true);
    expect(await letters.delete(dead)).toBe(false);
  });

  test("requeues all that fit, page after page, each once", async () => {
    const wanted: string[] = [];
    for (let n = 0; n < 600; n++) {
      const jobId = await die(n % 2 === 0 ? "wanted" : "other");
      if (n % 2 === 0) wanted.push(jobId);
    }

    const requeued = await letters.requeueAll({ kind: "wanted" });

    expect(requeued.map(({ deadJobId }) => deadJobId).toSorted()).toEqual(wanted.toSorted());
    expect(new Set(requeued.map(({ jobId }) => jobId)).size).toBe(300);
    expect(await letters.requeueAll({ kind: "wanted" })).toEqual([]);
    expect(await queue.stats(DEFAULT_TENANT)).toMatchObject({ pending: 300, deadLetters: 300 });
  });

  test("filters by reason, code and time of death", async () => {
    const early = await die("a", "EARLY");
    clock.advance(1_000);
    const middle = clock.now();
    const late = await die("a", "LATE");

    expect((await letters.requeueAll({ code: "EARLY" })).map(({ deadJobId }) => deadJobId)).toEqual([early]);
    expect(await letters.deleteAll({ diedFrom: middle })).toBe(1);
    expect(await letters.get(late)).toBeUndefined();
    expect(await letters.deleteAll({ diedTo: middle, reason: "exhausted" })).toBe(0);
    expect(await letters.deleteAll({ diedTo: middle, reason: "permanent" })).toBe(1);
  });

  test("requeues and forgets in steps, and tells what became of each", async () => {
    const [first, second] = [await die("a"), await die("a")];

    const step = await letters.requeueMany({ filter: { kind: "a" } }, { limit: 1 });
    expect(step.outcomes).toMatchObject([{ kind: "requeued", letter: { jobId: second } }]);
    expect((await letters.requeueMany({ jobIds: [second, first] })).outcomes).toMatchObject([
      { kind: "conflict", jobId: second },
      { kind: "requeued", letter: { jobId: first } },
    ]);
    expect((await letters.list({ limit: 10 }, { requeued: false })).data).toEqual([]);
    expect((await letters.deleteMany({ jobIds: [first, "4711"] })).outcomes).toMatchObject([
      { kind: "deleted" },
      { kind: "not-found" },
    ]);
  });

  test("leaves what somebody else has seen to meanwhile", async () => {
    const dead = await die("a");
    const stale = await queue.listDeadLetters(DEFAULT_TENANT, { limit: 10 });
    await queue.requeueDeadLetter(DEFAULT_TENANT, dead);
    const late = new DLQManager({
      queue: Object.assign(Object.create(queue) as MemoryQueue, {
        listDeadLetters: async () => stale,
        getDeadLetter: (...args: Parameters<MemoryQueue["getDeadLetter"]>) => queue.getDeadLetter(...args),
        requeueDeadLetter: (...args: Parameters<MemoryQueue["requeueDeadLetter"]>) => queue.requeueDeadLetter(...args),
      }),
    });

    expect(await late.requeueAll()).toEqual([]);
  });

  test("does nothing once it is closed", async () => {
    await letters.close();

    await expect(letters.list()).rejects.toMatchObject({ code: "QUEUE_STOPPED" });
  });
});
