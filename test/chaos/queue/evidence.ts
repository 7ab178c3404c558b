/** What is known of a run when it is over: what the journals say, written without the database, and what the database says. */

/** From the journals of producers. */
export interface Acknowledgement {
  readonly n: number;
  readonly jobId: string;
  readonly created: boolean;
}

export interface CancelAnswer {
  readonly jobId: string;
  readonly kind: string;
  readonly state?: string;
}

/** From the journals of workers: a handler began. */
export interface Start {
  readonly jobId: string;
  readonly attempt: number;
  readonly robotId: string;
  readonly atMs: number;
}

/** From the journals of workers: a handler is about to return or to throw. `stopped`: because it was asked to. */
export interface End {
  readonly jobId: string;
  readonly attempt: number;
  readonly atMs: number;
  readonly how: "complete" | "fail" | "fail-permanently" | "stopped";
}

/** A worker was told that its word about an attempt came too late. */
export interface Rejection {
  readonly jobId: string;
  readonly attempt: number;
}

interface SeenError {
  readonly who: string;
  readonly code: string;
  readonly message: string;
}

/** A limit on how many jobs with one key run at a time. */
export interface JobLimit {
  readonly key: string;
  readonly limit: number;
  /** True when the queue itself cancels jobs that are too many. */
  readonly cancels: boolean;
}

/** From the database: a job, with what its payload says about the call that brought it. */
export interface JobRow {
  readonly jobId: string;
  readonly n: number;
  readonly take: number;
  readonly first: number;
  readonly size: number;
  readonly isKeyed: boolean;
  readonly maxAttempts: number;
  readonly runAtMs?: number;
  readonly deadlineMs?: number;
  readonly limit?: JobLimit;
}

export type EndState = "completed" | "failed" | "cancelled" | "timed_out";

/** From the database: how a job ended. */
export interface OutcomeRow {
  readonly jobId: string;
  readonly state: EndState;
  readonly attempt: number;
  /** The robot of the attempt said so itself. */
  readonly byHolder: boolean;
  readonly finishedAtMs: number;
  /** What the handler returned. */
  readonly result?: unknown;
}

/** From the database: an attempt. One that ended its job has the job's state as its outcome. */
export interface AttemptRow {
  readonly jobId: string;
  readonly attempt: number;
  readonly outcome: EndState | "lost" | "released" | "retried" | "running";
  readonly robotId?: string;
  readonly startedAtMs: number;
  readonly endedAtMs?: number;
  /** Does not count towards the limit of attempts: it was given back before it was started. */
  readonly isSpared: boolean;
}

export interface DeadLetterRow {
  readonly jobId: string;
  readonly reason: "exhausted" | "permanent" | "deadline";
  /** That counted. */
  readonly attempts: number;
}

/** From the database: a row of a job that says that it is not over. */
export interface Leftover {
  readonly jobId: string;
  readonly table: string;
}

export interface Evidence {
  /** Jobs 0 … offered - 1 were offered. */
  readonly offered: number;
  readonly acknowledgements: readonly Acknowledgement[];
  /** Jobs whose cancellation was asked for. */
  readonly cancelRequests: readonly string[];
  readonly cancelAnswers: readonly CancelAnswer[];
  readonly starts: readonly Start[];
  readonly ends: readonly End[];
  readonly rejections: readonly Rejection[];
  readonly errors: readonly SeenError[];
  readonly jobs: readonly JobRow[];
  readonly outcomes: readonly OutcomeRow[];
  readonly attempts: readonly AttemptRow[];
  readonly deadLetters: readonly DeadLetterRow[];
  readonly leftovers: readonly Leftover[];
  /** What the run itself saw that must not be: a process that failed, a stop that left something behind. */
  readonly incidents: readonly string[];
  /** Milliseconds from the end of the last fault until no job was held by a robot that was gone; undefined: never. */
  readonly recoveryMs: number | undefined;
  readonly recoveryLimitMs: number;
  /** Milliseconds from the end of the last fault until nothing waited and nothing ran; undefined: never. */
  readonly drainMs: number | undefined;
}
