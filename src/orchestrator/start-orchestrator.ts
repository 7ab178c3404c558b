import { join } from "node:path";
import { authenticate, ensureAdminKey, RobotApiKeyService } from "../auth/index.ts";
import { type Clock, systemClock } from "../core/clock.ts";
import { DEFAULT_TENANT } from "../core/ids.ts";
import { type Database, migrate } from "../database/index.ts";
import {
  createArtifactRepository,
  createEventRepository,
  createFileBlobStore,
  createIdempotencyStore,
  createRobotRepository,
  createWorkflowRepository,
  EVENTS_CHANNEL,
} from "../persistence/index.ts";
import { createPostgresQueue } from "../queue/index.ts";
import { createPostgresWorkItemStore } from "../queue/items/index.ts";
import { createEventFeed } from "../realtime/index.ts";
import { createMonitoringSocket } from "./api/events/monitoring-socket.ts";
import { createWorkflowCheck } from "./check-with-engine.ts";
import type { OrchestratorConfig } from "./config.ts";
import { createOrchestrator } from "./create-orchestrator.ts";
import { createDeclaredVariables } from "./declared-variables.ts";
import { DisplacedJobs } from "./displaced-jobs.ts";
import { type ControlChannel, createControlChannel, createRobotGateway } from "./fleet/index.ts";
import type { OrchestratorLog } from "./log.ts";
import { watchReadiness } from "./readiness.ts";
import type { Services } from "./services.ts";
import { createUpgradeRouter } from "./upgrade-router.ts";
import { startUpkeep } from "./upkeep/upkeep.ts";
import { createWorkDesk } from "./work-items/work-desk.ts";
import type { WorkflowCheck } from "./workflow-check.ts";

/** Settings of this area, and those of others that it goes by. */
export interface OrchestratorSettings extends OrchestratorConfig {
  /** Absolute; the artifacts lie below it unless ARTIFACTS_DIR says otherwise. */
  readonly HOME: string;
  readonly QUEUE_LEASE_MS: number;
  readonly QUEUE_HEARTBEAT_MS: number;
  readonly QUEUE_REAP_MS: number;
  readonly QUEUE_TIDY_MS: number;
  readonly QUEUE_RETENTION_DAYS: number;
  readonly QUEUE_DEAD_LETTER_RETENTION_DAYS: number;
  readonly QUEUE_HORIZON_ALARM_MS: number;
  readonly QUEUE_DEAD_ROWS_ALARM: number;
  /** Default true; false where the database is behind a pooler that cannot LISTEN. */
  readonly QUEUE_LISTEN?: boolean;
}

/** What an orchestrator needs to start; without `clock` it goes by the system's. */
export interface StartOptions {
  readonly settings: OrchestratorSettings;
  /** Stays the caller's to close, after the orchestrator. Its migrations are applied first. */
  readonly database: Database;
  /** Default: compiles them with the nodes of this release. */
  readonly checkWorkflow?: WorkflowCheck;
  readonly log: OrchestratorLog;
  /** Of the product; shown by `/health`. */
  readonly version: string;
  readonly clock?: Clock;
}

/** An orchestrator that listens; whoever started it closes it. */
export interface RunningOrchestrator {
  /** `http://127.0.0.1:8000` */
  readonly url: string;
  /** The first admin key, only when this start made it. Show it once. */
  readonly adminKey: string | undefined;
  /** Lets running requests finish, at most `timeoutMs` (default 10 000), ends streams and connections. Again is fine. */
  close(timeoutMs?: number): Promise<void>;
}

/** Silence after which streams and sockets send a sign of life, milliseconds. */
const HEARTBEAT_MS = 15_000;

/**
 * Runs an orchestrator: REST API, events, robots' connections, upkeep. Any number may run on one database.
 *
 * Rejects with ORCHESTRATOR_PORT_IN_USE, ORCHESTRATOR_CANNOT_LISTEN or DATABASE_…; nothing is left running then.
 */
export async function startOrchestrator(options: StartOptions): Promise<RunningOrchestrator> {
  const closers: ((timeoutMs: number) => Promise<void>)[] = [];
  const close = async (timeoutMs: number): Promise<void> => {
    for (const closer of closers.splice(0).toReversed()) await closer(timeoutMs);
  };
  try {
    const { url, adminKey } = await start(options, (closer) => closers.push(closer));
    let closing: Promise<void> | undefined;
    return {
      url,
      adminKey,
      close(timeoutMs = 10_000) {
        closing ??= close(timeoutMs);
        return closing;
      },
    };
  } catch (error) {
    await close(0);
    throw error;
  }
}

/** Opens the parts one after the other; `onClose` takes what is to be done for each, last opened first. */
async function start(
  { settings, database, checkWorkflow = createWorkflowCheck(), log, version, clock = systemClock }: StartOptions,
  onClose: (closer: (timeoutMs: number) => Promise<void>) => void,
): Promise<{ readonly url: string; readonly adminKey: string | undefined }> {
  await migrate(database);
  const firstKey = await ensureAdminKey(database, DEFAULT_TENANT, { clock });
  const displaced = new DisplacedJobs();
  const queue = createPostgresQueue({ database, listen: settings.QUEUE_LISTEN ?? true, onDisplaced: displaced.hear });
  onClose(() => queue.close().then(() => displaced.close()));
  const events = createEventRepository(database);
  const onError = (error: unknown): void => log.warn({ err: error }, "events not read");
  const feed = await createEventFeed({ database, events, channel: EVENTS_CHANNEL, onError });
  onClose(() => feed.close());
  const robotKeys = new RobotApiKeyService({ database, clock });
  const control = createControlChannel(database, log);
  const workflows = createWorkflowRepository(database);
  const store = createPostgresWorkItemStore(database);
  const desk = createWorkDesk({ store, queue, workflows, events, clock, log });
  const services: Services = {
    queue,
    workflows,
    robots: createRobotRepository(database),
    events,
    artifacts: createArtifactRepository(database),
    blobs: createFileBlobStore({ directory: settings.ARTIFACTS_DIR ?? join(settings.HOME, "artifacts") }),
    desk,
    robotKeys,
    feed,
    control,
    checkWorkflow,
    declaredVariables: createDeclaredVariables(workflows, checkWorkflow),
    verifyKey: (text) => robotKeys.verify(text),
    readiness: await watchReadiness(database),
    clock,
    log,
    limits: {
      bodyMaxBytes: settings.BODY_MAX_BYTES,
      artifactMaxBytes: settings.ARTIFACT_MAX_BYTES,
      robotOfflineMs: settings.ROBOT_OFFLINE_MS,
      heartbeatMs: HEARTBEAT_MS,
    },
    version,
  };
  displaced.tellWith(services);
  const idempotency = createIdempotencyStore(database);
  const upkeep = startUpkeep({
    database,
    queue,
    events,
    idempotency,
    desk,
    reapMs: settings.QUEUE_REAP_MS,
    leaseMs: settings.QUEUE_LEASE_MS,
    tidyMs: settings.QUEUE_TIDY_MS,
    tidy: {
      retentionDays: settings.QUEUE_RETENTION_DAYS,
      deadLetterRetentionDays: settings.QUEUE_DEAD_LETTER_RETENTION_DAYS,
      alarms: { horizonMs: settings.QUEUE_HORIZON_ALARM_MS, deadRows: settings.QUEUE_DEAD_ROWS_ALARM },
    },
    clock,
    log,
  });
  onClose(() => upkeep.close());
  const url = await serve({ settings, services, idempotency, control }, onClose);
  return { url, adminKey: firstKey?.text };
}

interface ServeParts {
  readonly settings: OrchestratorSettings;
  readonly services: Services;
  readonly idempotency: ReturnType<typeof createIdempotencyStore>;
  readonly control: ControlChannel;
}

/** Opens the port. On closing, what streams goes first: a server waits for its connections to end. */
async function serve(
  { settings, services, idempotency, control }: ServeParts,
  onClose: (closer: (timeoutMs: number) => Promise<void>) => void,
): Promise<string> {
  const orchestrator = await createOrchestrator({ services, idempotency });
  const upgrades = createUpgradeRouter(orchestrator.server);
  const monitoring = createMonitoringSocket(services);
  const gateway = await createRobotGateway({
    ...services,
    authenticate: (headers) => authenticate(headers, services.verifyKey),
    control,
    settings: { leaseMs: settings.QUEUE_LEASE_MS, heartbeatMs: settings.QUEUE_HEARTBEAT_MS },
  });
  upgrades.mount("/ws/robot", (request, socket, head) => gateway.handleUpgrade(request, socket, head));
  upgrades.mount("/ws/monitoring", monitoring.handleUpgrade);
  onClose(async (timeoutMs) => {
    upgrades.close();
    const stopped = orchestrator.close(timeoutMs);
    await Promise.all([services.feed.close(), monitoring.close(), gateway.close()]);
    await stopped;
  });
  const url = await orchestrator.listen({ host: settings.HOST, port: settings.PORT });
  services.log.info({ url }, "orchestrator listens");
  return url;
}
