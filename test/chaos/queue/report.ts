import { openDossiers } from "./dossier.ts";
import type { Evidence } from "./evidence.ts";
import type { Violation } from "./invariants.ts";
import { countFullKeys } from "./limit-check.ts";

/** What a run has done, for one line of JSON. */
export interface Counts {
  readonly offered: number;
  readonly acknowledged: number;
  /** Stored; more than offered where a call without keys was repeated because its answer was lost. */
  readonly jobs: number;
  readonly outcomes: Readonly<Record<string, number>>;
  readonly handlerStarts: number;
  readonly attempts: number;
  /** By how they ended. */
  readonly attemptOutcomes: Readonly<Record<string, number>>;
  /** Claimed by a worker that was killed or cut off before it began; attempts = handlerStarts + these. */
  readonly neverStarted: Readonly<Record<string, number>>;
  /** Given back before they began; they do not count towards a job's limit of attempts. */
  readonly spared: number;
  /** Words of robots that had lost the job, and were told so. */
  readonly rejectedWords: number;
  readonly deadLetters: number;
  readonly cancelRequests: number;
  readonly limitedJobs: number;
  /** Concurrency keys with as many handlers at work as they allow, at some moment. */
  readonly fullKeys: number;
  readonly errors: Readonly<Record<string, number>>;
  readonly recoveryMs: number | undefined;
  readonly drainMs: number | undefined;
}

export function countEvidence(evidence: Evidence): Counts {
  const { starts, attempts, recoveryMs, drainMs } = evidence;
  const started = new Set(starts.map(({ jobId, attempt }) => `${jobId}/${attempt}`));
  const neverStarted = attempts.filter(({ jobId, attempt }) => !started.has(`${jobId}/${attempt}`));
  return {
    offered: evidence.offered,
    acknowledged: new Set(evidence.acknowledgements.map(({ n }) => n)).size,
    jobs: evidence.jobs.length,
    outcomes: countBy(evidence.outcomes, ({ state }) => state),
    handlerStarts: starts.length,
    attempts: attempts.length,
    attemptOutcomes: countBy(attempts, ({ outcome }) => outcome),
    neverStarted: countBy(neverStarted, ({ outcome }) => outcome),
    spared: attempts.filter(({ isSpared }) => isSpared).length,
    rejectedWords: evidence.rejections.length,
    deadLetters: evidence.deadLetters.length,
    cancelRequests: evidence.cancelRequests.length,
    limitedJobs: evidence.jobs.filter(({ limit }) => limit !== undefined).length,
    fullKeys: countFullKeys(openDossiers(evidence)),
    errors: countBy(evidence.errors, ({ code }) => code),
    recoveryMs,
    drainMs,
  };
}

export function countBy<T>(items: readonly T[], read: (item: T) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const item of items) counts[read(item)] = (counts[read(item)] ?? 0) + 1;
  return counts;
}

/** The broken invariants for people, a few lines each. */
export function describeViolations(violations: readonly Violation[]): string {
  return violations
    .map(({ invariant, promise, count, examples }) =>
      [`broken: ${invariant} (${count}): ${promise}`, ...examples.map((example) => `  ${example}`)].join("\n"),
    )
    .join("\n");
}
