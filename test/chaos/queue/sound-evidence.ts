/** The evidence of a small run in which everything that is allowed to happen has happened, and nothing else. */
import type { AttemptRow, Evidence, JobRow, OutcomeRow } from "./evidence.ts";

const NOON_MS = 1_800_000_000_000;

function job(jobId: string, n: number, more: Partial<JobRow> = {}): JobRow {
  return { jobId, n, take: 0, first: n, size: 1, isKeyed: true, maxAttempts: 3, ...more };
}

function attempt(
  jobId: string,
  number: number,
  how: AttemptRow["outcome"],
  [startedAtMs, endedAtMs]: readonly [number, number],
): AttemptRow {
  return {
    jobId,
    attempt: number,
    outcome: how,
    robotId: "worker-0-1",
    startedAtMs: NOON_MS + startedAtMs,
    endedAtMs: NOON_MS + endedAtMs,
    isSpared: false,
  };
}

function outcome(
  jobId: string,
  state: OutcomeRow["state"],
  number: number,
  more: Partial<OutcomeRow> = {},
): OutcomeRow {
  return { jobId, state, attempt: number, byHolder: true, finishedAtMs: NOON_MS + 5_000, ...more };
}

const success = (n: number, number: number): Pick<OutcomeRow, "result"> => ({
  result: { n, attempt: number, robotId: "worker-0-1" },
});
const start = (jobId: string, number: number, atMs: number) => ({
  jobId,
  attempt: number,
  robotId: "worker-0-1",
  atMs: NOON_MS + atMs,
});
const end = (jobId: string, number: number, how: Evidence["ends"][number]["how"], atMs: number) => ({
  jobId,
  attempt: number,
  how,
  atMs: NOON_MS + atMs,
});

const SITE = { key: "site", limit: 1, cancels: false };

/**
 * Job a succeeds at once; b fails once; c is lost before it starts, spared once, then succeeds; d uses its attempts up; e
 * fails for good; f is cancelled while it waits; g misses its deadline; h and i come with one call without keys, and its
 * first take, of which the answer was lost, has left j and k; l and m share a limit of one, and l is lost while it runs on.
 */
export function soundEvidence(): Evidence {
  return {
    offered: 11,
    acknowledgements: [
      ...["a", "b", "c", "d", "e", "f", "g"].map((jobId, n) => ({ n, jobId, created: jobId !== "b" })),
      { n: 0, jobId: "a", created: false },
      { n: 7, jobId: "h", created: true },
      { n: 8, jobId: "i", created: true },
      { n: 9, jobId: "l", created: true },
      { n: 10, jobId: "m", created: true },
    ],
    cancelRequests: ["f", "a"],
    cancelAnswers: [
      { jobId: "f", kind: "cancelled" },
      { jobId: "a", kind: "finished", state: "completed" },
    ],
    starts: [
      start("a", 1, 0),
      start("b", 1, 0),
      start("b", 2, 100),
      start("c", 3, 300),
      start("d", 1, 0),
      start("d", 2, 100),
      start("e", 1, 0),
      ...["h", "i", "j", "k"].map((jobId) => start(jobId, 1, 0)),
      start("l", 1, 0),
      start("m", 1, 2_000),
      start("l", 2, 2_500),
    ],
    ends: [
      end("a", 1, "complete", 10),
      end("b", 1, "fail", 10),
      end("b", 2, "complete", 110),
      end("c", 3, "complete", 310),
      end("d", 1, "stopped", 10),
      end("d", 2, "fail", 110),
      end("e", 1, "fail-permanently", 10),
      ...["h", "i", "j", "k"].map((jobId) => end(jobId, 1, "complete", 10)),
      end("l", 1, "complete", 2_100),
      end("m", 1, "complete", 2_400),
      end("l", 2, "complete", 2_600),
    ],
    rejections: [{ jobId: "l", attempt: 1 }],
    errors: [{ who: "worker-0-1", code: "DATABASE_UNAVAILABLE", message: "the server is down" }],
    jobs: [
      ...["a", "b", "c", "d", "e", "f"].map((jobId, n) => job(jobId, n, jobId === "d" ? { maxAttempts: 2 } : {})),
      job("g", 6, { runAtMs: NOON_MS + 1_000, deadlineMs: NOON_MS + 4_000 }),
      job("j", 7, { isKeyed: false, size: 2, first: 7 }),
      job("k", 8, { isKeyed: false, size: 2, first: 7 }),
      job("h", 7, { isKeyed: false, size: 2, first: 7, take: 1 }),
      job("i", 8, { isKeyed: false, size: 2, first: 7, take: 1 }),
      job("l", 9, { limit: SITE }),
      job("m", 10, { limit: SITE }),
    ],
    outcomes: [
      outcome("a", "completed", 1, success(0, 1)),
      outcome("b", "completed", 2, success(1, 2)),
      outcome("c", "completed", 3, success(2, 3)),
      outcome("d", "failed", 2),
      outcome("e", "failed", 1),
      outcome("f", "cancelled", 0, { byHolder: false }),
      outcome("g", "timed_out", 0, { byHolder: false }),
      outcome("h", "completed", 1, success(7, 1)),
      outcome("i", "completed", 1, success(8, 1)),
      outcome("j", "completed", 1, success(7, 1)),
      outcome("k", "completed", 1, success(8, 1)),
      outcome("l", "completed", 2, success(9, 2)),
      outcome("m", "completed", 1, success(10, 1)),
    ],
    attempts: [
      attempt("a", 1, "completed", [0, 11]),
      attempt("b", 1, "retried", [0, 11]),
      attempt("b", 2, "completed", [100, 111]),
      attempt("c", 1, "lost", [0, 100]),
      { ...attempt("c", 2, "released", [100, 200]), isSpared: true },
      attempt("c", 3, "completed", [299, 311]),
      attempt("d", 1, "retried", [0, 11]),
      attempt("d", 2, "failed", [100, 111]),
      attempt("e", 1, "failed", [0, 11]),
      ...["h", "i", "j", "k"].map((jobId) => attempt(jobId, 1, "completed", [0, 11])),
      attempt("l", 1, "lost", [0, 1_999]),
      attempt("m", 1, "completed", [1_999, 2_401]),
      attempt("l", 2, "completed", [2_450, 2_601]),
    ],
    deadLetters: [
      { jobId: "d", reason: "exhausted", attempts: 2 },
      { jobId: "e", reason: "permanent", attempts: 1 },
      { jobId: "g", reason: "deadline", attempts: 0 },
    ],
    leftovers: [],
    incidents: [],
    recoveryMs: 1_000,
    recoveryLimitMs: 2_000,
    drainMs: 3_000,
  };
}
