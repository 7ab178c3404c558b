import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import { type AuthHeaders, demand, type Principal } from "../../auth/index.ts";
import { type Clock, systemClock } from "../../core/clock.ts";
import { raceAbort, startDeadline } from "../../core/deadline.ts";
import { AppError, messageOf } from "../../core/errors.ts";
import type { EventRepository, RobotRepository, WorkflowRepository } from "../../persistence/index.ts";
import type { JobQueue } from "../../queue/index.ts";
import type { WorkDesk } from "../work-items/work-desk.ts";
import type { ControlChannel, ControlOrder } from "./control-channel.ts";
import { fleetErrors } from "./errors.ts";
import { type FleetLog, type FleetParts, type FleetSettings, fleetSettings } from "./fleet-parts.ts";
import { RobotConnection } from "./robot-connection.ts";
import { createWorkflowCache } from "./workflow-cache.ts";

const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;
const AUTHENTICATE_MS = 10_000;
/** Hints that come within this time wake the robots once, milliseconds. */
const WAKE_MS = 10;

/** What the gateway works with; all of it belongs to the caller. */
export interface RobotGatewayOptions {
  readonly queue: JobQueue;
  readonly robots: RobotRepository;
  readonly workflows: Pick<WorkflowRepository, "getVersion">;
  readonly events: EventRepository;
  readonly desk: WorkDesk;
  /** Who sends a request with these headers; rejects with an error of status 401 when nobody known does. */
  readonly authenticate: (headers: AuthHeaders) => Promise<Principal>;
  readonly control: ControlChannel;
  readonly settings?: Partial<FleetSettings>;
  readonly log: FleetLog;
  readonly clock?: Clock;
}

/** The orchestrator's side of `/ws/robot`. */
export interface RobotGateway {
  /** Takes over an HTTP upgrade: answers with an error status, or turns it into a robot's connection. Never throws. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Sends the robots away for a while and waits until what they said is stored. Queue and database must still be open. */
  close(): Promise<void>;
}

/**
 * Opens the gateway; the caller closes it before the queue and the database.
 *
 * It keeps nothing that another replica would miss: which robot is where is told over the control channel, everything
 * else is in the queue and the repositories. Rejects when these are out of reach.
 */
export async function createRobotGateway(options: RobotGatewayOptions): Promise<RobotGateway> {
  const parts: FleetParts = {
    queue: options.queue,
    robots: options.robots,
    events: options.events,
    workflows: createWorkflowCache(options.workflows),
    desk: options.desk,
    settings: fleetSettings(options.settings),
    log: options.log,
    clock: options.clock ?? systemClock,
  };
  const upgrades = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: MAX_MESSAGE_BYTES });
  const connections = new Set<RobotConnection>();
  let isClosing = false;
  let wakeTimer: NodeJS.Timeout | undefined;

  function wakeSoon(): void {
    wakeTimer ??= setTimeout(() => {
      wakeTimer = undefined;
      for (const connection of connections) connection.wake();
    }, WAKE_MS);
  }

  const available = await parts.queue.onAvailable(wakeSoon);
  const orders = await options.control.subscribe({
    onOrder: (order) => {
      for (const connection of connections) void follow(parts, connection, order);
    },
    onGap: () => {
      for (const connection of connections) void leaveIfReplaced(parts, connection);
    },
  });

  function connect(request: IncomingMessage, socket: Duplex, upgrade: { head: Buffer; principal: Principal }): void {
    upgrades.handleUpgrade(request, socket, upgrade.head, (webSocket) => {
      const caller = {
        principal: upgrade.principal,
        headers: request.headers,
        authenticate: options.authenticate,
      };
      const handlers = {
        onRegistered: ({ id, robot }: RobotConnection) =>
          robot === undefined
            ? Promise.resolve()
            : options.control.announce({
                kind: "connected",
                tenantId: robot.tenantId,
                robotId: robot.robotId,
                sessionId: robot.sessionId,
                connectionId: id,
              }),
        onEnd: (connection: RobotConnection) => void connections.delete(connection),
      };
      connections.add(new RobotConnection(webSocket, { parts, caller, handlers }));
    });
  }

  async function accept(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    socket.on("error", (error) => parts.log.debug({ problem: messageOf(error) }, "robot lost before the upgrade"));
    try {
      if (isClosing) throw fleetErrors.FLEET_UNAVAILABLE({});
      const principal = await authenticateInTime(options.authenticate(request.headers));
      demand(principal, "robots:connect");
      if (isClosing) throw fleetErrors.FLEET_UNAVAILABLE({});
      connect(request, socket, { head, principal });
    } catch (error) {
      const status = error instanceof AppError && error.status < 500 ? error.status : 503;
      parts.log.info({ status, problem: messageOf(error) }, "robot refused");
      refuseUpgrade(socket, status, error instanceof AppError && status < 500 ? error : undefined);
    }
  }

  return {
    handleUpgrade: (request, socket, head) => void accept(request, socket, head),
    async close() {
      isClosing = true;
      clearTimeout(wakeTimer);
      await Promise.all([available.close(), orders.close()]);
      const open = [...connections];
      await Promise.all(open.map((connection) => connection.close()));
      upgrades.close();
    },
  };
}

async function follow(parts: FleetParts, connection: RobotConnection, order: ControlOrder): Promise<void> {
  const { robot } = connection;
  if (robot === undefined || robot.tenantId !== order.tenantId) return;
  switch (order.kind) {
    case "cancel":
      if (robot.sessionId === order.sessionId) connection.cancelJob(order.jobId, order.reason);
      return;
    case "intent":
      if (robot.robotId === order.robotId) connection.changeIntent(order.intent);
      return;
    case "connected":
      if (robot.robotId !== order.robotId || connection.id === order.connectionId) return;
      if (robot.sessionId !== order.sessionId) await leaveIfReplaced(parts, connection);
      else if (connection.id < order.connectionId) connection.supersede();
  }
}

/** The record says which session is the robot's newest; any other one has been replaced. */
async function leaveIfReplaced(parts: FleetParts, connection: RobotConnection): Promise<void> {
  const { robot } = connection;
  if (robot === undefined) return;
  try {
    const record = await parts.robots.get(robot.tenantId, robot.robotId);
    if (record !== undefined && record.sessionId !== robot.sessionId) connection.replace();
  } catch (error) {
    // The store is out of reach: nobody could have replaced it there.
    parts.log.warn({ robotId: robot.robotId, problem: messageOf(error) }, "newest session of a robot not known");
  }
}

async function authenticateInTime(asked: Promise<Principal>): Promise<Principal> {
  const deadline = startDeadline("checking the robot's key", AUTHENTICATE_MS);
  try {
    return await raceAbort(asked, deadline.signal, "checking the robot's key");
  } finally {
    deadline.clear();
  }
}

const STATUS_TEXT: Readonly<Record<number, string>> = {
  401: "Unauthorized",
  403: "Forbidden",
  503: "Service Unavailable",
};

function refuseUpgrade(socket: Duplex, status: number, error: AppError | undefined): void {
  const title = STATUS_TEXT[status] ?? "Refused";
  const body = JSON.stringify({
    type: "about:blank",
    title,
    status,
    code: error?.code ?? "FLEET_UNAVAILABLE",
    ...(error !== undefined && { detail: error.message }),
  });
  const headers = [
    `HTTP/1.1 ${status} ${title}`,
    "content-type: application/problem+json",
    `content-length: ${Buffer.byteLength(body)}`,
    "connection: close",
    ...(status === 401 ? ["www-authenticate: Bearer"] : []),
    ...(status === 503 ? ["retry-after: 1"] : []),
  ];
  socket.end(`${headers.join("\r\n")}\r\n\r\n${body}`);
}
