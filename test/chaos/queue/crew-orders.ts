/** What the run tells its processes: how to work when they start, and which faults to have meanwhile. */
import { z } from "zod";

const shared = { seed: z.int(), url: z.string(), journal: z.string() };

const workerOrders = z.object({
  ...shared,
  robotId: z.string(),
  concurrency: z.int(),
  capabilities: z.array(z.string()),
  leaseMs: z.int(),
  heartbeatMs: z.int(),
  pollMs: z.int(),
  reapMs: z.int(),
});
export type WorkerOrders = z.output<typeof workerOrders>;

const producerOrders = z.object({
  ...shared,
  index: z.int(),
  producers: z.int(),
  /** Which life of this producer it is, from 1; a new one goes on where the last one was killed. */
  life: z.int(),
  /** Journals of its earlier lives. */
  earlier: z.array(z.string()),
  jobs: z.int(),
  /** When the first job is due, milliseconds since 1970, and over how many milliseconds all of them are spread. */
  startAtMs: z.number(),
  spreadMs: z.number(),
});
export type ProducerOrders = z.output<typeof producerOrders>;

/** From the arguments of a worker's process. */
export function readWorkerOrders(argument: string | undefined): WorkerOrders {
  return workerOrders.parse(JSON.parse(argument ?? ""));
}

/** From the arguments of a producer's process. */
export function readProducerOrders(argument: string | undefined): ProducerOrders {
  return producerOrders.parse(JSON.parse(argument ?? ""));
}

const workerFault = z.discriminatedUnion("kind", [
  /** Keeps the event loop busy. */
  z.object({ kind: z.literal("stall"), ms: z.number() }),
  z.object({ kind: z.literal("clock"), dateMs: z.number(), monotonicMs: z.number() }),
]);
/** A fault that a worker must have from within. */
export type WorkerFault = z.output<typeof workerFault>;

export function readWorkerFault(message: unknown): WorkerFault {
  return workerFault.parse(message);
}

/** A worker that was asked to stop has given everything back. */
export const EXIT_CLEAN = 0;
/** A worker that was asked to stop has done so, but could not tell the database. */
export const EXIT_TROUBLED = 4;

/** What a process sends when it has begun. */
export const READY = "ready";
