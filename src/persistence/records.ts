import type { RobotIntent } from "../contracts/index.ts";
import type { TenantId } from "../core/ids.ts";
import type { JsonObject, JsonValue } from "../core/json.ts";

/** How many jobs of a workflow may be under way at once, and what becomes of those beyond, as the queue's concurrency rules. */
export interface WorkflowConcurrency {
  readonly limit: number;
  readonly onLimit: "queue" | "skip" | "keep-latest" | "cancel-oldest";
}

/** A stored workflow with its newest version. */
export interface WorkflowRecord {
  readonly id: string;
  readonly tenantId: TenantId;
  readonly name: string;
  readonly description: string;
  /** 1-based, counts up with every update. */
  readonly version: number;
  /** The file as it was given. */
  readonly document: JsonValue;
  /** Labels a robot must offer to run it. */
  readonly requires: readonly string[];
  /** Of all versions; absent: no limit. */
  readonly concurrency?: WorkflowConcurrency;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** What a list tells of a workflow: all but the file. */
export type WorkflowSummary = Omit<WorkflowRecord, "document">;

/** A robot as it registered last; `runningJobs` and `rssBytes` are what its last heartbeat said. */
export interface RobotRecord {
  readonly id: string;
  readonly tenantId: TenantId;
  readonly name: string;
  readonly version: string;
  readonly hostname: string;
  readonly platform: string;
  readonly environment: string;
  readonly capabilities: readonly string[];
  readonly maxConcurrentJobs: number;
  readonly intent: RobotIntent;
  readonly sessionId?: string;
  readonly runningJobs: number;
  readonly rssBytes?: number;
  readonly connected: boolean;
  readonly lastSeenAt: Date;
  readonly registeredAt: Date;
}

/** Liveness is derived from the record and the time, never stored. */
export type RobotStatus = "offline" | "idle" | "busy" | "full";

/** Something that happened, in the order in which the tenant's listeners see it. */
export interface EventRecord {
  /** Grows within a tenant without gaps that fill later: whoever has seen n has seen all below n. Decimal text. */
  readonly seq: string;
  readonly tenantId: TenantId;
  readonly at: Date;
  /** `job.created`, `node.started`, `log`, `robot.connected` … */
  readonly type: string;
  readonly jobId?: string;
  readonly attempt?: number;
  readonly robotId?: string;
  readonly data: JsonObject;
}

/** An event to be appended; it gets its number then, and the database's time when `at` is absent. */
export interface NewEvent {
  readonly type: string;
  readonly at?: Date;
  readonly jobId?: string;
  readonly attempt?: number;
  readonly robotId?: string;
  /** Number the robot gave it within the attempt: the same event appended twice is stored once. */
  readonly sourceSeq?: number;
  readonly data?: JsonObject;
}

/** A file that an attempt of a job left behind; its content lies in the blob store under `sha256`. */
export interface ArtifactRecord {
  readonly id: string;
  readonly tenantId: TenantId;
  readonly jobId: string;
  readonly attempt: number;
  readonly name: string;
  readonly contentType: string;
  readonly sizeBytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
  readonly createdAt: Date;
}
