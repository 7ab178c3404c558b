import type { Principal, RobotApiKeyService } from "../auth/index.ts";
import type { Clock } from "../core/clock.ts";
import type {
  ArtifactRepository,
  BlobStore,
  EventRecord,
  EventRepository,
  RobotRepository,
  WorkflowRepository,
} from "../persistence/index.ts";
import type { JobQueue } from "../queue/index.ts";
import type { EventFeed } from "../realtime/index.ts";
import type { DeclaredVariables } from "./declared-variables.ts";
import type { RobotControl } from "./fleet/robot-control.ts";
import type { OrchestratorLog } from "./log.ts";
import type { WorkDesk } from "./work-items/work-desk.ts";
import type { WorkflowCheck } from "./workflow-check.ts";

/** What the probes ask. */
export interface Readiness {
  readonly database: "up" | "down";
  readonly migrations: "done" | "pending" | "unknown";
}

/** What handlers work with. */
export interface Services {
  readonly queue: JobQueue;
  readonly workflows: WorkflowRepository;
  readonly robots: RobotRepository;
  readonly events: EventRepository;
  readonly artifacts: ArtifactRepository;
  readonly blobs: BlobStore;
  readonly desk: WorkDesk;
  readonly robotKeys: RobotApiKeyService;
  readonly feed: EventFeed<EventRecord>;
  readonly control: RobotControl;
  readonly checkWorkflow: WorkflowCheck;
  readonly declaredVariables: DeclaredVariables;
  /** Whose key it is; undefined for what does not count. */
  readonly verifyKey: (text: string) => Promise<Principal | undefined>;
  readonly readiness: () => Promise<Readiness>;
  readonly clock: Clock;
  readonly log: OrchestratorLog;
  readonly limits: Limits;
  readonly version: string;
}

/** Bounds that handlers keep; `robotOfflineMs` is the silence after which a robot counts as offline. */
export interface Limits {
  readonly bodyMaxBytes: number;
  readonly artifactMaxBytes: number;
  readonly robotOfflineMs: number;
  /** Silence after which a stream or socket sends a sign of life, milliseconds. */
  readonly heartbeatMs: number;
}
