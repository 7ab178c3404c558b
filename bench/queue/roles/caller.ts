/**
 * Many callers of one queue object, as an orchestrator has them: each is a robot with a session of its own that in turn
 * enqueues one job, claims one and completes it, each with a call of its own that is answered after the commit.
 */
import { openQueue } from "../open-queue.ts";
import { readOptions, serve } from "../serve.ts";
import { payloadOf, resultOf } from "../work.ts";

interface Options {
  readonly url: string;
  readonly callers: number;
}

type Call = "enqueue" | "claim" | "complete";

const TENANT = 1;
const LEASE_MS = 3_600_000;

const { url, callers } = readOptions() as Options;
const opened = await openQueue(url, "bench-calls");
const { queue } = opened;
const tenantId = TENANT as Parameters<typeof queue.enqueue>[0];
const stopping = new AbortController();
const tookMs: Record<Call, number[]> = { enqueue: [], claim: [], complete: [] };
let finished = 0;
let emptyClaims = 0;
let loops: Promise<void>[] = [];

async function timed<T>(call: Call, work: () => Promise<T>): Promise<T> {
  const begunMs = performance.now();
  const answer = await work();
  tookMs[call].push(performance.now() - begunMs);
  return answer;
}

async function callOnAndOn(number: number): Promise<void> {
  const { sessionId } = await queue.openSession({ tenantId, robotId: `robot-${number}`, leaseMs: LEASE_MS });
  const request = { tenantId, sessionId, environment: "default", capabilities: [], limit: 1 };
  while (!stopping.signal.aborted) {
    const payload = payloadOf(number);
    await timed("enqueue", () => queue.enqueue(tenantId, [{ kind: "bench", payload: { ...payload } }]));
    let [job] = await timed("claim", () => queue.claim(request));
    while (job === undefined) {
      emptyClaims++;
      [job] = await timed("claim", () => queue.claim(request));
    }
    const outcome = await timed("complete", () => queue.complete(job, { ...resultOf(payload) }));
    if (outcome !== "recorded") throw new Error(`a completion was answered with ${outcome}`);
    finished++;
  }
}

serve({
  async begin() {
    loops = Array.from({ length: callers }, (_, number) => callOnAndOn(number));
    // A rejection is reported by `finish`.
    for (const loop of loops) loop.catch(() => undefined);
  },
  /** Forgets what was measured so far. */
  async reset() {
    for (const list of Object.values(tookMs)) list.length = 0;
    finished = 0;
    emptyClaims = 0;
  },
  async figures() {
    return { finished, emptyClaims, tookMs };
  },
  async finish() {
    stopping.abort();
    await Promise.all(loops);
    await opened.close();
  },
});
