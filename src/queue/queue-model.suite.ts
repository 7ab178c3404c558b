import { fc, test as property } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import type { TenantId } from "../core/ids.ts";
import type { ErrorClass, Lease, RetryPolicy } from "./job.ts";
import type { QueueHarness } from "./queue.suite.ts";

/**
 * Random histories on a real queue and on this model of it. The model knows only what the port promises: one list of jobs,
 * searched from end to end.
 *
 * Times are so long and so far from being multiples of each other that the real time of a run decides nothing.
 */

const MINUTE = 60_000;
const STEP_MS = 7 * MINUTE;
const LEASE_MS = 30 * MINUTE;
const DELAY_MS = 20 * MINUTE;
const DEADLINE_MS = 60 * MINUTE;
const TENANT = 1 as TenantId;
const policy = (maxAttempts: number): RetryPolicy => ({
  maxAttempts,
  baseMs: 10 * MINUTE,
  factor: 1,
  capMs: 10 * MINUTE,
  jitter: 0,
});

type EndState = "completed" | "failed" | "cancelled" | "timed_out";
type Where = "ready" | "delayed" | "running" | EndState;

interface ModelJob {
  readonly index: number;
  readonly priority: number;
  readonly maxAttempts: number;
  readonly requires: readonly string[];
  readonly deadline: number | undefined;
  readonly createdAt: number;
  where: Where;
  dueAt: number;
  attempt: number;
  spent: number;
  holder: number;
  startedAt: number;
  listed: boolean;
  stopping: "" | "cancel" | "deadline";
  deadlineSeen: boolean;
  readonly outcomes: string[];
  dead: "" | "exhausted" | "permanent" | "deadline";
  requeued: boolean;
}

interface ModelSession {
  until: number;
  renewedAt: number;
  open: boolean;
}

class Model {
  now = 0;
  readonly jobs: ModelJob[] = [];
  readonly sessions: ModelSession[] = [];

  submit(facts: Pick<ModelJob, "priority" | "maxAttempts" | "requires" | "deadline">, delayMs: number): ModelJob {
    const job: ModelJob = {
      ...facts,
      index: this.jobs.length,
      createdAt: this.now,
      where: delayMs > 0 ? "delayed" : "ready",
      dueAt: this.now + delayMs,
      attempt: 0,
      spent: 0,
      holder: -1,
      startedAt: 0,
      listed: false,
      stopping: "",
      deadlineSeen: false,
      outcomes: [],
      dead: "",
      requeued: false,
    };
    this.jobs.push(job);
    return job;
  }

  isOverdue(job: ModelJob): boolean {
    return job.deadline !== undefined && job.deadline <= this.now;
  }

  /** Undefined: the session may not claim. */
  claim(session: number, limit: number, offered: readonly string[]): number[] | undefined {
    const holder = this.sessions[session];
    if (holder === undefined || !holder.open || holder.until <= this.now) return undefined;
    const taken = this.#take(session, limit, offered);
    if (taken.length < limit) {
      this.promote();
      taken.push(...this.#take(session, limit - taken.length, offered));
    }
    return taken.toSorted(byUrgency).map((job) => job.index);
  }

  #take(session: number, limit: number, offered: readonly string[]): ModelJob[] {
    const taken: ModelJob[] = [];
    for (const job of this.jobs.filter((other) => other.where === "ready").toSorted(byUrgency)) {
      if (taken.length >= limit) break;
      if (!job.requires.every((label) => offered.includes(label))) continue;
      if (this.isOverdue(job)) {
        end(job, "timed_out", "deadline");
        continue;
      }
      Object.assign(job, { where: "running", holder: session, startedAt: this.now, listed: false, stopping: "" });
      job.attempt++;
      job.spent++;
      job.outcomes.push("running");
      taken.push(job);
    }
    return taken;
  }

  promote(): number {
    const due = this.jobs.filter((job) => job.where === "delayed" && job.dueAt <= this.now);
    for (const job of due) job.where = "ready";
    return due.length;
  }

  held(lease: ModelLease): ModelJob | undefined {
    const job = this.jobs[lease.job];
    return job?.where === "running" && job.attempt === lease.attempt && job.holder === lease.session ? job : undefined;
  }

  /** What the same lease has said, or what others made of its attempt. */
  said(lease: ModelLease): string {
    return this.jobs[lease.job]?.outcomes[lease.attempt - 1] ?? "";
  }

  complete(lease: ModelLease): string {
    const job = this.held(lease);
    if (job === undefined) return this.said(lease) === "completed" ? "duplicate" : "lost";
    setOutcome(job, "completed");
    end(job, "completed", "");
    return "recorded";
  }

  fail(lease: ModelLease, errorClass: ErrorClass): string {
    const job = this.held(lease);
    if (job === undefined) {
      return ["failed", "dead", "cancelled", "timed_out"].includes(this.said(lease)) ? "duplicate" : "lost";
    }
    const [state, dead] = this.#endAfterFailure(job, errorClass);
    if (state === undefined) {
      setOutcome(job, "failed");
      Object.assign(job, { where: "delayed", dueAt: this.now + 10 * MINUTE });
      return "retry";
    }
    setOutcome(job, state === "failed" ? "dead" : state);
    end(job, state, dead);
    return state;
  }

  #endAfterFailure(job: ModelJob, errorClass: ErrorClass): [EndState | undefined, ModelJob["dead"]] {
    if (job.stopping === "deadline") return ["timed_out", "deadline"];
    if (job.stopping === "cancel" || errorClass === "cancelled") return ["cancelled", ""];
    if (errorClass === "permanent") return ["failed", "permanent"];
    if (this.isOverdue(job)) return ["timed_out", "deadline"];
    if (job.spent >= job.maxAttempts) return [errorClass === "timeout" ? "timed_out" : "failed", "exhausted"];
    return [undefined, ""];
  }

  /** The attempt is over without its holder's word about the job. @returns what became of the job. */
  #giveUp(job: ModelJob, outcome: "lost" | "released", counts: boolean): "requeued" | EndState {
    setOutcome(job, outcome);
    if (!counts) job.spent--;
    const again = (): "requeued" => {
      Object.assign(job, { where: "ready", dueAt: this.now });
      return "requeued";
    };
    if (job.stopping === "cancel") return end(job, "cancelled", "");
    if (job.stopping === "deadline" || this.isOverdue(job)) return end(job, "timed_out", "deadline");
    if (counts && job.spent >= job.maxAttempts) return end(job, "failed", "exhausted");
    return again();
  }

  release(lease: ModelLease, started: boolean): string {
    const job = this.held(lease);
    if (job === undefined) return this.said(lease) === "released" ? "duplicate" : "lost";
    this.#giveUp(job, "released", started);
    return "recorded";
  }

  close(session: number): void {
    const holder = this.sessions[session];
    if (holder !== undefined) holder.open = false;
    for (const job of this.jobs)
      if (job.where === "running" && job.holder === session) this.#giveUp(job, "released", true);
  }

  cancel(index: number): string {
    const job = this.jobs[index];
    if (job === undefined) return "not-found";
    if (job.where === "running") {
      if (job.stopping === "") job.stopping = "cancel";
      return "requested";
    }
    if (job.where !== "ready" && job.where !== "delayed") return "finished";
    end(job, "cancelled", "");
    return "cancelled";
  }

  renew(session: number, leases: readonly ModelLease[]): { live: boolean; lost: number[]; cancelRequested: number[] } {
    const holder = this.sessions[session];
    if (holder === undefined || !holder.open) {
      return { live: false, lost: leases.map((lease) => lease.job), cancelRequested: [] };
    }
    Object.assign(holder, { until: this.now + LEASE_MS, renewedAt: this.now });
    const held = leases.map((lease) => this.held({ ...lease, session }));
    for (const job of held) if (job !== undefined) job.listed = true;
    return {
      live: true,
      lost: leases.filter((_, n) => held[n] === undefined).map((lease) => lease.job),
      cancelRequested: held.flatMap((job) => (job !== undefined && job.stopping !== "" ? job.index : [])),
    };
  }

  reap(): Record<"requeued" | "died" | "cancelled" | "timedOut", number[]> & { promoted: number; expired: number } {
    const report = {
      requeued: [] as number[],
      died: [] as number[],
      cancelled: [] as number[],
      timedOut: [] as number[],
    };
    const expired = this.sessions.filter((session) => session.open && session.until <= this.now);
    for (const session of expired) session.open = false;
    for (const job of this.jobs.filter((other) => other.where === "running")) {
      const session = this.sessions[job.holder];
      const lost = session?.open !== true;
      if (!lost && (job.listed || session.renewedAt <= job.startedAt + 2 * LEASE_MS)) continue;
      const became = this.#giveUp(job, lost ? "lost" : "released", lost);
      if (became === "requeued") report.requeued.push(job.index);
      if (became === "failed") report.died.push(job.index);
      if (became === "cancelled") report.cancelled.push(job.index);
      if (became === "timed_out") report.timedOut.push(job.index);
    }
    for (const job of this.jobs) {
      if (!this.isOverdue(job) || job.deadlineSeen) continue;
      job.deadlineSeen = true;
      if (job.where === "running" && job.stopping === "") job.stopping = "deadline";
      if (job.where !== "ready" && job.where !== "delayed") continue;
      end(job, "timed_out", "deadline");
      report.timedOut.push(job.index);
    }
    return { ...report, promoted: this.promote(), expired: expired.length };
  }
}

interface ModelLease {
  readonly job: number;
  readonly attempt: number;
  readonly session: number;
}

function byUrgency(a: ModelJob, b: ModelJob): number {
  return b.priority - a.priority || a.index - b.index;
}

function setOutcome(job: ModelJob, outcome: string): void {
  job.outcomes[job.attempt - 1] = outcome;
}

function end(job: ModelJob, state: EndState, dead: ModelJob["dead"]): EndState {
  Object.assign(job, { where: state, dead });
  return state;
}

type Command =
  | {
      readonly do: "submit";
      readonly priority: number;
      readonly maxAttempts: number;
      readonly delayed: boolean;
      readonly picky: boolean;
      readonly limited: boolean;
      readonly count: number;
    }
  | { readonly do: "open" }
  | { readonly do: "close"; readonly pick: number }
  | { readonly do: "claim"; readonly pick: number; readonly limit: number; readonly picky: boolean }
  | { readonly do: "renew"; readonly pick: number; readonly names: number }
  | { readonly do: "complete"; readonly pick: number }
  | { readonly do: "fail"; readonly pick: number; readonly errorClass: ErrorClass }
  | { readonly do: "release"; readonly pick: number; readonly started: boolean }
  | { readonly do: "cancel"; readonly pick: number }
  | { readonly do: "requeue"; readonly pick: number }
  | { readonly do: "advance"; readonly steps: number }
  | { readonly do: "reap" };

const pick = fc.nat({ max: 1_000 });
const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant("submit" as const),
      priority: fc.constantFrom(0, 50, 50, 100),
      maxAttempts: fc.integer({ min: 1, max: 3 }),
      delayed: fc.boolean().map((flag) => flag),
      picky: fc.boolean(),
      limited: fc.boolean(),
      count: fc.integer({ min: 1, max: 5 }),
    }),
  },
  { weight: 2, arbitrary: fc.constant({ do: "open" as const }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("close" as const), pick }) },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant("claim" as const),
      pick,
      limit: fc.integer({ min: 1, max: 4 }),
      picky: fc.boolean(),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("renew" as const), pick, names: fc.nat({ max: 3 }) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("complete" as const), pick }) },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant("fail" as const),
      pick,
      errorClass: fc.constantFrom<ErrorClass>(
        "transient",
        "transient",
        "permanent",
        "cancelled",
        "timeout",
        "lost-lease",
      ),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("release" as const), pick, started: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("cancel" as const), pick }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("requeue" as const), pick }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("advance" as const), steps: fc.integer({ min: 1, max: 3 }) }) },
  { weight: 3, arbitrary: fc.constant({ do: "reap" as const }) },
);

/** Runs one history on both and compares every answer. */
class Run {
  readonly model = new Model();
  readonly ids: string[] = [];
  readonly sessionIds: string[] = [];
  readonly leases: { readonly real: Lease; readonly model: ModelLease }[] = [];
  readonly harness: QueueHarness;

  constructor(harness: QueueHarness) {
    this.harness = harness;
  }

  inMs(ms: number): Date {
    return new Date(this.harness.now().getTime() + ms);
  }

  indexOf(jobId: string): number {
    return this.ids.indexOf(jobId);
  }

  async submit(given: Extract<Command, { do: "submit" }>): Promise<void> {
    const requires = given.picky ? ["sap"] : [];
    const request = {
      kind: "k",
      payload: null,
      priority: given.priority,
      retry: policy(given.maxAttempts),
      requires,
      ...(given.delayed && { runAt: this.inMs(DELAY_MS) }),
      ...(given.limited && { deadline: this.inMs(DEADLINE_MS) }),
    };
    const outcomes = await this.harness.queue.enqueue(
      TENANT,
      Array.from({ length: given.count }, () => request),
    );
    for (const { jobId } of outcomes) {
      this.ids.push(jobId);
      const deadline = given.limited ? this.model.now + DEADLINE_MS : undefined;
      const { priority, maxAttempts } = given;
      this.model.submit({ priority, maxAttempts, requires, deadline }, given.delayed ? DELAY_MS : 0);
    }
  }

  async open(): Promise<void> {
    const robotId = `robot-${this.sessionIds.length}`;
    const { sessionId } = await this.harness.queue.openSession({ tenantId: TENANT, robotId, leaseMs: LEASE_MS });
    this.sessionIds.push(sessionId);
    this.model.sessions.push({ until: this.model.now + LEASE_MS, renewedAt: this.model.now, open: true });
  }

  async claim(given: Extract<Command, { do: "claim" }>): Promise<void> {
    const session = this.pickSession(given.pick);
    if (session === undefined) return;
    const sessionId = this.sessionIds[session] ?? "";
    const capabilities = given.picky ? ["sap", "browser"] : ["browser"];
    const expected = this.model.claim(session, given.limit, capabilities);
    const claim = this.harness.queue.claim({
      tenantId: TENANT,
      sessionId,
      environment: "default",
      capabilities,
      limit: given.limit,
    });
    if (expected === undefined) {
      await expect(claim).rejects.toMatchObject({ code: "QUEUE_SESSION_EXPIRED" });
      return;
    }
    const claimed = await claim;
    expect(claimed.map((job) => this.indexOf(job.jobId))).toEqual(expected);
    for (const job of claimed) {
      const index = this.indexOf(job.jobId);
      expect(job.attempt).toBe(this.model.jobs[index]?.attempt);
      this.leases.push({ real: job, model: { job: index, attempt: job.attempt, session } });
    }
  }

  async renew(given: Extract<Command, { do: "renew" }>): Promise<void> {
    const session = this.pickSession(given.pick);
    if (session === undefined) return;
    const named = this.leases.slice(-given.names || this.leases.length);
    const byJob = [...new Map(named.map((lease) => [lease.model.job, lease])).values()];
    const expected = this.model.renew(
      session,
      byJob.map((lease) => lease.model),
    );
    const reply = await this.harness.queue.renew({
      tenantId: TENANT,
      sessionId: this.sessionIds[session] ?? "",
      leaseMs: LEASE_MS,
      jobs: byJob.map(({ real }) => ({ jobId: real.jobId, attempt: real.attempt })),
    });
    expect({
      live: reply.live,
      lost: this.sorted(reply.lost),
      cancelRequested: this.sorted(reply.cancelRequested),
    }).toEqual({
      ...expected,
      lost: expected.lost.toSorted(byNumber),
      cancelRequested: expected.cancelRequested.toSorted(byNumber),
    });
  }

  async settle(given: Extract<Command, { do: "complete" | "fail" | "release" }>): Promise<void> {
    const lease = this.leases[given.pick % Math.max(this.leases.length, 1)];
    if (lease === undefined) return;
    const { queue } = this.harness;
    const holds = this.model.held(lease.model) !== undefined;
    expect(await queue.holds(lease.real)).toBe(holds);
    if (given.do === "complete") {
      expect(await queue.complete(lease.real, { by: lease.real.attempt })).toBe(this.model.complete(lease.model));
    } else if (given.do === "release") {
      const options = { started: given.started, reason: "x" };
      expect(await queue.release(lease.real, options)).toBe(this.model.release(lease.model, given.started));
    } else {
      const { errorClass } = given;
      const outcome = await queue.fail(lease.real, { code: "X", message: "x", errorClass });
      expect(outcome.kind === "ended" ? outcome.state : outcome.kind).toBe(this.model.fail(lease.model, errorClass));
    }
  }

  async cancel(given: Extract<Command, { do: "cancel" }>): Promise<void> {
    if (this.ids.length === 0) return;
    const index = given.pick % this.ids.length;
    const outcome = await this.harness.queue.requestCancel(TENANT, this.ids[index] ?? "");
    expect(outcome.kind).toBe(this.model.cancel(index));
  }

  async requeue(given: Extract<Command, { do: "requeue" }>): Promise<void> {
    const open = this.model.jobs.filter((job) => job.dead !== "" && !job.requeued);
    const job = open[given.pick % Math.max(open.length, 1)];
    if (job === undefined) return;
    const { jobId } = await this.harness.queue.requeueDeadLetter(TENANT, this.ids[job.index] ?? "");
    job.requeued = true;
    this.ids.push(jobId);
    const { priority, maxAttempts, requires } = job;
    const deadline = renewedDeadline(job, this.model.now);
    this.model.submit({ priority, maxAttempts, requires, deadline }, 0);
  }

  async reap(): Promise<void> {
    const report = await this.harness.queue.reap();
    const expected = this.model.reap();
    expect({
      requeued: this.sorted(report.requeued),
      died: this.sorted(report.died),
      cancelled: this.sorted(report.cancelled),
      timedOut: this.sorted(report.timedOut),
      promoted: report.promoted,
      expired: report.sessionsExpired,
    }).toEqual({ ...expected, timedOut: expected.timedOut.toSorted(byNumber) });
  }

  async step(given: Command): Promise<void> {
    switch (given.do) {
      case "submit":
        return this.submit(given);
      case "open":
        return this.open();
      case "close": {
        const session = this.pickSession(given.pick);
        if (session === undefined) return undefined;
        this.model.close(session);
        return this.harness.queue.closeSession(TENANT, this.sessionIds[session] ?? "");
      }
      case "claim":
        return this.claim(given);
      case "renew":
        return this.renew(given);
      case "complete":
      case "fail":
      case "release":
        return this.settle(given);
      case "cancel":
        return this.cancel(given);
      case "requeue":
        return this.requeue(given);
      case "advance":
        this.model.now += given.steps * STEP_MS;
        return this.harness.advance(given.steps * STEP_MS);
      case "reap":
        return this.reap();
    }
  }

  /** Compares all that can be seen of every job. */
  async compare(): Promise<void> {
    const { queue } = this.harness;
    for (const job of this.model.jobs) {
      const jobId = this.ids[job.index] ?? "";
      const real = await queue.get(TENANT, jobId);
      const waits = job.where === "ready" || job.where === "delayed";
      expect([job.index, real?.state, real?.attempt]).toEqual([job.index, waits ? "pending" : job.where, job.attempt]);
      expect(real?.cancelRequested).toBe(job.where === "running" && job.stopping !== "");
      expect((await queue.attempts(TENANT, jobId)).map((attempt) => attempt.outcome)).toEqual(job.outcomes);
      const letter = await queue.getDeadLetter(TENANT, jobId);
      expect([letter?.reason ?? "", letter?.attempts ?? job.spent]).toEqual([job.dead, job.spent]);
    }
    const count = (wanted: (job: ModelJob) => boolean): number => this.model.jobs.filter(wanted).length;
    const isDue = (job: ModelJob): boolean => job.where === "delayed" && job.dueAt <= this.model.now;
    expect(await queue.stats(TENANT)).toMatchObject({
      pending: count((job) => job.where === "ready" || isDue(job)),
      delayed: count((job) => job.where === "delayed" && !isDue(job)),
      running: count((job) => job.where === "running"),
      deadLetters: count((job) => job.dead !== "" && !job.requeued),
    });
  }

  pickSession(number: number): number | undefined {
    // The newest ones are the interesting ones.
    return this.sessionIds.length === 0
      ? undefined
      : this.sessionIds.length - 1 - (number % Math.min(this.sessionIds.length, 3));
  }

  sorted(jobIds: readonly string[]): number[] {
    return jobIds.map((jobId) => this.indexOf(jobId)).toSorted(byNumber);
  }
}

function byNumber(a: number, b: number): number {
  return a - b;
}

/** As much time as the job had, if its deadline has passed. */
function renewedDeadline(job: ModelJob, now: number): number | undefined {
  if (job.deadline === undefined) return undefined;
  return job.deadline <= now ? now + job.deadline - job.createdAt : job.deadline;
}

/** @param size how many histories of how many commands. */
export function describeQueueModel(
  name: string,
  open: () => Promise<QueueHarness>,
  size: { readonly runs: number; readonly commands: number },
): void {
  describe(`JobQueue against its model: ${name}`, () => {
    const history = fc.array(command, { minLength: size.commands / 2, maxLength: size.commands, size: "max" });

    // On a slow machine fewer histories have to do.
    property.prop([history], { numRuns: size.runs, interruptAfterTimeLimit: 20_000 })(
      "any history gives the answers of the model",
      async (commands) => {
        const harness = await open();
        try {
          const run = new Run(harness);
          await run.open();
          for (const given of commands) await run.step(given);
          await run.compare();
        } finally {
          await harness.close();
        }
      },
      120_000,
    );
  });
}
