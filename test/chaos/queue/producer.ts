/** A process that offers its share of the jobs through the library until each is acknowledged, and cancels some. */
import { setTimeout as sleep } from "node:timers/promises";
import { AppError, hasCode, messageOf } from "../../../src/core/errors.ts";
import { type CancelOutcome, PgQueuerProducer } from "../../../src/queue/index.ts";
import { READY, readProducerOrders } from "./crew-orders.ts";
import { createDice } from "./dice.ts";
import { BLOCK, formOfBlock, planJob, requestOf } from "./job-plan.ts";
import { openJournal, type ProducerEntry, readProducerJournal } from "./journal.ts";

const orders = readProducerOrders(process.argv[2]);
const journal = openJournal<ProducerEntry>(orders.journal);
const producer = new PgQueuerProducer({ url: orders.url, migrate: false, maxConnections: 4 });
const dice = createDice(orders.seed, "producer", orders.index, orders.life);
const known = new Set<number>();
const underWay = new Set<Promise<void>>();

/** Jobs that were offered and not acknowledged yet. */
const open = { jobs: 0 };
const MAX_OPEN = 1_000;
/** Takes of one life; a life that needs more has other troubles. */
const TAKES_PER_LIFE = 10_000;

function note(error: unknown): void {
  // A bad request is a bug of this run, not of the weather.
  if (hasCode(error, "QUEUE_INVALID")) throw error;
  const code = error instanceof AppError ? error.code : "UNKNOWN";
  const trace = error instanceof Error && code === "UNKNOWN" ? error.stack : undefined;
  journal.write({ what: "error", code, message: trace ?? messageOf(error), atMs: Date.now() });
}

/** Offers these jobs with one call, again and again until it is acknowledged. */
async function offer(numbers: readonly number[], isKeyed: boolean): Promise<void> {
  const plans = numbers.map((n) => planJob(orders.seed, n));
  // Producers that share a job use different takes.
  const firstTake = ((orders.life - 1) * orders.producers + orders.index) * TAKES_PER_LIFE;
  for (let take = firstTake; ; take++) {
    const call = { take, first: numbers[0] ?? 0, size: numbers.length };
    try {
      const requests = plans.map((plan) => requestOf(plan, call, { isKeyed, now: new Date() }));
      const [first, ...rest] = requests;
      const outcomes =
        first !== undefined && rest.length === 0
          ? [await producer.enqueue(first)]
          : await producer.enqueueMany(requests);
      for (const [index, { jobId, created }] of outcomes.entries()) {
        const plan = plans[index];
        if (plan === undefined) throw new TypeError("the queue answered for more jobs than it was given");
        journal.write({ what: "acknowledged", n: plan.n, jobId, created });
        if (plan.cancelAfterMs !== undefined) launch(cancel(jobId, plan.cancelAfterMs));
      }
      return;
    } catch (error) {
      note(error);
      await sleep(patience(take - firstTake));
    }
  }
}

/** Short at first, so that what was cut off is tried again at once; longer while the server is down. */
function patience(failures: number): number {
  return dice.between(20, Math.min(100 * 2 ** failures, 2_000));
}

async function cancel(jobId: string, afterMs: number): Promise<void> {
  await sleep(afterMs);
  journal.write({ what: "cancel", jobId });
  for (let failures = 0; ; failures++) {
    try {
      const outcome: CancelOutcome = await producer.cancel(jobId, "nobody needs it any more");
      const state = outcome.kind === "finished" ? { state: outcome.state } : {};
      journal.write({ what: "cancel-answer", jobId, kind: outcome.kind, ...state });
      return;
    } catch (error) {
      note(error);
      await sleep(patience(failures));
    }
  }
}

function launch(work: Promise<void>): void {
  const tracked = work.finally(() => underWay.delete(tracked));
  underWay.add(tracked);
}

function launchOffer(numbers: readonly number[], isKeyed: boolean): void {
  const fresh = numbers.filter((n) => !known.has(n));
  if (fresh.length === 0) return;
  open.jobs += fresh.length;
  launch(offer(fresh, isKeyed).then(() => void (open.jobs -= fresh.length)));
}

function offerBlock(block: number, isOwn: boolean): void {
  const from = block * BLOCK;
  const numbers = Array.from({ length: Math.min(BLOCK, orders.jobs - from) }, (_, index) => from + index);
  const form = formOfBlock(orders.seed, block);
  if (!isOwn) {
    for (const n of numbers) if (planJob(orders.seed, n).isShared) launchOffer([n], true);
    return;
  }
  if (form === "single") for (const n of numbers) launchOffer([n], true);
  else launchOffer(numbers, form === "keyed");
}

async function offerAll(): Promise<void> {
  const blocks = Math.ceil(orders.jobs / BLOCK);
  for (let block = 0; block < blocks; block++) {
    const dueMs = orders.startAtMs + (block / blocks) * orders.spreadMs;
    const leftMs = dueMs - Date.now();
    if (leftMs > 5) await sleep(leftMs);
    while (open.jobs > MAX_OPEN) await sleep(10);
    offerBlock(block, block % orders.producers === orders.index);
  }
  while (underWay.size > 0) await Promise.all(underWay);
}

process.on("SIGINT", () => undefined);
process.on("disconnect", () => process.exit(1));

for (const file of orders.earlier) {
  for (const entry of readProducerJournal(file)) if (entry.what === "acknowledged") known.add(entry.n);
}
process.send?.(READY);
await offerAll();
await producer.close();
journal.close();
process.exit(0);
