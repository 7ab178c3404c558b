import { type Clock, systemClock } from "../../core/clock.ts";
import type { TenantId } from "../../core/ids.ts";
import type { Queryable } from "../../database/index.ts";
import type { Lease } from "../job.ts";
import type { TouchedLimit } from "./admission.ts";
import { coalesce } from "./coalesce.ts";
import { type Ask, type Completion, type Exchanged, exchangeJobs, type PlacedJob } from "./exchange-jobs.ts";
import { type Lane, LaneMarks } from "./lanes.ts";

/** What one look at the line brought. */
interface ClaimRound {
  /** False: the session is not live, and nothing was taken. */
  readonly live: boolean;
  readonly jobs: readonly PlacedJob[];
  /** Jobs that were found and not started; see `Exchanged`. */
  readonly putAside: number;
  /** Largest route number of the tenant; larger than the newest known, some lanes were not looked at. */
  readonly newestRoute: number;
  /** True when delayed jobs of the tenant are due. */
  readonly due: boolean;
  /** True when more is there than was looked at. */
  readonly hasMore: boolean;
  /** True when every lane was looked at from its beginning. */
  readonly isSweep: boolean;
}

/** Claims and completions of many callers, in few statements. */
export interface ExchangeDesk {
  /** Records a success. @returns false when the lease does not hold the job. */
  complete(lease: Lease, resultText: string | undefined): Promise<boolean>;
  /** Looks once at some lanes. @param isHungry an earlier look of the same claim did not find enough. */
  claim(
    tenantId: TenantId,
    ask: Ask & { readonly lanes: readonly Lane[]; readonly isHungry: boolean },
  ): Promise<ClaimRound>;
  /** Jobs of the tenant (of all, without one) have come back to their old places in the line. */
  rewind(tenantId?: TenantId): void;
  /** Waits until everything handed in so far is settled. */
  drain(): Promise<void>;
}

interface CompletionCall extends Completion {
  readonly kind: "completion";
  readonly resolve: (isRecorded: boolean) => void;
  readonly reject: (error: unknown) => void;
}

interface AskCall extends Ask {
  readonly kind: "ask";
  readonly lanes: readonly Lane[];
  readonly isHungry: boolean;
  readonly resolve: (round: ClaimRound) => void;
  readonly reject: (error: unknown) => void;
}

type Call = CompletionCall | AskCall;

/** Completions, and seats, of one statement. */
const MAX_BATCH = 1_000;
/** Rows beyond those that are surely needed: some may be locked, or shorter than the others. */
const SPARE_RANGES = 4;

/**
 * The completions of a robot's last jobs and the claim of its next ones, of all robots at once, go with one statement if
 * they come together.
 */
export function createExchangeDesk(options: ExchangeDeskOptions): ExchangeDesk {
  const { database, onFreed, clock = systemClock } = options;
  const marksByTenant = new Map<TenantId, LaneMarks>();
  const estimate = new RangeEstimate();
  const calls = coalesce<Call>({ takeBatch, send });

  function marksOf(tenantId: TenantId): LaneMarks {
    let marks = marksByTenant.get(tenantId);
    if (marks === undefined) marksByTenant.set(tenantId, (marks = new LaneMarks()));
    return marks;
  }

  async function send(tenantId: TenantId, batch: readonly Call[]): Promise<void> {
    const marks = marksOf(tenantId);
    const completions = batch.filter((call) => call.kind === "completion").toSorted(byJob);
    const asks = batch.filter((call) => call.kind === "ask");
    const startedAtMs = clock.monotonicMs();
    const isHungry = asks.some((ask) => ask.isHungry);
    const isSweep = asks.length > 0 && marks.needsSweep(startedAtMs, isHungry);
    const lanes = asks[0]?.lanes ?? [];
    const seats = asks.reduce((sum, ask) => sum + ask.seats, 0);
    try {
      const exchanged = await exchangeJobs(database, {
        tenantId,
        completions,
        lanes: lanes.map((lane) => ({ ...lane, start: isSweep ? 0 : marks.startOf(lane.routeId) })),
        asks,
        ranges: estimate.rowsFor(seats),
      });
      const nowMs = clock.monotonicMs();
      if (isSweep) marks.swept(nowMs, nowMs - startedAtMs);
      for (const { routeId, line } of exchanged.taken.flatMap((jobs) => jobs ?? [])) marks.took(routeId, line, nowMs);
      estimate.saw(exchanged);
      if (exchanged.freed.length > 0) await onFreed(exchanged.freed);
      answer(completions, asks, { ...exchanged, isSweep });
    } catch (error) {
      for (const call of batch) call.reject(error);
    }
  }

  return {
    complete: (lease, resultText) =>
      new Promise((resolve, reject) =>
        calls.hand(lease.tenantId, { kind: "completion", lease, resultText, resolve, reject }),
      ),
    claim: (tenantId, ask) =>
      new Promise((resolve, reject) => calls.hand(tenantId, { kind: "ask", ...ask, resolve, reject })),
    rewind(tenantId) {
      if (tenantId === undefined) for (const marks of marksByTenant.values()) marks.rewind();
      else marksByTenant.get(tenantId)?.rewind();
    },
    drain: () => calls.drain(),
  };
}

/** The oldest completions, and the oldest ask with all others that look at the same lanes, as far as they fit. */
function takeBatch(waiting: Call[]): Call[] {
  const taken: Call[] = [];
  const left: Call[] = [];
  const jobs = new Set<string>();
  let seats = 0;
  let lanes: readonly Lane[] | undefined;
  for (const call of waiting) {
    if (call.kind === "completion") {
      // A statement takes one word for each job.
      const fits = jobs.size < MAX_BATCH && !jobs.has(call.lease.jobId);
      (fits ? taken : left).push(call);
      if (fits) jobs.add(call.lease.jobId);
    } else {
      // The route book gives one and the same list for equal robots.
      const fits = lanes === undefined || (call.lanes === lanes && seats + call.seats <= MAX_BATCH);
      (fits ? taken : left).push(call);
      if (fits) seats += call.seats;
      lanes ??= call.lanes;
    }
  }
  waiting.splice(0, waiting.length, ...left);
  return taken;
}

function answer(
  completions: readonly CompletionCall[],
  asks: readonly AskCall[],
  exchanged: Exchanged & { readonly isSweep: boolean },
): void {
  for (const [index, call] of completions.entries()) call.resolve(exchanged.recorded.has(index));
  const { putAside, newestRoute, due, hasMore, isSweep } = exchanged;
  for (const [index, call] of asks.entries()) {
    const jobs = exchanged.taken[index];
    call.resolve({ live: jobs !== undefined, jobs: jobs ?? [], putAside, newestRoute, due, hasMore, isSweep });
  }
}

/** As the statement needs them; also, statements that lock the same rows do so in the same order. */
function byJob(a: Completion, b: Completion): number {
  return Number(a.lease.jobId) - Number(b.lease.jobId);
}

export interface ExchangeDeskOptions {
  readonly database: Queryable;
  /** Told of limits that got room, before the callers are answered; never rejects. */
  readonly onFreed: (freed: readonly TouchedLimit[]) => Promise<void>;
  readonly clock?: Clock;
}

/** How many rows of the line hold the jobs that are wanted, going by what was seen lately. */
class RangeEstimate {
  #jobsPerRow = 1;

  rowsFor(seats: number): number {
    return Math.min(seats, Math.ceil((seats / this.#jobsPerRow) * 1.25)) + SPARE_RANGES;
  }

  saw({ rowsTaken, taken }: Exchanged): void {
    const jobs = taken.reduce((sum, list) => sum + (list?.length ?? 0), 0);
    if (jobs > 0 && rowsTaken > 0) this.#jobsPerRow = this.#jobsPerRow * 0.8 + (jobs / rowsTaken) * 0.2;
  }
}
