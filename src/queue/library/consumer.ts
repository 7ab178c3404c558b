import { DEFAULT_TENANT, type TenantId } from "../../core/ids.ts";
import { Consumer } from "../consume/consumer.ts";
import type { JobHandler } from "../consume/held-job.ts";
import { startReaper } from "../consume/start-reaper.ts";
import { queueErrors } from "../errors.ts";
import { LazyQueue, type QueueSource } from "./queue-source.ts";

/** A queue, who works on it, and how. Times are milliseconds. */
export type PgQueuerConsumerOptions = QueueSource & {
  readonly robotId: string;
  readonly handler: JobHandler;
  /** Default: the tenant of an installation that has only one. */
  readonly tenantId?: TenantId;
  /** Only jobs of this environment; default "default". */
  readonly environment?: string;
  /** Labels it offers; default none. */
  readonly capabilities?: readonly string[];
  /** Jobs at the same time, 1–1 000; default 1. */
  readonly concurrency?: number;
  /** How long it may be silent before its jobs are given away, ≥ 1 000; default 30 000. */
  readonly leaseMs?: number;
  /** Between renewals, at most a third of the lease; default a third of it, at most 10 000. */
  readonly heartbeatMs?: number;
  /** Between looks for jobs when no notification comes; default 1 000. */
  readonly pollMs?: number;
  /** Between looks for jobs of dead consumers; default 5 000. 0: something else does it, such as an orchestrator. */
  readonly reapMs?: number;
  /** Told of everything that failed and is tried again; default: nobody. */
  readonly onError?: (error: unknown) => void;
};

/** How to stop a consumer. */
export interface StopOptions {
  /** Milliseconds that jobs in hand may run on; then they are asked to stop and given back. Default 30 000. */
  readonly drainMs?: number;
}

/**
 * Works on the jobs of a queue; needs nothing but PostgreSQL.
 *
 * A killed consumer loses nothing: its lease runs out and its jobs run elsewhere. A handler may therefore run twice for
 * one job; (jobId, attempt) tells the runs apart, and only the newest is recorded.
 *
 * @example
 * const consumer = new PgQueuerConsumer({
 *   url: process.env["DATABASE_URL"] ?? "",
 *   robotId: "reports-1",
 *   handler: async (job, { signal }) => ({ pages: await print(job.payload, signal) }),
 * });
 * await consumer.start();
 */
export class PgQueuerConsumer {
  readonly #options: PgQueuerConsumerOptions;
  readonly #source: LazyQueue;
  #consumer: Consumer | undefined;
  #reaper: { stop(): Promise<void> } | undefined;
  #starting: Promise<void> | undefined;
  #stopping: Promise<void> | undefined;

  /** Throws a RangeError when three heartbeats do not fit into the lease, or for a concurrency outside 1–1 000. */
  constructor(options: PgQueuerConsumerOptions) {
    const { leaseMs = 30_000, heartbeatMs, concurrency = 1 } = options;
    if (heartbeatMs !== undefined && heartbeatMs * 3 > leaseMs) {
      throw new RangeError(`heartbeatMs ${heartbeatMs} must be at most a third of leaseMs ${leaseMs}`);
    }
    if (!Number.isInteger(concurrency) || concurrency < 1 || concurrency > 1_000) {
      throw new RangeError(`concurrency ${concurrency} must be an integer from 1 to 1000`);
    }
    this.#options = options;
    this.#source = new LazyQueue(options);
  }

  /** Jobs in hand. */
  get running(): number {
    return this.#consumer?.running ?? 0;
  }

  /** Connects and begins to work. Rejects when the database cannot be reached; calling again tries again. */
  start(): Promise<void> {
    this.#starting ??= this.#start().catch((error: unknown) => {
      this.#starting = undefined;
      throw error;
    });
    return this.#starting;
  }

  /** Ends the work, gives back what is not done, and closes what this object opened. Stopping twice is fine. */
  stop(options: StopOptions = {}): Promise<void> {
    this.#stopping ??= this.#stop(options.drainMs ?? 30_000);
    return this.#stopping;
  }

  async #start(): Promise<void> {
    if (this.#source.isClosed) throw queueErrors.QUEUE_STOPPED({ what: "The consumer" });
    const queue = await this.#source.get();
    const { leaseMs = 30_000, reapMs = 5_000 } = this.#options;
    const onError = (error: unknown): void => this.#report(error);
    this.#consumer = new Consumer({
      queue,
      tenantId: this.#options.tenantId ?? DEFAULT_TENANT,
      robotId: this.#options.robotId,
      environment: this.#options.environment ?? "default",
      capabilities: this.#options.capabilities ?? [],
      concurrency: this.#options.concurrency ?? 1,
      leaseMs,
      heartbeatMs: this.#options.heartbeatMs ?? Math.min(10_000, Math.floor(leaseMs / 3)),
      pollMs: this.#options.pollMs ?? 1_000,
      handler: this.#options.handler,
      onError,
    });
    if (reapMs > 0) this.#reaper = startReaper({ queue, everyMs: reapMs, onError });
  }

  /** A listener that throws must not end the loops. */
  #report(error: unknown): void {
    try {
      this.#options.onError?.(error);
    } catch {
      // Whoever is told of errors cannot be told of this one.
    }
  }

  async #stop(drainMs: number): Promise<void> {
    await this.#starting?.catch(() => undefined);
    await Promise.all([this.#consumer?.stop(drainMs), this.#reaper?.stop()]);
    await this.#source.close();
  }
}
