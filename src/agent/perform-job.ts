import { rm } from "node:fs/promises";
import type { PayloadOf } from "../contracts/index.ts";
import type { Clock } from "../core/clock.ts";
import { pause } from "../core/deadline.ts";
import { messageOf } from "../core/errors.ts";
import type { JsonObject, JsonValue } from "../core/json.ts";
import { createMasker, type Masker } from "../core/mask.ts";
import type { RunEvent, RunReport } from "../execution/index.ts";
import type { WorkItems } from "../nodes/index.ts";
import type { AgentLog } from "./agent-log.ts";
import { type ArtifactFile, collectArtifacts, type NamedFile } from "./artifact-files.ts";
import type { AttemptOutbox } from "./attempt-outbox.ts";
import { brokenOutcome, isKeptWhole, outcomeOf, type StopReason } from "./job-outcome.ts";
import type { AttemptId } from "./outbox-record.ts";
import { writeReportFile } from "./report-file.ts";
import { NodeEventThinner } from "./thin-node-events.ts";
import { type UploadTarget, uploadArtifact } from "./upload-artifact.ts";
import { makeWorkFolder } from "./work-folder.ts";

/** A job as the orchestrator handed it over. */
export type JobOffer = PayloadOf<"job.claimed">["jobs"][number];

/** One run of a job's workflow. */
export interface JobRun {
  readonly jobId: string;
  readonly document: JsonValue;
  readonly variables: Readonly<Record<string, JsonValue>>;
  /** Absolute path of an empty folder. */
  readonly workDir: string;
  readonly signal: AbortSignal;
  /** Milliseconds, undefined for no limit. */
  readonly timeoutMs: number | undefined;
  readonly masker: Masker;
  readonly onEvent: (event: RunEvent) => void;
  /** The work queues of the orchestrator, in the name of this attempt. */
  readonly workItems?: WorkItems | undefined;
}

/** Runs a workflow to its end and reports; rejects only for defects. */
export type RunJob = (run: JobRun) => Promise<RunReport>;

/** What performing jobs takes. */
export interface JobParts {
  readonly run: RunJob;
  readonly upload: UploadTarget;
  /** Makes the work queues of one attempt; absent: its workflow has none. */
  readonly workItems?: ((id: AttemptId) => WorkItems) | undefined;
  /** Never leave the process unmasked, whatever a workflow does. */
  readonly secrets: readonly string[];
  readonly clock: Clock;
  readonly log: AgentLog;
}

/** A job under way. */
export interface ActiveJob {
  readonly id: AttemptId;
  readonly offer: JobOffer;
  readonly outbox: AttemptOutbox;
  readonly workDir: string;
  readonly startedAt: Date;
  /** Ends the run. */
  readonly stopping: AbortController;
  /** Ends the uploads as well: there is no time (shutdown) or no use (lost) to go on. */
  readonly cutOff: AbortController;
  stopReason: StopReason | undefined;
  progress: number | undefined;
  progressNote: string | undefined;
}

/** How long a run that was told to stop may take, milliseconds. */
const STOP_MS = 10_000;
const MAX_NOTE = 500;

/**
 * Performs one job from its first event to the outcome in the outbox. Never rejects.
 *
 * @returns true when nothing of its folder is needed any more.
 */
export async function performJob(parts: JobParts, job: ActiveJob): Promise<boolean> {
  const handedOver: NamedFile[] = [];
  const masker = createMasker(parts.secrets);
  let isSpent = false;
  try {
    await makeWorkFolder(job.workDir);
    const report = await runUntilStopped(parts, job, { masker, handedOver });
    // What a run left that was stopped for its lease is of no use: it runs again, perhaps elsewhere and soon.
    const isCutShort = report.status === "cancelled" && job.stopReason === "lease-expired";
    const reportFile = isCutShort || isKeptWhole(report) ? undefined : await keepReport(parts, job, report);
    const allStored = !isCutShort && (await uploadAll(parts, job, { masker, handedOver }));
    const outcome = outcomeOf(report, { jobId: job.id.jobId, stop: job.stopReason, reportFile });
    isSpent = allStored && outcome?.kind === "complete";
    if (outcome === undefined) await job.outbox.discard();
    else await job.outbox.settle(outcome, parts.clock.now());
  } catch (error) {
    parts.log.error({ jobId: job.id.jobId, problem: messageOf(error), err: error }, "job could not be run");
    if (job.stopReason === "lost") await job.outbox.discard();
    else await job.outbox.settle(brokenOutcome(job, error), parts.clock.now());
  }
  if (isSpent) await rm(job.workDir, { recursive: true, force: true }).catch(() => undefined);
  return isSpent;
}

interface RunTools {
  readonly masker: Masker;
  readonly handedOver: NamedFile[];
}

async function runUntilStopped(parts: JobParts, job: ActiveJob, { masker, handedOver }: RunTools): Promise<RunReport> {
  const { signal } = job.stopping;
  const thinner = new NodeEventThinner();
  const run = parts.run({
    jobId: job.id.jobId,
    document: job.offer.workflow,
    variables: job.offer.variables,
    workDir: job.workDir,
    signal,
    timeoutMs: timeLeftMs(job.offer, parts.clock.now()),
    masker,
    workItems: parts.workItems?.(job.id),
    onEvent: (event) => {
      if (thinner.admits(event, parts.clock.monotonicMs())) note(job, event, handedOver);
    },
  });
  const ended = new AbortController();
  const overdue = new Promise<RunReport>((resolve) => {
    const onStop = async (): Promise<void> => {
      if (!(await pause(STOP_MS, ended.signal))) return;
      parts.log.error({ jobId: job.id.jobId }, "run does not stop and is left behind");
      resolve(leftBehind(job.startedAt, parts.clock.now()));
    };
    if (signal.aborted) void onStop();
    else signal.addEventListener("abort", () => void onStop(), { once: true });
  });
  try {
    return await Promise.race([run, overdue]);
  } finally {
    ended.abort();
    // Its late failure has nobody left to tell.
    run.catch(() => undefined);
  }
}

/** The report of a run that gives none: it was stopped, more is not known. */
function leftBehind(startedAt: Date, now: Date): RunReport {
  const durationMs = Math.max(0, now.getTime() - startedAt.getTime());
  return { status: "cancelled", reached: [], unreached: [], nodes: {}, variables: {}, toleratedErrors: [], durationMs };
}

/** Milliseconds the run has left, by the orchestrator's reckoning where it told; at least 1. */
function timeLeftMs(offer: JobOffer, now: Date): number | undefined {
  if (offer.timeLeftMs !== undefined) return Math.max(1, offer.timeLeftMs);
  return offer.deadline === undefined ? undefined : Math.max(1, Date.parse(offer.deadline) - now.getTime());
}

function note(job: ActiveJob, event: RunEvent, handedOver: NamedFile[]): void {
  if (event.type === "artifact") {
    // Told once it is uploaded: until then there is nothing that anybody could open.
    handedOver.push({ path: event.path, contentType: event.contentType });
    return;
  }
  if (event.type === "progress") {
    job.progress = Math.min(1, Math.max(0, event.value));
    job.progressNote = event.note?.slice(0, MAX_NOTE);
  }
  const { type, at, ...data } = event;
  job.outbox.add({ type, at, data: plain(data) });
}

/** Plain JSON: what is undefined is gone. */
function plain(data: object): JsonObject {
  return JSON.parse(JSON.stringify(data)) as JsonObject;
}

/** @returns the name of the file with the whole report; undefined when it could not be written, and then only a part is kept. */
async function keepReport(parts: JobParts, job: ActiveJob, report: RunReport): Promise<string | undefined> {
  try {
    return await writeReportFile(job.workDir, report);
  } catch (error) {
    warn(parts, job, `the whole report could not be written: ${messageOf(error)}`);
    return undefined;
  }
}

/** @returns false when files are left that are only here. */
async function uploadAll(parts: JobParts, job: ActiveJob, { masker, handedOver }: RunTools): Promise<boolean> {
  if (job.cutOff.signal.aborted) return false;
  const { files, omitted } = await collectArtifacts(job.workDir, handedOver);
  if (omitted > 0) warn(parts, job, `${omitted} further files stay on the robot: a job may leave 1000`);
  let allStored = omitted === 0;
  for (const found of files) {
    const file = { ...found, name: masker.text(found.name) };
    if (!(await uploadOne(parts, job, file))) allStored = false;
    if (!job.cutOff.signal.aborted) continue;
    warn(parts, job, "the job's files were not all uploaded, because the robot had to stop");
    return false;
  }
  return allStored;
}

async function uploadOne(parts: JobParts, job: ActiveJob, file: ArtifactFile): Promise<boolean> {
  try {
    const outcome = await uploadArtifact(parts.upload, { id: job.id, file }, job.cutOff.signal);
    if (outcome.kind === "lost") {
      job.stopReason = "lost";
      job.cutOff.abort();
    }
    if (outcome.kind !== "stored") return false;
    const { name, contentType, sizeBytes } = file;
    const data = { name, contentType, sizeBytes, sha256: outcome.sha256 };
    job.outbox.add({ type: "artifact", at: parts.clock.now().toISOString(), data });
    return true;
  } catch (error) {
    warn(parts, job, messageOf(error));
    return false;
  }
}

/** To the job's own log, where its owner looks. */
function warn(parts: JobParts, job: ActiveJob, message: string): void {
  parts.log.warn({ jobId: job.id.jobId, problem: message }, "artifact not uploaded");
  job.outbox.add({ type: "log", at: parts.clock.now().toISOString(), data: { level: "warning", message } });
}
