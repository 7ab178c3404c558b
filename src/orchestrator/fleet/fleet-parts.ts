import type { Clock } from "../../core/clock.ts";
import type { TenantId } from "../../core/ids.ts";
import type { EventRepository, RobotRepository } from "../../persistence/index.ts";
import type { JobQueue } from "../../queue/index.ts";
import type { WorkDesk } from "../work-items/work-desk.ts";
import type { WorkflowCache } from "./workflow-cache.ts";

/** Where the fleet writes what happens; facts first, then a constant text. */
export interface FleetLog {
  debug(facts: object, text: string): void;
  info(facts: object, text: string): void;
  warn(facts: object, text: string): void;
  error(facts: object, text: string): void;
}

/** Figures the gateway works with, times in milliseconds; see `fleetSettings` for the usual ones. */
export interface FleetSettings {
  /** How long a robot may stay silent before its jobs are given away. */
  readonly leaseMs: number;
  /** How often robots are asked to renew; at most a third of the lease. */
  readonly heartbeatMs: number;
  /** Time between the upgrade and hello. */
  readonly helloTimeoutMs: number;
  /** A key is checked again this often, so that a revoked one ends its connections. */
  readonly recheckKeyMs: number;
  /** Messages of one robot; one that sends more is read more slowly. */
  readonly messagesPerSecond: number;
  readonly messageBurst: number;
  /** Workflows and variables in one answer, bytes; the rest of a message of 64 MiB has room beside them. */
  readonly maxAnswerBytes: number;
}

/** The usual figures, with the given ones in their place. Throws a RangeError when two heartbeats may not fail within a lease. */
export function fleetSettings(given: Partial<FleetSettings> = {}): FleetSettings {
  const settings = {
    leaseMs: 30_000,
    heartbeatMs: 10_000,
    helloTimeoutMs: 10_000,
    recheckKeyMs: 60_000,
    messagesPerSecond: 200,
    messageBurst: 500,
    maxAnswerBytes: 48 * 1024 * 1024,
    ...given,
  };
  if (settings.heartbeatMs * 3 > settings.leaseMs) {
    throw new RangeError(
      `heartbeat ${settings.heartbeatMs} ms is more than a third of the lease ${settings.leaseMs} ms`,
    );
  }
  return settings;
}

/** What handling a robot's message takes. */
export interface FleetParts {
  readonly queue: JobQueue;
  readonly robots: RobotRepository;
  readonly events: EventRepository;
  readonly workflows: WorkflowCache;
  readonly desk: WorkDesk;
  readonly settings: FleetSettings;
  readonly log: FleetLog;
  readonly clock: Clock;
}

/** A robot that has introduced itself, as seen from one connection. */
export interface RegisteredRobot {
  readonly tenantId: TenantId;
  readonly robotId: string;
  readonly name: string;
  readonly sessionId: string;
  readonly environment: string;
  readonly capabilities: readonly string[];
  /**
   * Attempts handed over on this connection and not settled, as `attemptKey` names them, with the monotonic time of it:
   * a heartbeat that was under way at that moment does not know of them.
   */
  readonly handedOver: Map<string, number>;
}

/** Names an attempt within a tenant. */
export const attemptKey = (job: { readonly jobId: string; readonly attempt: number }): string =>
  `${job.jobId}/${job.attempt}`;
