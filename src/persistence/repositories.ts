import type { RobotIntent } from "../contracts/index.ts";
import type { TenantId } from "../core/ids.ts";
import type { JsonValue } from "../core/json.ts";
import type {
  ArtifactRecord,
  EventRecord,
  NewEvent,
  RobotRecord,
  WorkflowConcurrency,
  WorkflowRecord,
  WorkflowSummary,
} from "./records.ts";

/** Lists are newest first and go on with `nextCursor`; `limit` is 1–250. */
export interface ListRequest {
  readonly limit: number;
  readonly cursor?: string;
}
/** One page of a list; no `nextCursor` on the last one. */
export interface ListPage<T> {
  readonly data: readonly T[];
  readonly nextCursor?: string;
}

/** What is stored as a version of a workflow; checking it is the caller's. */
export interface WorkflowDraft {
  readonly name: string;
  readonly description: string;
  readonly document: JsonValue;
  readonly requires: readonly string[];
}

/** Stored workflows with all their versions; an update adds a version and changes none. */
export interface WorkflowRepository {
  create(tenantId: TenantId, draft: WorkflowDraft): Promise<WorkflowRecord>;
  /** @param expectedVersion rejects with WORKFLOW_STORE_CONFLICT when it is not the newest any more. */
  update(tenantId: TenantId, id: string, draft: WorkflowDraft, expectedVersion?: number): Promise<WorkflowRecord>;
  get(tenantId: TenantId, id: string): Promise<WorkflowRecord | undefined>;
  /** Also of a deleted workflow. */
  getVersion(tenantId: TenantId, id: string, version: number): Promise<WorkflowRecord | undefined>;
  /** As `get`, or with a version as `getVersion`, without reading the file. */
  summarize(tenantId: TenantId, id: string, version?: number): Promise<WorkflowSummary | undefined>;
  /** @param filter.name part of the name, upper and lower case alike. */
  list(tenantId: TenantId, filter: { readonly name?: string }, page: ListRequest): Promise<ListPage<WorkflowSummary>>;
  /**
   * Sets or, with undefined, removes the concurrency setting; makes no new version. Undefined when there is no such workflow.
   */
  setConcurrency(
    tenantId: TenantId,
    id: string,
    concurrency: WorkflowConcurrency | undefined,
  ): Promise<WorkflowSummary | undefined>;
  /**
   * Hides it; versions stay for the jobs that refer to them. False when there is none.
   * @param expectedVersion rejects with WORKFLOW_STORE_CONFLICT when it is not the newest any more.
   */
  delete(tenantId: TenantId, id: string, expectedVersion?: number): Promise<boolean>;
}

/** What a robot tells of itself when it connects. */
export interface RobotRegistration {
  readonly name: string;
  readonly version: string;
  readonly hostname: string;
  readonly platform: string;
  readonly environment: string;
  readonly capabilities: readonly string[];
  readonly maxConcurrentJobs: number;
}

/** Robots that ever registered, with what was last heard of them. */
export interface RobotRepository {
  /**
   * A robot is known by its name within the tenant; registering again keeps id and intent.
   *
   * @param claim with which key; rejects with ROBOT_STORE_NAME_TAKEN while a robot with a key of another name is connected
   *   by this name and was seen within `heldForMs`. Without it nothing is checked.
   */
  register(
    tenantId: TenantId,
    registration: RobotRegistration,
    claim?: { readonly keyName: string; readonly heldForMs: number },
  ): Promise<RobotRecord>;
  /** Rejects with ROBOT_STORE_NOT_FOUND for an unknown robot. */
  connected(tenantId: TenantId, robotId: string, sessionId: string): Promise<void>;
  /** Heartbeat; also sets `connected`. @returns the robot's intent. Rejects with ROBOT_STORE_NOT_FOUND. */
  touch(
    tenantId: TenantId,
    robotId: string,
    seen: { readonly runningJobs: number; readonly rssBytes?: number },
  ): Promise<RobotIntent>;
  /** Only if that session is still the robot's. */
  disconnected(tenantId: TenantId, robotId: string, sessionId: string): Promise<void>;
  setIntent(tenantId: TenantId, robotId: string, intent: RobotIntent): Promise<RobotRecord | undefined>;
  get(tenantId: TenantId, robotId: string): Promise<RobotRecord | undefined>;
  list(tenantId: TenantId, page: ListRequest): Promise<ListPage<RobotRecord>>;
}

/** Which events; all that is given must match, within a list any one entry. */
export interface EventFilter {
  readonly jobId?: string;
  readonly types?: readonly string[];
  /** Only events whose data say one of these `level`s: logs. */
  readonly levels?: readonly string[];
}

/** The tenant's events in the order of their numbers; it appends and never changes one. */
export interface EventRepository {
  /** Durable when it resolves; events already stored (same job, attempt, sourceSeq) are skipped. NOTIFYs `casare_events`. */
  append(tenantId: TenantId, events: readonly NewEvent[]): Promise<void>;
  /** Oldest first, after `seq`. @param limit 1–1 000. */
  after(tenantId: TenantId, seq: string, limit: number, filter?: EventFilter): Promise<readonly EventRecord[]>;
  /** Number of the newest event, "0" when there is none. */
  latestSeq(tenantId: TenantId): Promise<string>;
}

/** Which files jobs left behind; the content is kept by a `BlobStore`. */
export interface ArtifactRepository {
  /** The same name in the same attempt again replaces the entry. */
  add(artifact: Omit<ArtifactRecord, "id" | "createdAt">): Promise<ArtifactRecord>;
  list(tenantId: TenantId, jobId: string): Promise<readonly ArtifactRecord[]>;
  get(tenantId: TenantId, jobId: string, artifactId: string): Promise<ArtifactRecord | undefined>;
}

/** Content-addressed bytes. */
export interface BlobStore {
  /**
   * Stores the stream under its hash, atomically; durable when it resolves.
   * Rejects with BLOB_HASH_MISMATCH (nothing stored), BLOB_TOO_LARGE, BLOB_STORE_FULL.
   */
  put(
    tenantId: TenantId,
    sha256: string,
    content: AsyncIterable<Uint8Array>,
    limits: { readonly maxBytes: number },
  ): Promise<{ readonly sizeBytes: number }>;
  /**
   * Undefined when there is none. The caller reads the stream to its end or destroys it.
   *
   * @param range first and last byte that are wanted, from 0; default: all.
   */
  open(
    tenantId: TenantId,
    sha256: string,
    range?: { readonly start: number; readonly end: number },
  ): Promise<NodeJS.ReadableStream | undefined>;
  /** Where it lies, for people; undefined when it is not a local file. */
  locate(tenantId: TenantId, sha256: string): string | undefined;
}
