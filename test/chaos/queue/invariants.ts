/**
 * What must hold after any run, whatever hit it. Pure: evidence in, what is broken out.
 *
 * How handler starts and recorded attempts are squared: a worker writes a start down before it does anything, and a claim is
 * recorded before its worker hears of it. So every start has a recorded attempt, and none has two starts. The attempts
 * without a start were claimed by a worker that was killed or cut off before it began: they must be recorded as `lost` (its
 * session ran out) or `released` (given back), never as ended by its word. Attempts = starts + those two.
 */
import { type Dossier, type Dossiers, openDossiers } from "./dossier.ts";
import type { AttemptRow, End, Evidence } from "./evidence.ts";
import { findCrowds } from "./limit-check.ts";

export interface Violation {
  readonly invariant: string;
  readonly promise: string;
  readonly count: number;
  readonly examples: readonly string[];
}

interface Invariant {
  readonly name: string;
  readonly promise: string;
  /** What speaks against it, a line each. */
  readonly find: (evidence: Evidence, dossiers: Dossiers) => Iterable<string>;
}

const MAX_EXAMPLES = 5;

/** All that is broken; empty after a good run. */
export function findViolations(evidence: Evidence): readonly Violation[] {
  const dossiers = openDossiers(evidence);
  return INVARIANTS.flatMap(({ name, promise, find }) => {
    const problems = [...find(evidence, dossiers)];
    if (problems.length === 0) return [];
    return [{ invariant: name, promise, count: problems.length, examples: problems.slice(0, MAX_EXAMPLES) }];
  });
}

/** An invariant that looks at each stored job by itself. */
function perJob(
  name: string,
  promise: string,
  find: (dossier: Dossier & { readonly job: NonNullable<Dossier["job"]> }) => Iterable<string>,
): Invariant {
  return {
    name,
    promise,
    *find(_, dossiers) {
      for (const dossier of dossiers.values()) {
        if (dossier.job === undefined) continue;
        for (const problem of find({ ...dossier, job: dossier.job })) yield `job ${dossier.jobId}: ${problem}`;
      }
    },
  };
}

export const INVARIANTS: readonly Invariant[] = [
  {
    name: "acknowledged-kept",
    promise: "a job whose enqueue was acknowledged is there, and is the one that was offered",
    *find({ acknowledgements }, dossiers) {
      for (const { n, jobId } of acknowledgements) {
        const job = dossiers.get(jobId)?.job;
        if (job === undefined) yield `order ${n} was acknowledged as job ${jobId}, which is gone`;
        else if (job.n !== n) yield `order ${n} was acknowledged as job ${jobId}, which holds order ${job.n}`;
      }
    },
  },
  {
    name: "all-acknowledged",
    promise: "every job that was offered until it was acknowledged has been",
    *find({ offered, acknowledgements }) {
      const known = new Set(acknowledgements.map(({ n }) => n));
      for (let n = 0; n < offered; n++) if (!known.has(n)) yield `order ${n} was never acknowledged`;
    },
  },
  {
    name: "no-doubles",
    promise:
      "an idempotency key has one job, however often it was offered, and a call without keys brings its jobs once",
    *find({ jobs, acknowledgements, offered }) {
      const byKey = new Map<number, string>();
      const byTake = new Map<string, string>();
      for (const { jobId, n, take, isKeyed } of jobs) {
        if (n >= offered) yield `job ${jobId} holds order ${n}, which nobody offered`;
        const place = `order ${n}, take ${take}`;
        const twin = (isKeyed ? byKey.get(n) : undefined) ?? byTake.get(place);
        if (twin !== undefined) yield `${isKeyed ? `order ${n}` : place} is there twice: jobs ${twin} and ${jobId}`;
        if (isKeyed) byKey.set(n, jobId);
        byTake.set(place, jobId);
      }
      const makers = new Set<string>();
      for (const { n, jobId, created } of acknowledgements) {
        const owner = byKey.get(n);
        if (owner !== undefined && owner !== jobId)
          yield `order ${n} has job ${owner} and was acknowledged as ${jobId}`;
        if (created && makers.has(jobId)) yield `job ${jobId} was said to be new twice`;
        if (created) makers.add(jobId);
      }
    },
  },
  {
    name: "all-or-none",
    promise: "a call that brings many jobs without keys brings all or none",
    *find({ jobs }) {
      const calls = new Map<string, { size: number; found: number }>();
      for (const { first, take, size, isKeyed } of jobs) {
        if (isKeyed) continue;
        const name = `call ${take} from order ${first} on`;
        const call = calls.get(name) ?? { size, found: 0 };
        calls.set(name, call);
        call.found++;
      }
      for (const [name, { size, found }] of calls)
        if (size !== found) yield `${name}: ${found} of ${size} jobs are there`;
    },
  },
  perJob("one-outcome", "every job ended exactly once and is nowhere else", function* ({ outcomes, leftovers }) {
    if (outcomes.length !== 1) yield `${outcomes.length} outcomes`;
    for (const { table } of leftovers) yield `still in ${table}`;
  }),
  {
    name: "starts-recorded",
    promise: "every handler start is a recorded attempt of the same robot, and none was started twice",
    *find(_, dossiers) {
      for (const { jobId, starts, attempts } of dossiers.values()) {
        const seen = new Set<number>();
        for (const { attempt, robotId } of starts) {
          const name = `attempt ${attempt} at job ${jobId}`;
          if (seen.has(attempt)) yield `${name} was started twice`;
          seen.add(attempt);
          const recorded = attempts.find((row) => row.attempt === attempt);
          if (recorded === undefined) yield `${name} was started by ${robotId} and is not recorded`;
          else if (recorded.robotId !== robotId)
            yield `${name} was started by ${robotId}, recorded is ${recorded.robotId}`;
        }
      }
    },
  },
  perJob(
    "attempts-started",
    "an attempt that nobody started is recorded as lost or released, and what a robot's word ended, its handler had ended",
    function* ({ attempts, starts, ends }) {
      for (const row of attempts) {
        const isStarted = starts.some((start) => start.attempt === row.attempt);
        const problem = judgeAttempt(
          row,
          isStarted,
          ends.filter((end) => end.attempt === row.attempt),
        );
        if (problem !== undefined) yield `attempt ${row.attempt} ${problem}`;
      }
    },
  ),
  perJob("attempts-within-max", "no job has more attempts that count than its policy allows", function* (dossier) {
    const spent = dossier.attempts.filter((row) => !row.isSpared).length;
    const { maxAttempts } = dossier.job;
    if (spent > maxAttempts) yield `${spent} attempts of ${maxAttempts}`;
  }),
  perJob("last-attempt", "the outcome names the last attempt", function* ({ outcomes, attempts }) {
    const last = attempts.at(-1)?.attempt ?? 0;
    for (const { attempt } of outcomes)
      if (attempt !== last) yield `ended with attempt ${attempt}, the last is ${last}`;
  }),
  perJob(
    "audit-complete",
    "the attempts of a job are recorded from the first to the last without a gap",
    function* (dossier) {
      for (const [index, row] of dossier.attempts.entries()) {
        if (row.attempt !== index + 1) {
          yield `attempts ${dossier.attempts.map(({ attempt }) => attempt).join(", ")} are recorded`;
          return;
        }
        if (row.robotId === undefined) yield `nobody knows whose attempt ${row.attempt} was`;
        if (row.endedAtMs === undefined) yield `attempt ${row.attempt} has no end`;
        else if (row.endedAtMs < row.startedAtMs) yield `attempt ${row.attempt} ended before it began`;
      }
    },
  ),
  perJob("one-holder", "an attempt begins after the one before it has ended", function* ({ attempts }) {
    for (const [index, row] of attempts.entries()) {
      const before = attempts[index - 1];
      if (before?.endedAtMs !== undefined && before.endedAtMs > row.startedAtMs) {
        yield `attempt ${row.attempt} began ${before.endedAtMs - row.startedAtMs} ms before attempt ${before.attempt} ended`;
      }
    }
  }),
  perJob("not-early", "no attempt begins before the job's time has come", function* ({ job, attempts }) {
    const { runAtMs } = job;
    const first = attempts[0];
    if (runAtMs !== undefined && first !== undefined && first.startedAtMs < runAtMs) {
      yield `began ${runAtMs - first.startedAtMs} ms too early`;
    }
  }),
  perJob(
    "result-of-attempt",
    "the result is the one of the attempt that is recorded, and only a success has one",
    function* (dossier) {
      for (const { state, attempt, result } of dossier.outcomes) {
        if (state !== "completed") {
          if (result !== undefined) yield `${state} and has a result`;
          continue;
        }
        const robotId = dossier.attempts.find((row) => row.attempt === attempt)?.robotId;
        const expected = JSON.stringify({ n: dossier.job.n, attempt, robotId });
        if (JSON.stringify(result) !== expected)
          yield `has the result ${JSON.stringify(result)} instead of ${expected}`;
      }
    },
  ),
  perJob(
    "explained",
    "every end has its reason: attempts used up, a permanent failure, a request, a deadline",
    function* (dossier) {
      for (const outcome of dossier.outcomes) {
        const problem = explain(dossier, outcome);
        if (problem !== undefined) yield problem;
      }
    },
  ),
  perJob(
    "dead-letters",
    "a job that was given up has one dead letter with its count of attempts, no other job has any",
    function* ({ outcomes, deadLetters, attempts }) {
      const isDead = outcomes.some(({ state }) => state === "failed" || state === "timed_out");
      if (deadLetters.length !== (isDead ? 1 : 0))
        yield `${outcomes[0]?.state} with ${deadLetters.length} dead letters`;
      const spent = attempts.filter((row) => !row.isSpared).length;
      for (const letter of deadLetters) {
        if (letter.attempts !== spent)
          yield `its dead letter counts ${letter.attempts} attempts, recorded are ${spent}`;
      }
    },
  ),
  perJob(
    "cancel-answers",
    "what a cancel request was answered is what became of the job",
    function* ({ cancelAnswers, outcomes }) {
      const state = outcomes[0]?.state;
      for (const answer of cancelAnswers) {
        if (answer.kind === "not-found") yield "was there and was not found";
        if (answer.kind === "cancelled" && state !== "cancelled") yield `was said to be cancelled and is ${state}`;
        if (answer.kind === "finished" && state !== answer.state)
          yield `was said to be ${answer.state} and is ${state}`;
      }
    },
  ),
  perJob(
    "rejected-means-lost",
    "a robot that was told that it came too late had lost the job",
    function* ({ rejections, attempts }) {
      for (const { attempt } of rejections) {
        const outcome = attempts.find((row) => row.attempt === attempt)?.outcome;
        if (outcome !== "lost" && outcome !== "released")
          yield `attempt ${attempt} was rejected and is recorded as ${outcome}`;
      }
    },
  ),
  {
    name: "limits-kept",
    promise: "never more handlers that hold their lease run with one key than its limit allows",
    find: (_, dossiers) => findCrowds(dossiers),
  },
  {
    name: "errors-expected",
    promise: "nothing fails in a way that the faults do not explain",
    *find({ errors }) {
      for (const { who, code, message } of errors) if (!EXPECTED_ERRORS.has(code)) yield `${who}: ${code} ${message}`;
    },
  },
  {
    name: "processes-behave",
    promise: "no process fails by itself, and a worker that stops leaves nothing behind",
    find: ({ incidents }) => incidents,
  },
  {
    name: "drained",
    promise: "after the last fault, work goes on until nothing waits and nothing runs",
    *find({ drainMs }) {
      if (drainMs === undefined) yield "jobs were left and none ended any more";
    },
  },
  {
    name: "recovered",
    promise:
      "after the last fault, jobs of robots that are gone are taken back within a lease and a pass of the reaper",
    *find({ recoveryMs, recoveryLimitMs }) {
      if (recoveryMs === undefined) yield "some were never taken back";
      else if (recoveryMs > recoveryLimitMs) yield `it took ${recoveryMs} ms, allowed are ${recoveryLimitMs}`;
    },
  },
];

/** Outages, collisions and lost leases: what a program that goes on trying may see. */
const EXPECTED_ERRORS = new Set([
  "DATABASE_UNAVAILABLE",
  "DATABASE_POOL_EXHAUSTED",
  "DATABASE_TOO_MANY_CONNECTIONS",
  "DATABASE_TIMED_OUT",
  "DATABASE_CONFLICT",
  "QUEUE_SESSION_EXPIRED",
  "CORE_TIMED_OUT",
]);

function judgeAttempt(row: AttemptRow, isStarted: boolean, ends: readonly End[]): string | undefined {
  const isOver = row.outcome === "lost" || row.outcome === "released";
  if (!isStarted) return isOver ? undefined : `is ${row.outcome} and was never started`;
  if (row.isSpared) return "was given back as not started and had been started";
  if (isOver) return undefined;
  const [end] = ends;
  if (end === undefined) return `is ${row.outcome} and its handler never ended`;
  if ((row.outcome === "completed") !== (end.how === "complete"))
    return `is ${row.outcome}, its handler ended with ${end.how}`;
  return undefined;
}

function explain(
  { job, attempts, ends, isCancelRequested, deadLetters }: Dossier & { readonly job: NonNullable<Dossier["job"]> },
  outcome: Dossier["outcomes"][number],
): string | undefined {
  const { state, attempt, finishedAtMs } = outcome;
  const hasMissedDeadline = job.deadlineMs !== undefined && finishedAtMs >= job.deadlineMs;
  const reason = deadLetters[0]?.reason;
  switch (state) {
    case "completed":
      return undefined;
    case "cancelled":
      return isCancelRequested || job.limit?.cancels ? undefined : "was cancelled and nobody asked for it";
    case "timed_out":
      return hasMissedDeadline && reason === "deadline" ? undefined : "timed out before its deadline";
    case "failed": {
      if (reason === "permanent") {
        const isPermanent = ends.some((end) => end.attempt === attempt && end.how === "fail-permanently");
        return isPermanent ? undefined : "failed for good and its handler never said so";
      }
      const spent = attempts.filter((row) => !row.isSpared).length;
      return spent === job.maxAttempts ? undefined : `gave up after ${spent} of ${job.maxAttempts} attempts`;
    }
  }
}
