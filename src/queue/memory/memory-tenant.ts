import type { TenantId } from "../../core/ids.ts";
import type { AcceptedJob } from "../accepted-job.ts";
import type { Attempt, ConcurrencyRule, DeadLetter, JobFailure } from "../job.ts";
import type { Displaced, Pause } from "../queue.ts";
import type { Stopping } from "../retry.ts";
import { type LimitVerdict, MemoryLimits } from "./memory-limits.ts";

/** Where a job is; replaced as a whole when it moves. */
export type Place = Ready | Parked | Delayed | Active | Done;

interface Ready {
  readonly kind: "ready";
  readonly readyAt: Date;
  readonly attempt: number;
  readonly spared: number;
}

/** Held back by its concurrency limit. */
interface Parked extends Omit<Ready, "kind"> {
  readonly kind: "parked";
}

interface Delayed {
  readonly kind: "delayed";
  readonly runAt: Date;
  readonly attempt: number;
  readonly spared: number;
}

interface Active {
  readonly kind: "active";
  readonly attempt: number;
  /** Attempts up to this one that do not count towards the limit. */
  readonly spared: number;
  readonly sessionId: string;
  readonly startedAt: Date;
  readonly stopping: Stopping;
  readonly stopReason?: string;
  /** True once the holder has named the job in a renewal. */
  readonly listed: boolean;
  readonly progress?: number;
  readonly progressNote?: string;
}

interface Done {
  readonly kind: "done";
  readonly state: "completed" | "failed" | "cancelled" | "timed_out";
  readonly attempt: number;
  readonly byHolder: boolean;
  readonly finishedAt: Date;
  readonly sessionId?: string;
  readonly startedAt?: Date;
  readonly resultText?: string;
  readonly error?: JobFailure;
}

export interface MemoryJob {
  readonly id: string;
  readonly tenantId: TenantId;
  readonly accepted: AcceptedJob;
  readonly createdAt: Date;
  /** Attempts that did not end the job by their holder's word. */
  readonly log: Attempt[];
  place: Place;
}

/** A job that runs, as far as the compiler is to know. */
export type RunningMemoryJob = MemoryJob & { readonly place: Active };

export interface MemorySession {
  readonly robotId: string;
  until: Date;
  renewedAt: Date;
  leaseMs: number;
  ended: boolean;
}

export function isLive(session: MemorySession | undefined, now: Date): boolean {
  return session !== undefined && !session.ended && session.until > now;
}

/** All that one tenant has in the queue, with an index of the jobs by where they are. */
export class MemoryTenant {
  readonly jobs = new Map<string, MemoryJob>();
  readonly sessions = new Map<string, MemorySession>();
  readonly jobByKey = new Map<string, string>();
  readonly deadLetters = new Map<string, DeadLetter>();
  /** Jobs whose deadline has not been looked at. */
  readonly deadlines = new Set<MemoryJob>();
  readonly pauses = new Map<string, Pause>();
  readonly #limits = new MemoryLimits();
  readonly #delayed = new Set<MemoryJob>();
  readonly #active = new Set<MemoryJob>();
  /** Ready jobs by urgency, then age. */
  readonly #line: MemoryJob[] = [];
  /** Told of jobs that had to make room. */
  readonly onDisplaced: (job: Displaced) => void;

  constructor(onDisplaced: (job: Displaced) => void) {
    this.onDisplaced = onDisplaced;
  }

  add(job: MemoryJob): void {
    this.jobs.set(job.id, job);
    if (job.accepted.deadline !== undefined) this.deadlines.add(job);
    if (job.accepted.concurrency !== undefined) this.#limits.learn(job.accepted.concurrency);
    job.place = this.#limits.gate(job, job.place);
    this.#enter(job);
  }

  /** Of a job that has ended. */
  forget(job: MemoryJob): void {
    this.jobs.delete(job.id);
    this.deadlines.delete(job);
    const { idempotencyKey } = job.accepted;
    if (idempotencyKey !== undefined && this.jobByKey.get(idempotencyKey) === job.id)
      this.jobByKey.delete(idempotencyKey);
  }

  move(job: MemoryJob, place: Place): void {
    this.#leave(job);
    job.place = this.#limits.gate(job, place);
    this.#enter(job);
  }

  /** What counts for a key now: the newest rule. */
  ruleOf(own: Required<ConcurrencyRule>): Required<ConcurrencyRule> {
    return this.#limits.ruleOf(own);
  }

  changeLimit(rule: Required<ConcurrencyRule>): void {
    this.#limits.change(rule);
  }

  /** Concurrency keys of jobs that came or went since the last call. */
  takeTouchedKeys(): readonly string[] {
    return this.#limits.takeTouched();
  }

  /** What the limit of a job that came or went says about its jobs; to be asked until it says nothing. */
  nextVerdict(key: string): LimitVerdict | undefined {
    return this.#limits.nextVerdict(key);
  }

  /** A copy, as with the other two: jobs may be moved while it is looped over. */
  ready(): readonly MemoryJob[] {
    return [...this.#line];
  }

  delayed(): readonly MemoryJob[] {
    return [...this.#delayed];
  }

  running(): readonly RunningMemoryJob[] {
    return [...this.#active].filter(isRunning);
  }

  #enter(job: MemoryJob): void {
    switch (job.place.kind) {
      case "ready":
        this.#line.splice(this.#positionOf(job), 0, job);
        return;
      case "delayed":
        this.#delayed.add(job);
        return;
      case "parked":
        return;
      case "active":
        this.#active.add(job);
        return;
      case "done":
    }
  }

  #leave(job: MemoryJob): void {
    if (job.place.kind === "ready") this.#line.splice(this.#positionOf(job), 1);
    this.#delayed.delete(job);
    this.#active.delete(job);
  }

  /** Where the job stands in the line, or would have to stand. */
  #positionOf(job: MemoryJob): number {
    let from = 0;
    let to = this.#line.length;
    while (from < to) {
      const middle = (from + to) >>> 1;
      const other = this.#line[middle];
      if (other !== undefined && byUrgency(other, job) < 0) from = middle + 1;
      else to = middle;
    }
    return from;
  }
}

export function isRunning(job: MemoryJob): job is RunningMemoryJob {
  return job.place.kind === "active";
}

/** Ids are handed out in the order of enqueueing, so a smaller one is older. */
export function byUrgency(a: MemoryJob, b: MemoryJob): number {
  return b.accepted.priority - a.accepted.priority || Number(a.id) - Number(b.id);
}
