import { describe, expect, test } from "vitest";
import type { AttemptRow, End, Evidence, JobRow, OutcomeRow, Start } from "./evidence.ts";
import { findViolations, INVARIANTS } from "./invariants.ts";
import { soundEvidence } from "./sound-evidence.ts";

/** Changes the items that belong to a job and, where they have one, an attempt. */
function change<T extends { readonly jobId: string }>(
  items: readonly T[],
  [jobId, attempt]: readonly [string, number?],
  to: (item: T) => T | undefined,
): readonly T[] {
  const isMeant = (item: T): boolean =>
    item.jobId === jobId && (attempt === undefined || ("attempt" in item && item.attempt === attempt));
  return items.flatMap((item) => (isMeant(item) ? (to(item) ?? []) : [item]));
}

const gone = (): undefined => undefined;

interface Break {
  readonly name: string;
  readonly what: string;
  /** Other promises that the same fact speaks against. */
  readonly along?: readonly string[];
  readonly to: (evidence: Evidence) => Partial<Evidence>;
}

const jobs = (id: string, to: (job: JobRow) => JobRow | undefined) => (evidence: Evidence) => ({
  jobs: change(evidence.jobs, [id], to),
});
const outcomes = (id: string, to: (row: OutcomeRow) => OutcomeRow | undefined) => (evidence: Evidence) => ({
  outcomes: change(evidence.outcomes, [id], to),
});
const attempts = (id: string, n: number, to: (row: AttemptRow) => AttemptRow | undefined) => (evidence: Evidence) => ({
  attempts: change(evidence.attempts, [id, n], to),
});
const starts = (id: string, n: number, to: (start: Start) => Start | undefined) => (evidence: Evidence) => ({
  starts: change(evidence.starts, [id, n], to),
});
const ends = (id: string, n: number, to: (end: End) => End | undefined) => (evidence: Evidence) => ({
  ends: change(evidence.ends, [id, n], to),
});

const BREAKS: readonly Break[] = [
  { name: "acknowledged-kept", what: "an acknowledged job is gone", to: jobs("a", gone) },
  {
    name: "acknowledged-kept",
    what: "an acknowledged job holds another order",
    along: ["no-doubles", "result-of-attempt"],
    to: jobs("a", (job) => ({ ...job, n: 5 })),
  },
  {
    name: "all-acknowledged",
    what: "an offer was never acknowledged",
    to: (evidence) => ({ acknowledgements: change(evidence.acknowledgements, ["c"], gone) }),
  },
  {
    name: "no-doubles",
    what: "a key has two jobs",
    along: ["one-outcome"],
    to: (evidence) => ({ jobs: [...evidence.jobs, { ...find(evidence.jobs, "a"), jobId: "z", take: 9 }] }),
  },
  {
    name: "no-doubles",
    what: "a call without keys brought a job twice",
    along: ["all-or-none", "one-outcome"],
    to: (evidence) => ({ jobs: [...evidence.jobs, { ...find(evidence.jobs, "h"), jobId: "z" }] }),
  },
  {
    name: "no-doubles",
    what: "a key was acknowledged with another job's id",
    along: ["acknowledged-kept"],
    to: (evidence) => ({ acknowledgements: [...evidence.acknowledgements, { n: 1, jobId: "a", created: false }] }),
  },
  {
    name: "no-doubles",
    what: "a job was said to be new twice",
    to: (evidence) => ({ acknowledgements: evidence.acknowledgements.map((item) => ({ ...item, created: true })) }),
  },
  {
    name: "no-doubles",
    what: "a job is there that nobody offered",
    along: ["one-outcome"],
    to: (evidence) => ({ jobs: [...evidence.jobs, { ...find(evidence.jobs, "a"), jobId: "z", n: 99 }] }),
  },
  { name: "all-or-none", what: "half of a call is there", to: jobs("j", gone) },
  { name: "one-outcome", what: "a job has no outcome", along: ["cancel-answers"], to: outcomes("a", gone) },
  {
    name: "one-outcome",
    what: "a job has two outcomes",
    to: (evidence) => ({ outcomes: [...evidence.outcomes, find(evidence.outcomes, "a")] }),
  },
  {
    name: "one-outcome",
    what: "a job that ended still waits",
    to: () => ({ leftovers: [{ jobId: "a", table: "queue_ready" }] }),
  },
  {
    name: "starts-recorded",
    what: "an attempt was started twice",
    to: (evidence) => ({ starts: [...evidence.starts, find(evidence.starts, "a")] }),
  },
  {
    name: "starts-recorded",
    what: "an attempt was started and is not recorded",
    along: ["audit-complete"],
    to: attempts("b", 1, gone),
  },
  {
    name: "starts-recorded",
    what: "a job that is not stored was started",
    to: (evidence) => ({ starts: [...evidence.starts, { ...find(evidence.starts, "a"), jobId: "z" }] }),
  },
  {
    name: "starts-recorded",
    what: "another robot is recorded",
    to: starts("d", 1, (start) => ({ ...start, robotId: "worker-1-1" })),
  },
  { name: "attempts-started", what: "a success was never started", to: starts("a", 1, gone) },
  { name: "attempts-started", what: "a failure was never started", to: starts("b", 1, gone) },
  { name: "attempts-started", what: "a success whose handler never ended", to: ends("a", 1, gone) },
  {
    name: "attempts-started",
    what: "a success whose handler failed",
    to: ends("a", 1, (end) => ({ ...end, how: "fail" })),
  },
  {
    name: "attempts-started",
    what: "a failure whose handler succeeded",
    to: ends("b", 1, (end) => ({ ...end, how: "complete" })),
  },
  {
    name: "attempts-started",
    what: "an attempt that was spared had been started",
    to: (evidence) => ({ starts: [...evidence.starts, { ...find(evidence.starts, "c"), attempt: 2 }] }),
  },
  {
    name: "attempts-within-max",
    what: "a job was tried too often",
    to: jobs("b", (job) => ({ ...job, maxAttempts: 1 })),
  },
  {
    name: "last-attempt",
    what: "the outcome names an earlier attempt",
    to: outcomes("d", (row) => ({ ...row, attempt: 1 })),
  },
  {
    name: "last-attempt",
    what: "the outcome names an attempt that is not there",
    to: outcomes("f", (row) => ({ ...row, attempt: 1 })),
  },
  { name: "audit-complete", what: "an attempt in the middle is missing", to: attempts("c", 2, gone) },
  { name: "audit-complete", what: "the first attempt is missing", to: attempts("c", 1, gone) },
  { name: "audit-complete", what: "an attempt has no robot", to: attempts("c", 1, (row) => without(row, "robotId")) },
  { name: "audit-complete", what: "an attempt has no end", to: attempts("c", 1, (row) => without(row, "endedAtMs")) },
  {
    name: "audit-complete",
    what: "an attempt ended before it began",
    to: attempts("c", 1, (row) => ({ ...row, endedAtMs: row.startedAtMs - 1 })),
  },
  {
    name: "one-holder",
    what: "two attempts at a job overlap",
    to: attempts("c", 3, (row) => ({ ...row, startedAtMs: row.startedAtMs - 150 })),
  },
  {
    name: "not-early",
    what: "a job began before its time",
    to: jobs("a", (job) => ({ ...job, runAtMs: 1_800_000_000_001 })),
  },
  {
    name: "result-of-attempt",
    what: "the result is that of another attempt",
    to: outcomes("b", (row) => ({ ...row, result: { n: 1, attempt: 1, robotId: "worker-0-1" } })),
  },
  {
    name: "result-of-attempt",
    what: "the result is that of another robot",
    to: outcomes("b", (row) => ({ ...row, result: { n: 1, attempt: 2, robotId: "worker-1-1" } })),
  },
  { name: "result-of-attempt", what: "a success has no result", to: outcomes("b", (row) => without(row, "result")) },
  { name: "result-of-attempt", what: "a failure has a result", to: outcomes("d", (row) => ({ ...row, result: 1 })) },
  {
    name: "explained",
    what: "nobody asked for a cancellation",
    to: (evidence) => ({ cancelRequests: evidence.cancelRequests.filter((id) => id !== "f") }),
  },
  {
    name: "explained",
    what: "a job timed out before its deadline",
    to: jobs("g", (job) => ({ ...job, deadlineMs: 1_800_000_009_000 })),
  },
  { name: "explained", what: "a job without a deadline timed out", to: jobs("g", (row) => without(row, "deadlineMs")) },
  { name: "explained", what: "a job was given up too early", to: jobs("d", (job) => ({ ...job, maxAttempts: 3 })) },
  {
    name: "explained",
    what: "a job failed for good without its handler's word",
    to: ends("e", 1, (end) => ({ ...end, how: "fail" })),
  },
  {
    name: "dead-letters",
    what: "a dead job has no letter",
    along: ["explained"],
    to: (evidence) => ({ deadLetters: change(evidence.deadLetters, ["g"], gone) }),
  },
  {
    name: "dead-letters",
    what: "a dead job has two letters",
    to: (evidence) => ({ deadLetters: [...evidence.deadLetters, find(evidence.deadLetters, "d")] }),
  },
  {
    name: "dead-letters",
    what: "a success has a letter",
    to: (evidence) => ({ deadLetters: [...evidence.deadLetters, { jobId: "a", reason: "exhausted", attempts: 1 }] }),
  },
  {
    name: "dead-letters",
    what: "a letter miscounts the attempts",
    to: (evidence) => ({ deadLetters: change(evidence.deadLetters, ["d"], (letter) => ({ ...letter, attempts: 3 })) }),
  },
  {
    name: "cancel-answers",
    what: "a cancelled job has another end",
    to: (evidence) => ({ cancelAnswers: [...evidence.cancelAnswers, { jobId: "a", kind: "cancelled" }] }),
  },
  {
    name: "cancel-answers",
    what: "a job was said to have another end",
    to: (evidence) => ({
      cancelAnswers: [...evidence.cancelAnswers, { jobId: "a", kind: "finished", state: "failed" }],
    }),
  },
  {
    name: "cancel-answers",
    what: "a job that is there was not found",
    to: (evidence) => ({ cancelAnswers: [...evidence.cancelAnswers, { jobId: "a", kind: "not-found" }] }),
  },
  {
    name: "rejected-means-lost",
    what: "what was rejected is recorded",
    to: (evidence) => ({ rejections: [...evidence.rejections, { jobId: "a", attempt: 1 }] }),
  },
  {
    name: "limits-kept",
    what: "a place was given away while its holder ran",
    to: starts("m", 1, (start) => ({ ...start, atMs: start.atMs - 10 })),
  },
  {
    name: "limits-kept",
    what: "a place was given away while its holder was dead and not taken back",
    to: (evidence) => ({
      ends: change(evidence.ends, ["l", 1], gone),
      attempts: change(evidence.attempts, ["l", 1], (row) => ({ ...row, endedAtMs: 1_800_000_002_050 })),
    }),
  },
  {
    name: "errors-expected",
    what: "something failed that no fault explains",
    to: () => ({ errors: [{ who: "worker-0-1", code: "DATABASE_FAILED", message: "syntax error" }] }),
  },
  { name: "processes-behave", what: "a worker crashed", to: () => ({ incidents: ["worker-0-1 ended by itself"] }) },
  { name: "drained", what: "jobs were left", to: () => ({ drainMs: undefined }) },
  { name: "recovered", what: "dead robots' jobs were taken back late", to: () => ({ recoveryMs: 2_001 }) },
  { name: "recovered", what: "dead robots' jobs were never taken back", to: () => ({ recoveryMs: undefined }) },
];

function find<T extends { readonly jobId: string }>(items: readonly T[], jobId: string): T {
  const item = items.find((other) => other.jobId === jobId);
  if (item === undefined) throw new Error(`there is no ${jobId}`);
  return item;
}

/** Absent, as the compiler wants it. */
function without<T, Name extends keyof T>(item: T, name: Name): Omit<T, Name> {
  return Object.fromEntries(Object.entries(item as object).filter(([key]) => key !== name)) as Omit<T, Name>;
}

describe("findViolations", () => {
  test("finds nothing in a run in which all that may happen has happened", () => {
    expect(findViolations(soundEvidence())).toEqual([]);
  });

  test.each(BREAKS)("finds that $what", ({ name, along = [], to }) => {
    const evidence = soundEvidence();

    const broken = findViolations({ ...evidence, ...to(evidence) }).map(({ invariant }) => invariant);

    expect(broken.toSorted()).toEqual([name, ...along].toSorted());
  });

  test("is shown to find each thing that it promises to find", () => {
    const shown = new Set(BREAKS.map(({ name }) => name));

    expect(INVARIANTS.map(({ name }) => name).filter((name) => !shown.has(name))).toEqual([]);
  });

  test("counts all and shows a few", () => {
    const evidence = soundEvidence();

    const [violation] = findViolations({ ...evidence, offered: 1_011 });

    expect(violation).toMatchObject({ invariant: "all-acknowledged", count: 1_000 });
    expect(violation?.examples).toHaveLength(5);
  });

  test("lets limits cancel jobs where that is their rule", () => {
    const evidence = soundEvidence();
    const cancelledByLimit = {
      jobs: change(evidence.jobs, ["f"], (job) => ({ ...job, limit: { key: "other", limit: 1, cancels: true } })),
      cancelRequests: [],
    };

    expect(findViolations({ ...evidence, ...cancelledByLimit })).toEqual([]);
  });
});
