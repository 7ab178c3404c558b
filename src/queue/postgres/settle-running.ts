import type { Queryable } from "../../database/index.ts";
import { endFailure } from "../failure-record.ts";
import type { AttemptOutcome, JobFailure } from "../job.ts";
import type { Verdict } from "../retry.ts";
import type { TouchedLimit } from "./admission.ts";
import { type EndedJob, type Ending, endRunning } from "./end-running.ts";
import { putBack, type Return, type ReturnedJob } from "./put-back.ts";
import type { RunningJob } from "./running-jobs.ts";

/** An attempt that ended without success, and what is to become of its job. */
export interface Settlement {
  readonly running: RunningJob;
  readonly verdict: Verdict;
  readonly outcome: Extract<AttemptOutcome, "failed" | "lost" | "released">;
  /** What happened in the attempt. */
  readonly failure: JobFailure;
  /** True when the attempt does not count towards the limit. */
  readonly spared: boolean;
}

export interface Settled {
  readonly returned: readonly ReturnedJob[];
  readonly ended: readonly (EndedJob & { readonly ending: Ending })[];
}

/** Carries verdicts out. Jobs that moved on meanwhile are missing in the answer. */
export async function settleRunning(db: Queryable, settlements: readonly Settlement[]): Promise<Settled> {
  const returns: Return[] = [];
  const endings: Ending[] = [];
  for (const { running, verdict, outcome, failure, spared } of settlements) {
    if (verdict.kind === "again") returns.push({ running, outcome, failure, spared, delayMs: verdict.delayMs });
    else endings.push(toEnding({ running, outcome, failure, spared }, verdict));
  }
  const returned = await putBack(db, returns);
  const ended = await endRunning(db, endings);
  const endingOf = new Map(endings.map((ending) => [keyOf(ending.running.lease), ending]));
  return {
    returned,
    ended: ended.flatMap((job) => {
      const ending = endingOf.get(keyOf(job));
      return ending === undefined ? [] : [{ ...job, ending }];
    }),
  };
}

/** Limits that got room by it. */
export function freedBy(settled: Settled): readonly TouchedLimit[] {
  return [...settled.returned, ...settled.ended].flatMap(({ tenantId, freedLimit }) =>
    freedLimit === undefined ? [] : [{ tenantId, limitId: freedLimit }],
  );
}

function keyOf(job: { readonly tenantId: number; readonly jobId: string }): string {
  return `${job.tenantId}/${job.jobId}`;
}

function toEnding(settlement: Omit<Settlement, "verdict">, verdict: Extract<Verdict, { kind: "end" }>): Ending {
  const { running, outcome, failure, spared } = settlement;
  const { state, deadLetter } = verdict;
  return {
    running,
    state,
    attempts: running.facts.spent - (spared ? 1 : 0),
    failure: endFailure({
      jobId: running.lease.jobId,
      verdict,
      reported: failure,
      byHolder: outcome === "failed",
      ...(running.stopReason !== undefined && { stopReason: running.stopReason }),
    }),
    ...(deadLetter !== undefined && { deadLetter }),
    ...(outcome !== "failed" && { attemptOutcome: outcome, attemptFailure: failure }),
  };
}
