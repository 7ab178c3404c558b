import { type Clock, systemClock } from "../../core/clock.ts";
import { pause, raceAbort, startDeadline } from "../../core/deadline.ts";
import { hasCode } from "../../core/errors.ts";
import type { TenantId } from "../../core/ids.ts";
import type { ClaimedJob } from "../job.ts";
import type { JobQueue } from "../queue.ts";
import { createBell } from "./bell.ts";
import { FairSeats } from "./fair-seats.ts";
import { HeldJob, type HeldJobTools, type JobHandler, type StopCause } from "./held-job.ts";

export interface ConsumerOptions {
  readonly queue: JobQueue;
  readonly tenantId: TenantId;
  readonly robotId: string;
  readonly environment: string;
  readonly capabilities: readonly string[];
  /** Jobs at the same time. */
  readonly concurrency: number;
  /** Shared with the consumers of other tenants; absent: `concurrency` of its own. */
  readonly seats?: FairSeats;
  readonly leaseMs: number;
  /** At most a third of the lease. */
  readonly heartbeatMs: number;
  readonly pollMs: number;
  readonly handler: JobHandler;
  /** Told of everything that failed and is tried again. */
  readonly onError: (error: unknown) => void;
  readonly clock?: Clock;
}

interface Session {
  readonly id: string;
  /** When the last renewal that succeeded was sent. */
  renewedAtMs: number;
}

/** Handlers that were asked to stop have this long to do so. */
const STOP_GRACE_MS = 5_000;
/** After a claim that found too little the next one waits for more jobs to come together: at least this long … */
const PACE_MS = 5;
/**
 * … or, the more it found, up to so many times what it took: where many jobs arrive, claims of a few leave a busy database no time
 * for its work. Where few do, none waits for the next.
 */
const PACE_FACTOR = 3;
const MANY_JOBS = 24;
/** … but not longer than this. */
const LONGEST_PACE_MS = 50;
/** Jobs of one claim. */
const MAX_CLAIM = 1_000;
/** A renewal gets at least this long, however late it is. */
const SHORTEST_RENEWAL_MS = 250;

/**
 * Claims jobs, runs the handler on them and keeps their lease.
 *
 * Two loops, both owned and awaited here: one claims, woken by the queue and by itself every `pollMs`; the other renews the
 * session, whatever the handlers do. Killed at any point, the session lapses and its jobs run elsewhere.
 */
export class Consumer {
  readonly #options: ConsumerOptions;
  readonly #clock: Clock;
  readonly #held = new Map<string, HeldJob>();
  readonly #bell = createBell();
  readonly #noMoreJobs = new AbortController();
  readonly #noMoreHeartbeats = new AbortController();
  readonly #claiming: Promise<void>;
  readonly #renewing: Promise<void>;
  readonly #tools: HeldJobTools;
  /** One is taken by each handler at work; the jobs of the others are being recorded. */
  readonly #seats: FairSeats;
  #session: Session | undefined;
  /** No job is claimed before one has ended. */
  #lacksRoom = false;
  /** Sessions that are being ended. */
  readonly #closing = new Set<Promise<void>>();
  #subscription: { close(): Promise<void> } | undefined;
  #stopping: Promise<void> | undefined;

  constructor(options: ConsumerOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#seats = options.seats ?? new FairSeats(options.concurrency);
    this.#tools = {
      queue: options.queue,
      handler: options.handler,
      onError: options.onError,
      onWorked: () => this.#seats.give(1),
      onFinished: (held) => this.#finished(held),
    };
    this.#claiming = this.#claimAll();
    this.#renewing = this.#renewAll();
  }

  /** Jobs in hand: at work, or about to be recorded. */
  get running(): number {
    return this.#held.size;
  }

  /**
   * Claims no more, lets the jobs in hand run on for up to `drainMs`, asks the rest to stop and gives them back.
   *
   * A handler that ignores its signal may then still run while another robot has got its job.
   */
  stop(drainMs: number): Promise<void> {
    this.#stopping ??= this.#stop(drainMs);
    return this.#stopping;
  }

  async #stop(drainMs: number): Promise<void> {
    this.#noMoreJobs.abort();
    await this.#claiming;
    await this.#allFinished(drainMs);
    this.#stopHeld("stopped");
    await this.#allFinished(STOP_GRACE_MS);
    this.#stopHeld("lost");
    this.#noMoreHeartbeats.abort();
    await this.#renewing;
    await this.#subscription?.close();
    if (this.#session !== undefined) this.#close(this.#session);
    await Promise.all(this.#closing);
  }

  async #allFinished(withinMs: number): Promise<void> {
    const done = new AbortController();
    const all = Promise.all([...this.#held.values()].map((held) => held.finished)).then(() => done.abort());
    await Promise.race([all, pause(withinMs, done.signal)]);
  }

  #stopHeld(cause: StopCause): void {
    for (const held of this.#held.values()) held.stop(cause);
  }

  async #claimAll(): Promise<void> {
    const { concurrency, pollMs, onError } = this.#options;
    const { signal } = this.#noMoreJobs;
    let emptyAnswers = 0;
    while (!signal.aborted) {
      // The next jobs are claimed while the last ones are being recorded, with the same statement; but a database that does
      // not answer must not have ever more jobs claimed from it.
      const room = Math.min(2 * concurrency - this.#held.size, concurrency, MAX_CLAIM);
      this.#lacksRoom = room <= 0;
      const seats = room > 0 ? await this.#seats.take(room, signal) : 0;
      const askedAtMs = this.#clock.monotonicMs();
      let claimed = 0;
      try {
        if (seats > 0) claimed = await this.#claim(seats);
      } catch (error) {
        onError(error);
        this.#seats.give(seats);
        // Wake-ups would turn an outage into a busy loop.
        await pause(pollMs, signal);
        continue;
      }
      if (claimed < seats) {
        this.#seats.give(seats - claimed);
        emptyAnswers = claimed > 0 || seats === 0 ? 0 : emptyAnswers + 1;
        await pause(paceMs({ claimed, emptyAnswers, tookMs: this.#clock.monotonicMs() - askedAtMs }), signal);
      }
      if (claimed === 0) await this.#bell.wait(pollMs, signal);
    }
  }

  /** @returns how many jobs were started. */
  async #claim(limit: number): Promise<number> {
    const { queue, tenantId, environment, capabilities, leaseMs } = this.#options;
    const session = this.#session ?? (await this.#openSession());
    const askedAtMs = this.#clock.monotonicMs();
    let jobs: readonly ClaimedJob[];
    try {
      jobs = await queue.claim({ tenantId, sessionId: session.id, environment, capabilities, limit });
    } catch (error) {
      if (!hasCode(error, "QUEUE_SESSION_EXPIRED")) throw error;
      // A renewal finds out whether it is over or was only late.
      await this.#renew(session);
      return 0;
    }
    // So late that the queue may have taken the jobs back, or for a session that is over.
    const isStale = this.#session !== session || this.#clock.monotonicMs() - askedAtMs >= leaseMs;
    if (isStale) {
      await Promise.all(jobs.map((job) => queue.release(job, { started: false, reason: "claimed too slowly" })));
      return 0;
    }
    for (const job of jobs) this.#start(job);
    return jobs.length;
  }

  #start(job: ClaimedJob): void {
    this.#held.set(job.jobId, new HeldJob(job, this.#tools));
  }

  #finished(held: HeldJob): void {
    this.#held.delete(held.job.jobId);
    // Work that was not there before it ended is not there now either.
    if (this.#lacksRoom) this.#bell.ring();
  }

  async #openSession(): Promise<Session> {
    const { queue, tenantId, robotId, leaseMs } = this.#options;
    this.#subscription ??= await queue.onAvailable(() => this.#bell.ring());
    const renewedAtMs = this.#clock.monotonicMs();
    const { sessionId } = await queue.openSession({ tenantId, robotId, leaseMs });
    this.#session = { id: sessionId, renewedAtMs };
    return this.#session;
  }

  async #renewAll(): Promise<void> {
    const { heartbeatMs } = this.#options;
    const { signal } = this.#noMoreHeartbeats;
    for (;;) {
      const waitMs = this.#session === undefined ? heartbeatMs : Math.min(heartbeatMs, this.#leftMs(this.#session));
      if (!(await pause(Math.max(waitMs, 1), signal))) return;
      if (this.#session !== undefined) await this.#renew(this.#session);
    }
  }

  async #renew(session: Session): Promise<void> {
    const { queue, tenantId, leaseMs, onError } = this.#options;
    const jobs = this.#heldBy(session).map((held) => held.renewal);
    const sentAtMs = this.#clock.monotonicMs();
    const what = "The renewal of the session";
    const deadline = startDeadline(what, Math.max(SHORTEST_RENEWAL_MS, Math.min(leaseMs / 3, this.#leftMs(session))));
    try {
      const work = queue.renew({ tenantId, sessionId: session.id, leaseMs, jobs });
      const reply = await raceAbort(work, deadline.signal, what);
      if (!reply.live) {
        this.#lose(session);
        return;
      }
      session.renewedAtMs = sentAtMs;
      for (const jobId of reply.lost) this.#held.get(jobId)?.stop("lost");
      for (const jobId of reply.cancelRequested) this.#held.get(jobId)?.stop("cancelled");
    } catch (error) {
      onError(error);
      if (this.#leftMs(session) > 0) return;
      this.#lose(session);
      // A renewal may have arrived although no answer came: its jobs would wait once more for as long as a lease.
      this.#close(session);
    } finally {
      deadline.clear();
    }
  }

  /** From now on the jobs may run elsewhere: stop them, and begin anew. */
  #lose(session: Session): void {
    for (const held of this.#heldBy(session)) held.stop("lost");
    if (this.#session === session) this.#session = undefined;
    this.#bell.ring();
  }

  #close(session: Session): void {
    const { queue, tenantId, onError } = this.#options;
    const closing = queue
      .closeSession(tenantId, session.id)
      .catch(onError)
      .finally(() => this.#closing.delete(closing));
    this.#closing.add(closing);
  }

  #heldBy(session: Session): HeldJob[] {
    return [...this.#held.values()].filter((held) => held.job.sessionId === session.id);
  }

  #leftMs(session: Session): number {
    return session.renewedAtMs + this.#options.leaseMs - this.#clock.monotonicMs();
  }
}

/** A claim that found fewer jobs than it could have had. */
interface PoorClaim {
  readonly claimed: number;
  /** Claims in a row, this one included, that found nothing. */
  readonly emptyAnswers: number;
  readonly tookMs: number;
}

/** How long to wait after it. */
function paceMs({ claimed, emptyAnswers, tookMs }: PoorClaim): number {
  // Others have taken what this one was woken for. All of them being woken again at once would cost more than it brings.
  if (claimed === 0) return Math.min(PACE_MS * 2 ** Math.min(emptyAnswers - 1, 10), LONGEST_PACE_MS) - tookMs;
  const factor = PACE_FACTOR * Math.min(1, claimed / MANY_JOBS);
  return Math.max(PACE_MS - tookMs, Math.min(tookMs * factor, LONGEST_PACE_MS));
}
