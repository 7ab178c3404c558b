import { DEFAULT_TENANT, type TenantId } from "../../core/ids.ts";
import { Consumer } from "../consume/consumer.ts";
import { FairSeats } from "../consume/fair-seats.ts";
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
  /**
   * Instead of `tenantId`, to work for several: they take turns with the seats, so that a newcomer waits for as many jobs to end
   * as there are tenants, however many jobs the others have waiting.
   */
  readonly tenantIds?: readonly TenantId[];
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
  #consumers: readonly Consumer[] = [];
  #reaper: { stop(): Promise<void> } | undefined;
  #starting: Promise<void> | undefined;
  #stopping: Promise<void> | undefined;

  /** Throws a RangeError when three heartbeats do not fit into the lease, for a concurrency outside 1–1 000, or for tenants named twice. */
  constructor(options: PgQueuerConsumerOptions) {
    const { leaseMs = 30_000, heartbeatMs, concurrency = 1 } = options;
    if (heartbeatMs !== undefined && heartbeatMs * 3 > leaseMs) {
      throw new RangeError(`heartbeatMs ${heartbeatMs} must be at most a third of leaseMs ${leaseMs}`);
    }
    if (!Number.isInteger(concurrency) || concurrency < 1 || concurrency > 1_000) {
      throw new RangeError(`concurrency ${concurrency} must be an integer from 1 to 1000`);
    }
    const tenants = tenantsOf(options);
    if (tenants.length === 0 || new Set(tenants).size < tenants.length) {
      throw new RangeError("tenantIds must name at least one tenant, and each once");
    }
    if (options.tenantId !== undefined && options.tenantIds !== undefined) {
      throw new RangeError("give tenantId or tenantIds, not both");
    }
    this.#options = options;
    this.#source = new LazyQueue(options);
  }

  /** Jobs in hand. */
  get running(): number {
    return this.#consumers.reduce((sum, consumer) => sum + consumer.running, 0);
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
    const { leaseMs = 30_000, reapMs = 5_000, concurrency = 1 } = this.#options;
    const onError = (error: unknown): void => this.#report(error);
    const seats = new FairSeats(concurrency);
    this.#consumers = tenantsOf(this.#options).map(
      (tenantId) =>
        new Consumer({
          queue,
          tenantId,
          robotId: this.#options.robotId,
          environment: this.#options.environment ?? "default",
          capabilities: this.#options.capabilities ?? [],
          concurrency,
          seats,
          leaseMs,
          heartbeatMs: this.#options.heartbeatMs ?? Math.min(10_000, Math.floor(leaseMs / 3)),
          pollMs: this.#options.pollMs ?? 1_000,
          handler: this.#options.handler,
          onError,
        }),
    );
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
    await Promise.all([...this.#consumers.map((consumer) => consumer.stop(drainMs)), this.#reaper?.stop()]);
    await this.#source.close();
  }
}

function tenantsOf({ tenantId = DEFAULT_TENANT, tenantIds }: PgQueuerConsumerOptions): readonly TenantId[] {
  return tenantIds ?? [tenantId];
}
