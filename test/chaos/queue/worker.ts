/** A process that works on the queue through the library, writes down what it does, and has the faults it is told to have. */
import { setTimeout as sleep } from "node:timers/promises";
import { AppError, messageOf } from "../../../src/core/errors.ts";
import { JobFailedError, type JobHandler, PgQueuerConsumer } from "../../../src/queue/index.ts";
import {
  EXIT_CLEAN,
  EXIT_TROUBLED,
  READY,
  readWorkerFault,
  readWorkerOrders,
  type WorkerFault,
} from "./crew-orders.ts";
import { type Fate, fateOf, type JobPlan, planJob, readPayload } from "./job-plan.ts";
import { type Journal, openJournal, type WorkerEntry } from "./journal.ts";
import { shiftClocks } from "./shifted-clock.ts";

const clock = shiftClocks();
const orders = readWorkerOrders(process.argv[2]);
const journal: Journal<WorkerEntry> = openJournal(orders.journal);

/** SIGKILL reaches its own process before the call returns. */
function die(): void {
  process.kill(process.pid, "SIGKILL");
}

function dieIf(plan: JobPlan, place: string, attempt: number): void {
  if (plan.death?.at === place && (plan.death.always || attempt === 1)) die();
}

const handler: JobHandler = async (job, context) => {
  const { jobId, attempt } = job;
  journal.write({ what: "start", jobId, attempt, pid: process.pid, atMs: clock.trueNowMs() });
  const { n } = readPayload(job.payload);
  const plan = planJob(orders.seed, n);
  dieIf(plan, "start", attempt);
  const end = (how: Fate | "stopped"): void =>
    journal.write({ what: "end", jobId, attempt, atMs: clock.trueNowMs(), how });
  if (plan.reportsProgress) context.progress(0.5, `half of ${n}`);
  try {
    await work(plan, context.signal);
  } catch (error) {
    end("stopped");
    throw error;
  }
  dieIf(plan, "work", attempt);
  const fate = fateOf(orders.seed, n, attempt);
  end(fate);
  dieIf(plan, "end", attempt);
  if (plan.death?.at === "recording") setTimeout(dieIf, attempt % 3, plan, "recording", attempt);
  if (fate === "complete") return { n, attempt, robotId: orders.robotId };
  const errorClass = fate === "fail" ? "transient" : "permanent";
  throw new JobFailedError({ code: "CHAOS_FAILED", message: `attempt ${attempt} at order ${n} failed`, errorClass });
};

async function work(plan: JobPlan, signal: AbortSignal): Promise<void> {
  if (plan.workMs === 0) return;
  try {
    await sleep(plan.workMs, undefined, plan.isStubborn ? {} : { signal });
  } catch {
    signal.throwIfAborted();
  }
}

function suffer(fault: WorkerFault): void {
  journal.write({ what: "fault", message: JSON.stringify(fault), atMs: clock.trueNowMs() });
  switch (fault.kind) {
    case "clock":
      clock.shiftDate(fault.dateMs);
      clock.shiftMonotonic(fault.monotonicMs);
      return;
    case "stall": {
      const untilMs = clock.trueNowMs() + fault.ms;
      while (clock.trueNowMs() < untilMs);
      return;
    }
  }
}

function note(error: unknown): void {
  troubles.count++;
  const details = error instanceof AppError ? (error.details as { jobId?: string; attempt?: number }) : {};
  const code = error instanceof AppError ? error.code : "UNKNOWN";
  if (code === "QUEUE_LEASE_LOST" && details.jobId !== undefined && details.attempt !== undefined) {
    journal.write({ what: "rejected", jobId: details.jobId, attempt: details.attempt });
    return;
  }
  const trace = error instanceof Error && code === "UNKNOWN" ? error.stack : undefined;
  journal.write({ what: "error", code, message: trace ?? messageOf(error), atMs: clock.trueNowMs() });
}

const consumer = new PgQueuerConsumer({
  url: orders.url,
  migrate: false,
  maxConnections: 4,
  robotId: orders.robotId,
  capabilities: orders.capabilities,
  concurrency: orders.concurrency,
  leaseMs: orders.leaseMs,
  heartbeatMs: orders.heartbeatMs,
  pollMs: orders.pollMs,
  reapMs: orders.reapMs,
  handler,
  onError: note,
});
const stopping = new AbortController();
/** Errors seen so far. */
const troubles = { count: 0 };

async function start(): Promise<void> {
  while (!stopping.signal.aborted) {
    try {
      await consumer.start();
      return;
    } catch (error) {
      note(error);
      await sleep(200);
    }
  }
}

async function stop(): Promise<void> {
  if (stopping.signal.aborted) return;
  stopping.abort();
  const before = troubles.count;
  await consumer.stop({ drainMs: 300 });
  journal.close();
  process.exit(troubles.count === before ? EXIT_CLEAN : EXIT_TROUBLED);
}

process.on("SIGTERM", () => void stop());
// Ctrl-C in a terminal reaches the whole group; the run decides what becomes of its processes.
process.on("SIGINT", () => undefined);
process.on("disconnect", () => process.exit(1));
process.on("message", (message) => suffer(readWorkerFault(message)));

process.send?.(READY);
await start();
