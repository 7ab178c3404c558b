import {
  type ArtifactDto,
  artifactDto,
  artifactList,
  type DeadLetterDto,
  type DeadLettersDeleteInput,
  type DeadLettersDeleteReportDto,
  type DeadLettersRequeueInput,
  type DeadLettersRequeueReportDto,
  deadLetterDto,
  deadLetterList,
  deadLettersDeleteReport,
  deadLettersRequeueReport,
  type EventDto,
  type HealthDto,
  healthDto,
  type IssuedRobotKeyDto,
  issuedRobotKey,
  type JobDto,
  type JobInput,
  type JobSummaryDto,
  type JobsCancelInput,
  type JobsCancelReportDto,
  jobDto,
  jobEventList,
  jobList,
  jobsCancelReport,
  type LogLevelDto,
  type LogLineDto,
  logList,
  type PauseDto,
  pauseDto,
  pauseList,
  type QueueStatisticsDto,
  queueStatistics,
  type ResumeReportDto,
  type RobotDto,
  type RobotKeyDto,
  type RobotKeyInput,
  resumeReport,
  robotDto,
  robotKeyDto,
  robotKeyList,
  robotList,
  type StoredWorkflowDto,
  storedWorkflow,
  type WorkflowConcurrencyInput,
  type WorkflowDto,
  type WorkflowInput,
  type WorkflowSummaryDto,
  type WorkflowValidationDto,
  workflowDto,
  workflowList,
  workflowSummary,
  workflowValidation,
} from "../../contracts/index.ts";
import { type FollowOptions, followEvents } from "./follow-events.ts";
import {
  type CallOptions,
  type ClientOptions,
  type Connection,
  connectTo,
  type PostOptions,
  type QueryValue,
} from "./send-request.ts";
import { WorkQueuesClient } from "./work-queues-client.ts";

/** A page of a list; `nextCursor` is there while the list goes on. */
export interface ClientPage<T> {
  readonly data: readonly T[];
  readonly nextCursor?: string | undefined;
}

/** Which page of a list. */
export interface PageOptions extends CallOptions {
  /** 1–250, default 100. */
  readonly limit?: number;
  readonly cursor?: string;
}

/** Filters of `listJobs`; a job must match all that are given, and any one of the states. */
export interface JobListOptions extends PageOptions {
  readonly state?: readonly JobSummaryDto["state"][];
  readonly workflowId?: string;
  readonly robotId?: string;
  readonly environment?: string;
  readonly heldBy?: NonNullable<JobSummaryDto["heldBy"]>;
  readonly concurrencyKey?: string;
  /** ISO 8601. Created at this instant or later. */
  readonly from?: string;
  /** ISO 8601. Created before this instant. */
  readonly to?: string;
}

/** Filters of `listDeadLetters`; a dead letter must match all that are given. */
export interface DeadLetterListOptions extends PageOptions {
  readonly workflowId?: string;
  /** Of the error that the job died of. */
  readonly code?: string;
  readonly category?: DeadLetterDto["category"];
  readonly reason?: DeadLetterDto["reason"];
  /** ISO 8601. Died at this instant or later. */
  readonly from?: string;
  /** ISO 8601. Died before this instant. */
  readonly to?: string;
  readonly requeued?: boolean;
}

/** What a pause may say. */
export interface PauseOptions extends PostOptions {
  /** Kept with the pause, for people. */
  readonly reason?: string;
}

/** A file while it is being downloaded. */
export interface Download {
  readonly contentType: string;
  readonly sizeBytes: number;
  /** To be read to its end or cancelled. */
  readonly content: ReadableStream<Uint8Array>;
}

const API = "/api/v1";
const segment = (text: string): string => encodeURIComponent(text);

/**
 * The orchestrator's REST API. One method per route.
 *
 * Rejects with the orchestrator's own codes (`QUEUE_JOB_NOT_FOUND`, …; `details.errors` lists the parts of a problem), with
 * ORCHESTRATOR_UNREACHABLE when nobody answers, ORCHESTRATOR_BAD_ANSWER when somebody else does. Nothing to close.
 */
export class OrchestratorClient {
  readonly #connection: Connection;
  /** Work queues and their items. */
  readonly workQueues: WorkQueuesClient;

  /** Throws ORCHESTRATOR_URL_INVALID. */
  constructor(options: ClientOptions) {
    this.#connection = connectTo(options);
    this.workQueues = new WorkQueuesClient(this.#connection);
  }

  /** Needs no key. Also answers while the orchestrator cannot work: see `status`. */
  health(options?: CallOptions): Promise<HealthDto> {
    return this.#connection.json({ method: "GET", path: "/health", ...options }, healthDto);
  }

  createWorkflow(input: WorkflowInput, options?: PostOptions): Promise<StoredWorkflowDto> {
    return this.#connection.json(this.#post("/workflows", options, input), storedWorkflow);
  }

  /** @param content JSON text of a workflow file, packed with gzip or not. */
  uploadWorkflow(
    content: Uint8Array,
    options?: PostOptions & { readonly name?: string; readonly description?: string },
  ): Promise<StoredWorkflowDto> {
    const { name, description, ...rest } = options ?? {};
    const headers = { "content-type": "application/octet-stream" };
    const spec = { ...this.#post("/workflows/upload", rest), query: { name, description }, headers, content };
    return this.#connection.json(spec, storedWorkflow);
  }

  validateWorkflow(document: WorkflowInput["document"], options?: PostOptions): Promise<WorkflowValidationDto> {
    return this.#connection.json(this.#post("/workflows/validate", options, { document }), workflowValidation);
  }

  /** @param options.name part of the name. */
  listWorkflows(options?: PageOptions & { readonly name?: string }): Promise<ClientPage<WorkflowSummaryDto>> {
    return this.#connection.json(this.#list("/workflows", options), workflowList);
  }

  /** @param options.version default the newest. */
  getWorkflow(workflowId: string, options?: CallOptions & { readonly version?: number }): Promise<WorkflowDto> {
    return this.#connection.json(this.#list(`/workflows/${segment(workflowId)}`, options), workflowDto);
  }

  /** @param options.expectedVersion rejects with WORKFLOW_STORE_CONFLICT when it is not the newest any more. */
  updateWorkflow(
    workflowId: string,
    input: WorkflowInput,
    options?: CallOptions & { readonly expectedVersion?: number },
  ): Promise<StoredWorkflowDto> {
    return this.#connection.json(
      {
        method: "PUT",
        path: `${API}/workflows/${segment(workflowId)}`,
        body: input,
        headers: ifMatch(options),
        ...signalOf(options),
      },
      storedWorkflow,
    );
  }

  /** @param options.expectedVersion rejects with WORKFLOW_STORE_CONFLICT when it is not the newest any more. */
  deleteWorkflow(workflowId: string, options?: CallOptions & { readonly expectedVersion?: number }): Promise<void> {
    const path = `${API}/workflows/${segment(workflowId)}`;
    return this.#connection.nothing({ method: "DELETE", path, headers: ifMatch(options), ...signalOf(options) });
  }

  /** For all versions, and at once. @returns the workflow. */
  setWorkflowConcurrency(
    workflowId: string,
    input: WorkflowConcurrencyInput,
    options?: CallOptions,
  ): Promise<WorkflowSummaryDto> {
    const path = `${API}/workflows/${segment(workflowId)}/concurrency`;
    return this.#connection.json({ method: "PUT", path, body: input, ...signalOf(options) }, workflowSummary);
  }

  /** Lets any number of jobs of the workflow be under way at once. @returns the workflow. */
  removeWorkflowConcurrency(workflowId: string, options?: CallOptions): Promise<WorkflowSummaryDto> {
    const path = `${API}/workflows/${segment(workflowId)}/concurrency`;
    return this.#connection.json({ method: "DELETE", path, ...signalOf(options) }, workflowSummary);
  }

  /** Starts no more jobs of a workflow; what runs goes on. */
  pauseWorkflow(workflowId: string, options?: PauseOptions): Promise<PauseDto> {
    return this.#pause(`/workflows/${segment(workflowId)}/pause`, options);
  }

  resumeWorkflow(workflowId: string, options?: PostOptions): Promise<ResumeReportDto> {
    return this.#connection.json(this.#post(`/workflows/${segment(workflowId)}/resume`, options), resumeReport);
  }

  submitJob(input: JobInput, options?: PostOptions): Promise<JobDto> {
    return this.#connection.json(this.#post("/jobs", options, input), jobDto);
  }

  listJobs(options?: JobListOptions): Promise<ClientPage<JobSummaryDto>> {
    return this.#connection.json(this.#list("/jobs", options), jobList);
  }

  getJob(jobId: string, options?: CallOptions): Promise<JobDto> {
    return this.#connection.json(this.#list(`/jobs/${segment(jobId)}`, options), jobDto);
  }

  cancelJob(jobId: string, options?: PostOptions & { readonly reason?: string }): Promise<JobDto> {
    const { reason, ...rest } = options ?? {};
    const body = reason === undefined ? {} : { reason };
    return this.#connection.json(this.#post(`/jobs/${segment(jobId)}/cancel`, rest, body), jobDto);
  }

  /**
   * One step of cancelling many jobs, up to 1 000; while the answer has a `nextCursor`, call again with it as `cursor`.
   */
  cancelJobs(input: JobsCancelInput, options?: PostOptions): Promise<JobsCancelReportDto> {
    return this.#connection.json(this.#post("/jobs/cancel", options, input), jobsCancelReport);
  }

  /** Starts no more jobs of the tenant; what runs goes on. */
  pauseJobs(options?: PauseOptions): Promise<PauseDto> {
    return this.#pause("/jobs/pause", options);
  }

  resumeJobs(options?: PostOptions): Promise<ResumeReportDto> {
    return this.#connection.json(this.#post("/jobs/resume", options), resumeReport);
  }

  async listPauses(options?: CallOptions): Promise<readonly PauseDto[]> {
    return (await this.#connection.json(this.#list("/jobs/pauses", options), pauseList)).data;
  }

  /** What waits and runs now, and how what ended in a window of time went. @param options.from, options.to ISO 8601; default the last hour. */
  getQueueStatistics(
    options?: CallOptions & { readonly from?: string; readonly to?: string },
  ): Promise<QueueStatisticsDto> {
    return this.#connection.json(this.#list("/queue/statistics", options), queueStatistics);
  }

  /** @returns the new job. */
  retryJob(jobId: string, options?: PostOptions): Promise<JobDto> {
    return this.#connection.json(this.#post(`/jobs/${segment(jobId)}/retry`, options), jobDto);
  }

  /** Oldest first. @param options.level this level and above; default all. */
  listJobLogs(
    jobId: string,
    options?: PageOptions & { readonly level?: LogLevelDto },
  ): Promise<ClientPage<LogLineDto>> {
    return this.#connection.json(this.#list(`/jobs/${segment(jobId)}/logs`, options), logList);
  }

  /** Oldest first. */
  listJobEvents(
    jobId: string,
    options?: PageOptions & { readonly types?: readonly string[] },
  ): Promise<ClientPage<EventDto>> {
    return this.#connection.json(this.#list(`/jobs/${segment(jobId)}/events`, options), jobEventList);
  }

  async listArtifacts(jobId: string, options?: CallOptions): Promise<readonly ArtifactDto[]> {
    const { data } = await this.#connection.json(
      this.#list(`/jobs/${segment(jobId)}/artifacts`, options),
      artifactList,
    );
    return data;
  }

  async downloadArtifact(jobId: string, artifactId: string, options?: CallOptions): Promise<Download> {
    const path = `${API}/jobs/${segment(jobId)}/artifacts/${segment(artifactId)}`;
    const response = await this.#connection.open({ method: "GET", path, headers: { accept: "*/*" }, ...options });
    return {
      contentType: response.headers.get("content-type") ?? "application/octet-stream",
      sizeBytes: Number(response.headers.get("content-length") ?? 0),
      content: response.body ?? new Blob([]).stream(),
    };
  }

  /** For robots. @param upload.sha256 of the content, 64 lower-case hexadecimal digits. */
  uploadArtifact(
    upload: {
      readonly jobId: string;
      readonly sha256: string;
      readonly name: string;
      readonly contentType: string;
      readonly attempt: number;
      readonly sessionId: string;
    },
    content: Uint8Array,
    options?: CallOptions,
  ): Promise<ArtifactDto> {
    const { jobId, sha256, contentType, ...query } = upload;
    const path = `${API}/jobs/${segment(jobId)}/artifacts/${segment(sha256)}`;
    const headers = { "content-type": contentType };
    return this.#connection.json(
      { method: "PUT", path, query, headers, content, repeatable: true, ...options },
      artifactDto,
    );
  }

  listRobots(options?: PageOptions): Promise<ClientPage<RobotDto>> {
    return this.#connection.json(this.#list("/robots", options), robotList);
  }

  getRobot(robotId: string, options?: CallOptions): Promise<RobotDto> {
    return this.#connection.json(this.#list(`/robots/${segment(robotId)}`, options), robotDto);
  }

  /** Finishes its jobs and takes no more. */
  drainRobot(robotId: string, options?: PostOptions): Promise<RobotDto> {
    return this.#connection.json(this.#post(`/robots/${segment(robotId)}/drain`, options), robotDto);
  }

  /** Takes no more jobs. */
  pauseRobot(robotId: string, options?: PostOptions): Promise<RobotDto> {
    return this.#connection.json(this.#post(`/robots/${segment(robotId)}/pause`, options), robotDto);
  }

  resumeRobot(robotId: string, options?: PostOptions): Promise<RobotDto> {
    return this.#connection.json(this.#post(`/robots/${segment(robotId)}/resume`, options), robotDto);
  }

  /** The answer's `key` is shown this once. */
  createRobotKey(input: RobotKeyInput, options?: PostOptions): Promise<IssuedRobotKeyDto> {
    return this.#connection.json(this.#post("/robot-keys", options, input), issuedRobotKey);
  }

  listRobotKeys(options?: PageOptions): Promise<ClientPage<RobotKeyDto>> {
    return this.#connection.json(this.#list("/robot-keys", options), robotKeyList);
  }

  /** @param options.graceMs milliseconds for which the old key stays good; default 0. The answer's `key` is shown this once. */
  rotateRobotKey(keyId: string, options?: PostOptions & { readonly graceMs?: number }): Promise<IssuedRobotKeyDto> {
    const { graceMs, ...rest } = options ?? {};
    const body = graceMs === undefined ? {} : { graceMs };
    return this.#connection.json(this.#post(`/robot-keys/${segment(keyId)}/rotate`, rest, body), issuedRobotKey);
  }

  revokeRobotKey(keyId: string, options?: PostOptions): Promise<RobotKeyDto> {
    return this.#connection.json(this.#post(`/robot-keys/${segment(keyId)}/revoke`, options), robotKeyDto);
  }

  listDeadLetters(options?: DeadLetterListOptions): Promise<ClientPage<DeadLetterDto>> {
    return this.#connection.json(this.#list("/dead-letters", options), deadLetterList);
  }

  getDeadLetter(jobId: string, options?: CallOptions): Promise<DeadLetterDto> {
    return this.#connection.json(this.#list(`/dead-letters/${segment(jobId)}`, options), deadLetterDto);
  }

  /** @returns the new job. */
  requeueDeadLetter(jobId: string, options?: PostOptions): Promise<JobDto> {
    return this.#connection.json(this.#post(`/dead-letters/${segment(jobId)}/requeue`, options), jobDto);
  }

  /**
   * One step of requeueing many, up to 1 000; while the answer has a `nextCursor`, call again with it as `cursor`.
   */
  requeueDeadLetters(input: DeadLettersRequeueInput, options?: PostOptions): Promise<DeadLettersRequeueReportDto> {
    return this.#connection.json(this.#post("/dead-letters/requeue", options, input), deadLettersRequeueReport);
  }

  /** As `requeueDeadLetters`. */
  deleteDeadLetters(input: DeadLettersDeleteInput, options?: PostOptions): Promise<DeadLettersDeleteReportDto> {
    return this.#connection.json(this.#post("/dead-letters/delete", options, input), deadLettersDeleteReport);
  }

  deleteDeadLetter(jobId: string, options?: CallOptions): Promise<void> {
    const path = `${API}/dead-letters/${segment(jobId)}`;
    return this.#connection.nothing({ method: "DELETE", path, ...options });
  }

  /** Events as they happen; comes back after a broken connection and misses nothing. Ends when the signal aborts. */
  followEvents(options: FollowOptions = {}): AsyncGenerator<EventDto, void, void> {
    return followEvents(this.#connection, options);
  }

  #pause(path: string, options: PauseOptions = {}): Promise<PauseDto> {
    const { reason, ...rest } = options;
    return this.#connection.json(this.#post(path, rest, reason === undefined ? {} : { reason }), pauseDto);
  }

  #list(path: string, options: CallOptions = {}) {
    const { signal, ...query } = options;
    return {
      method: "GET" as const,
      path: `${API}${path}`,
      query: query as Readonly<Record<string, QueryValue>>,
      ...(signal && { signal }),
    };
  }

  #post(path: string, options: PostOptions = {}, body?: unknown) {
    return { method: "POST" as const, path: `${API}${path}`, ...options, ...(body !== undefined && { body }) };
  }
}

function ifMatch(options: { readonly expectedVersion?: number } | undefined): Readonly<Record<string, string>> {
  return options?.expectedVersion === undefined ? {} : { "if-match": `"${options.expectedVersion}"` };
}

function signalOf(options: CallOptions | undefined): CallOptions {
  return options?.signal ? { signal: options.signal } : {};
}
