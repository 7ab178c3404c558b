import type { Clock } from "../core/clock.ts";
import { messageOf } from "../core/errors.ts";
import type { AgentLog } from "./agent-log.ts";
import type { StopReason } from "./job-outcome.ts";
import type { Outbox } from "./outbox.ts";
import type { AttemptId } from "./outbox-record.ts";
import { type ActiveJob, type JobOffer, type JobParts, performJob, type RunJob } from "./perform-job.ts";
import type { UploadTarget } from "./upload-artifact.ts";
import { pruneWorkFolders, workFolderOf } from "./work-folder.ts";

/** What an executor works with. */
export interface JobExecutorOptions {
  /** Jobs at the same time, ≥ 1. */
  readonly maxJobs: number;
  readonly run: RunJob;
  readonly outbox: Outbox;
  readonly upload: UploadTarget;
  /** Makes the work queues of one attempt; absent: workflows have none. */
  readonly workItems?: JobParts["workItems"];
  /** Absolute path; each attempt gets a folder in it. */
  readonly jobsFolder: string;
  /** Folders of unsuccessful jobs that are kept. */
  readonly keepFailed: number;
  readonly secrets: readonly string[];
  readonly clock: Clock;
  readonly log: AgentLog;
  /** A slot has become free. */
  readonly onFreeSlot: () => void;
}

/** A job under way, as heartbeats tell of it. */
export interface RunningJob {
  readonly id: AttemptId;
  readonly startedAt: Date;
  /** In [0, 1]. */
  readonly progress: number | undefined;
  readonly progressNote: string | undefined;
}

/** Runs jobs side by side, each to an outcome in the outbox. */
export class JobExecutor {
  readonly #options: JobExecutorOptions;
  readonly #parts: JobParts;
  readonly #active = new Map<ActiveJob, Promise<void>>();
  #pruning: Promise<void> = Promise.resolve();

  constructor(options: JobExecutorOptions) {
    this.#options = options;
    const { run, upload, workItems, secrets, clock, log } = options;
    this.#parts = { run, upload, workItems, secrets, clock, log };
  }

  get freeSlots(): number {
    return this.#options.maxJobs - this.#active.size;
  }

  get running(): readonly RunningJob[] {
    return [...this.#active.keys()];
  }

  /** Begins a job in the name of a session; the slot is taken when this returns. Throws a RangeError without a free one. */
  start(offer: JobOffer, sessionId: string): void {
    if (this.freeSlots <= 0) throw new RangeError(`all ${this.#options.maxJobs} slots are taken`);
    const id: AttemptId = { jobId: offer.jobId, attempt: offer.attempt, sessionId };
    const job: ActiveJob = {
      id,
      offer,
      outbox: this.#options.outbox.begin(id),
      workDir: workFolderOf(this.#options.jobsFolder, id),
      startedAt: this.#options.clock.now(),
      stopping: new AbortController(),
      cutOff: new AbortController(),
      stopReason: undefined,
      progress: undefined,
      progressNote: undefined,
    };
    this.#options.log.info({ jobId: id.jobId, attempt: id.attempt, workflow: offer.workflowName }, "job started");
    this.#active.set(job, this.#perform(job));
  }

  /** Tells matching jobs to stop, and why. The first reason counts, except that a lost job is lost whatever was before. */
  stop(reason: StopReason, matches: (id: AttemptId) => boolean = () => true): void {
    for (const job of this.#active.keys()) {
      if (!matches(job.id) || (job.stopReason !== undefined && !outranks(reason, job.stopReason))) continue;
      job.stopReason = reason;
      this.#options.log.warn({ jobId: job.id.jobId, attempt: job.id.attempt, reason }, "job told to stop");
      job.stopping.abort();
      if (reason === "lost" || reason === "shutdown") job.cutOff.abort();
    }
  }

  /** Resolves when no job runs any more. */
  async idle(): Promise<void> {
    while (this.#active.size > 0) await Promise.all(this.#active.values());
    await this.#pruning;
  }

  /** Deletes folders of former jobs beyond the number to keep. */
  prune(): Promise<void> {
    this.#pruning = this.#pruneAfter(this.#pruning);
    return this.#pruning;
  }

  async #pruneAfter(former: Promise<void>): Promise<void> {
    await former;
    const { jobsFolder, keepFailed, log } = this.#options;
    const inUse = new Set([...this.#active.keys()].map((job) => job.workDir));
    try {
      await pruneWorkFolders(jobsFolder, keepFailed, inUse);
    } catch (error) {
      log.warn({ problem: messageOf(error) }, "folders of former jobs not deleted");
    }
  }

  async #perform(job: ActiveJob): Promise<void> {
    // The slot is taken before the job can end, and end it does not before this returns.
    await Promise.resolve();
    const isSpent = await performJob(this.#parts, job);
    this.#active.delete(job);
    const { jobId, attempt } = job.id;
    this.#options.log.info({ jobId, attempt, end: job.outbox.outcome?.kind ?? "lost" }, "job ended");
    this.#options.onFreeSlot();
    if (!isSpent) await this.prune();
  }
}

/** Another reason may follow one after which there was still something to upload or to tell. */
function outranks(reason: StopReason, former: StopReason): boolean {
  if (reason === "lost") return former !== "lost";
  return former === "cancelled" && reason !== "cancelled";
}
