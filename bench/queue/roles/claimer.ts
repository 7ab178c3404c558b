/** Works on several queues by name, and compares what a claim costs in two of them. */
import { setTimeout as delay } from "node:timers/promises";
import { type OpenedQueue, openQueue } from "../open-queue.ts";
import { serve } from "../serve.ts";
import { payloadOf, resultOf } from "../work.ts";

type Queue = OpenedQueue["queue"];
type TenantId = Parameters<Queue["enqueue"]>[0];
type Request = Parameters<Queue["enqueue"]>[1][number];
type Claim = Parameters<Queue["claim"]>[0];

interface Desk extends OpenedQueue {
  readonly claim: Omit<Claim, "limit">;
}

const TENANT = 1 as TenantId;
const LEASE_MS = 3_600_000;
const MAX_BATCH = 1_000;
/** Pairs of claims that find cold caches and are not counted. */
const WARM_UP = 20;
/** Longer than it takes until a wake-up has been sent, so that none comes between. */
const SETTLE_MS = 100;

const desks = new Map<string, Desk>();

function deskOf(name: string): Desk {
  const desk = desks.get(name);
  if (desk === undefined) throw new Error(`no queue is open under the name ${name}`);
  return desk;
}

function requestOf(order: number, how: JobShape = {}): Request {
  return {
    kind: "bench",
    payload: { ...payloadOf(order) },
    ...(how.requires && { requires: how.requires }),
    ...(how.priority !== undefined && { priority: how.priority }),
    ...(how.inMs !== undefined && { runAt: new Date(Date.now() + how.inMs) }),
  };
}

interface JobShape {
  readonly requires?: readonly string[];
  readonly priority?: number;
  readonly inMs?: number;
}

/** @returns milliseconds that the claim took. Completing what it brought is not counted. */
async function claimAndComplete({ queue, claim }: Desk, limit: number): Promise<number> {
  const begunMs = performance.now();
  const jobs = await queue.claim({ ...claim, limit });
  const tookMs = performance.now() - begunMs;
  if (jobs.length !== limit) throw new Error(`${limit} jobs were to be claimed, ${jobs.length} were`);
  await Promise.all(jobs.map((job, index) => queue.complete(job, { ...resultOf(payloadOf(index)) })));
  return tookMs;
}

serve({
  async open({ name, url }: { readonly name: string; readonly url: string }) {
    const opened = await openQueue(url, `bench-${name}`);
    const { sessionId } = await opened.queue.openSession({ tenantId: TENANT, robotId: "bench", leaseMs: LEASE_MS });
    desks.set(name, {
      ...opened,
      claim: { tenantId: TENANT, sessionId, environment: "default", capabilities: [] },
    });
  },
  async close(name: string) {
    await desks.get(name)?.close();
    desks.delete(name);
  },
  async enqueue({ name, count }: { readonly name: string; readonly count: number }) {
    const { queue } = deskOf(name);
    for (let done = 0; done < count; done += MAX_BATCH) {
      const size = Math.min(MAX_BATCH, count - done);
      await queue.enqueue(
        TENANT,
        Array.from({ length: size }, (_, index) => requestOf(done + index)),
      );
    }
    await delay(SETTLE_MS);
  },
  /** @returns the id of the job. */
  async enqueueOne({ name, ...how }: { readonly name: string } & JobShape) {
    const [outcome] = await deskOf(name).queue.enqueue(TENANT, [requestOf(0, how)]);
    return outcome?.jobId;
  },
  async complete(name: string) {
    await claimAndComplete(deskOf(name), 1);
  },
  /** Sends jobs through the queue, each enqueued by a call of its own. */
  async pass({ name, count }: { readonly name: string; readonly count: number }) {
    const desk = deskOf(name);
    for (let done = 0; done < count; done += MAX_BATCH) {
      await Promise.all(
        Array.from({ length: MAX_BATCH }, (_, index) => desk.queue.enqueue(TENANT, [requestOf(done + index)])),
      );
      await claimAndComplete(desk, MAX_BATCH);
    }
    await delay(SETTLE_MS);
  },
  /** Claims from both in turn. @returns for each the milliseconds of all its claims. */
  async compare({ names, claims, limit }: { names: readonly [string, string]; claims: number; limit: number }) {
    const tookMs: [number[], number[]] = [[], []];
    for (let number = -WARM_UP; number < claims; number++) {
      for (const which of number % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const)) {
        const took = await claimAndComplete(deskOf(names[which]), limit);
        if (number >= 0) tookMs[which].push(took);
      }
    }
    return tookMs;
  },
  warmUpClaims: async () => WARM_UP,
});
