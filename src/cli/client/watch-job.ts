import type { EventDto, JobDto } from "../../contracts/index.ts";
import { pause } from "../../core/deadline.ts";
import { AppError } from "../../core/errors.ts";
import type { OrchestratorClient } from "../../orchestrator/client/index.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";

/** Events that may be a job's last. */
const LAST_EVENTS = new Set(["job.completed", "job.failed", "job.cancelled", "job.timed-out", "job.dead"]);

/** An event can get lost with the orchestrator that should have told it, so the job itself is asked too, milliseconds. */
const ASK_EVERY_MS = 5_000;
/** What is still on its way when the job has ended by its own account, milliseconds. */
const LATE_EVENTS_MS = 1_000;

export interface WatchJobOptions {
  readonly signal: AbortSignal;
  /** Gets the job's events from its beginning, in order. */
  readonly onEvent?: (event: EventDto) => void;
  /** Only these, beside those that tell the end; default all. */
  readonly types?: readonly string[];
}

/**
 * Waits until a job has ended, over broken connections and restarts of the orchestrator.
 *
 * @returns the job in its terminal state, after all its events were handed over; undefined when the signal aborted first.
 * Rejects when the orchestrator refuses, or cannot be reached at the beginning.
 */
export async function watchJob(
  client: OrchestratorClient,
  jobId: string,
  options: WatchJobOptions,
): Promise<JobDto | undefined> {
  const first = await client.getJob(jobId, { signal: options.signal });
  if (isOver(first.state) && options.onEvent === undefined) return first;
  const stop = new AbortController();
  const signal = AbortSignal.any([stop.signal, options.signal]);
  const told = followToEnd(client, jobId, { ...options, signal });
  const asked = askUntilEnd(client, jobId, signal);
  try {
    const job = await Promise.race([told, asked]);
    if (job === undefined) return undefined;
    await Promise.race([told, pause(LATE_EVENTS_MS, signal)]);
    return job;
  } finally {
    stop.abort();
    await Promise.allSettled([told, asked]);
  }
}

/** Resolves with the job when its events have told its end. */
async function followToEnd(
  client: OrchestratorClient,
  jobId: string,
  { signal, onEvent, types }: WatchJobOptions,
): Promise<JobDto | undefined> {
  const filter = types === undefined ? {} : { types: [...types, ...LAST_EVENTS] };
  for await (const event of client.followEvents({ ...filter, jobId, after: "0", signal })) {
    if (types === undefined || types.includes(event.type)) onEvent?.(event);
    if (!LAST_EVENTS.has(event.type)) continue;
    const job = await askOnce(client, jobId, signal);
    if (job !== undefined) return job;
  }
  return undefined;
}

async function askUntilEnd(
  client: OrchestratorClient,
  jobId: string,
  signal: AbortSignal,
): Promise<JobDto | undefined> {
  do {
    const job = await askOnce(client, jobId, signal);
    if (job !== undefined) return job;
  } while (await pause(ASK_EVERY_MS, signal));
  return undefined;
}

/** The job if it has ended. An orchestrator that is away for a while is asked again later. */
async function askOnce(client: OrchestratorClient, jobId: string, signal: AbortSignal): Promise<JobDto | undefined> {
  try {
    const job = await client.getJob(jobId, { signal });
    return isOver(job.state) ? job : undefined;
  } catch (error) {
    if (signal.aborted || (error instanceof AppError && error.retryable)) return undefined;
    throw error;
  }
}

function isOver(state: JobDto["state"]): boolean {
  return state !== "pending" && state !== "running" && state !== "waiting";
}

/** The exit code that tells a job's outcome; of one that goes on, failure. */
export const EXIT_OF_STATE: Readonly<Record<JobDto["state"], ExitCode>> = {
  completed: EXIT.ok,
  cancelled: EXIT.cancelled,
  timed_out: EXIT.timedOut,
  failed: EXIT.failed,
  pending: EXIT.failed,
  running: EXIT.failed,
  waiting: EXIT.failed,
};
