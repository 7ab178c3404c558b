import { pause } from "../../core/deadline.ts";
import { hasCode } from "../../core/errors.ts";
import type { JsonValue } from "../../core/json.ts";
import { queueErrors } from "../errors.ts";
import type { ClaimedJob, JobFailure } from "../job.ts";
import type { JobQueue, Renewal } from "../queue.ts";
import { failureOfError } from "./handler-failure.ts";

/** What a handler is given beside its job. */
export interface HandlerContext {
  /** Aborts when the job is to be cancelled, when its lease is lost (somebody else may run it now), or on `stop`. */
  readonly signal: AbortSignal;
  /** Tells how far the job is; sent with the next heartbeat. @param share in [0, 1]. @param note up to 500 characters. */
  readonly progress: (share: number, note?: string) => void;
}

/**
 * Does the work of one job. What it returns becomes the job's result; what it throws, its failure.
 *
 * A handler that stops because of its signal must throw (`signal.throwIfAborted()`): one that returns has done its work.
 */
export type JobHandler = (job: ClaimedJob, context: HandlerContext) => Promise<JsonValue | void>;

/** Why a handler was asked to stop. */
export type StopCause = "lost" | "cancelled" | "stopped";

type Word =
  | { readonly kind: "complete"; readonly result: JsonValue | undefined }
  | { readonly kind: "fail"; readonly failure: JobFailure }
  | { readonly kind: "release"; readonly reason: string };

const NO_PROGRESS = {};
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;

export interface HeldJobTools {
  readonly queue: JobQueue;
  readonly handler: JobHandler;
  readonly onError: (error: unknown) => void;
  /** Called when the handler has ended, before that is recorded. */
  readonly onWorked: () => void;
  /** Called when there is nothing more to do. */
  readonly onFinished: (held: HeldJob) => void;
}

/**
 * A claimed job from its start until its end is recorded, or until it is known to belong to somebody else.
 *
 * Of these a consumer has thousands a second: what is rarely used is made when it is asked for, and one promise serves
 * from start to end.
 */
export class HeldJob {
  readonly job: ClaimedJob;
  /** Resolves when there is nothing more to do; never rejects. */
  readonly finished: Promise<void>;
  readonly #tools: HeldJobTools;
  #stop: AbortController | undefined;
  #lost: AbortController | undefined;
  #cause: StopCause | undefined;
  #progress: { readonly progress?: number; readonly progressNote?: string } = NO_PROGRESS;

  constructor(job: ClaimedJob, tools: HeldJobTools) {
    this.job = job;
    this.#tools = tools;
    this.finished = this.#run();
  }

  /** What a renewal says about it. */
  get renewal(): Renewal["jobs"][number] {
    return { jobId: this.job.jobId, attempt: this.job.attempt, ...this.#progress };
  }

  /** Asks the handler to stop; a lost job cannot be found again. */
  stop(cause: StopCause): void {
    if (this.#cause === "lost" || (this.#cause !== undefined && cause !== "lost")) return;
    this.#cause = cause;
    this.#stop?.abort(reasonOf(cause, this.job));
    if (cause === "lost") this.#lost?.abort();
  }

  /** Aborts when the handler is to stop. */
  stopSignal(): AbortSignal {
    if (this.#stop === undefined) {
      this.#stop = new AbortController();
      if (this.#cause !== undefined) this.#stop.abort(reasonOf(this.#cause, this.job));
    }
    return this.#stop.signal;
  }

  setProgress(progress: number, progressNote: string | undefined): void {
    this.#progress = { progress, ...(progressNote !== undefined && { progressNote }) };
  }

  /** Works, and then tries until its end is recorded or pointless: whoever gave up would leave a job that runs for ever. */
  async #run(): Promise<void> {
    const { handler, onWorked, onFinished, onError } = this.#tools;
    let word: Word;
    try {
      const result = await handler(this.job, new HeldJobContext(this));
      word = { kind: "complete", result: result ?? (result === null ? null : undefined) };
    } catch (error) {
      word = this.#wordOfError(error);
    }
    onWorked();
    for (let pauseMs = FIRST_PAUSE_MS; !this.#isLost(); pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
      try {
        const { jobId, attempt } = this.job;
        if ((await this.#tell(word)) === "lost") onError(queueErrors.QUEUE_LEASE_LOST({ jobId, attempt }));
        break;
      } catch (error) {
        if (hasCode(error, "QUEUE_INVALID") && word.kind === "complete") {
          word = { kind: "fail", failure: failureOfError(error) };
        } else {
          onError(error);
          this.#lost ??= new AbortController();
          await pause(pauseMs, this.#lost.signal);
        }
      }
    }
    onFinished(this);
  }

  #isLost(): boolean {
    return this.#cause === "lost";
  }

  #wordOfError(error: unknown): Word {
    const failure = failureOfError(error);
    if (this.#cause === "cancelled") return { kind: "fail", failure: { ...failure, errorClass: "cancelled" } };
    if (this.#cause === "stopped") return { kind: "release", reason: "its consumer was stopped" };
    return { kind: "fail", failure };
  }

  #tell(word: Word): Promise<string> {
    const { queue } = this.#tools;
    if (word.kind === "complete") return queue.complete(this.job, word.result);
    if (word.kind === "fail") return queue.fail(this.job, word.failure).then(({ kind }) => kind);
    return queue.release(this.job, { started: true, reason: word.reason });
  }
}

class HeldJobContext implements HandlerContext {
  readonly #held: HeldJob;

  constructor(held: HeldJob) {
    this.#held = held;
  }

  get signal(): AbortSignal {
    return this.#held.stopSignal();
  }

  get progress(): HandlerContext["progress"] {
    return (share, note) => this.#held.setProgress(share, note);
  }
}

function reasonOf(cause: StopCause, job: ClaimedJob): Error {
  const { jobId, attempt } = job;
  if (cause === "cancelled") return queueErrors.QUEUE_CANCELLED({ jobId });
  if (cause === "stopped") return queueErrors.QUEUE_STOPPED({ what: "The consumer" });
  return queueErrors.QUEUE_LEASE_LOST({ jobId, attempt });
}
