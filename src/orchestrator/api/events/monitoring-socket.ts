import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import { authenticate, demand, type Principal, presentedKey } from "../../../auth/index.ts";
import { AppError, messageOf } from "../../../core/errors.ts";
import { describeError } from "../../problem.ts";
import type { Services } from "../../services.ts";
import { refuseUpgrade, type UpgradeHandler } from "../../upgrade-router.ts";
import { MonitoringConnection } from "./monitoring-connection.ts";

/** The endpoint `/ws/monitoring`. */
export interface MonitoringSocket {
  /** Takes over an HTTP upgrade. Never throws. */
  readonly handleUpgrade: UpgradeHandler;
  /** Tells the readers to come back later and closes their connections. */
  close(): Promise<void>;
}

/** Longer messages than a subscription nobody has to send. */
const MAX_MESSAGE_BYTES = 64 * 1024;

export function createMonitoringSocket(services: Services): MonitoringSocket {
  const upgrades = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: MAX_MESSAGE_BYTES });
  const connections = new Set<MonitoringConnection>();

  function connect(request: IncomingMessage, socket: Duplex, upgrade: { head: Buffer; principal: Principal }): void {
    upgrades.handleUpgrade(request, socket, upgrade.head, (webSocket) => {
      const connection = new MonitoringConnection(webSocket, {
        services,
        principal: upgrade.principal,
        isStillWelcome: async () => (await services.verifyKey(presentedKey(request.headers) ?? "")) !== undefined,
        onEnd: () => connections.delete(connection),
      });
      connections.add(connection);
    });
  }

  async function admit(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    // Keys in URLs end up in logs: nobody shall get used to them.
    if (request.url?.includes("?")) return refuseUpgrade(socket, "400 Bad Request");
    try {
      const principal = await authenticate(request.headers, services.verifyKey);
      demand(principal, "events:read");
      connect(request, socket, { head, principal });
    } catch (error) {
      services.log.info({ problem: messageOf(error) }, "monitoring connection refused");
      const status = error instanceof AppError ? error.status : 500;
      const { problem, headers } = describeError(error, "");
      refuseUpgrade(socket, `${status} ${problem.title}`, headers);
    }
  }

  return {
    handleUpgrade: (request, socket, head) => void admit(request, socket, head),
    async close() {
      await Promise.all([...connections].map((connection) => connection.close()));
      upgrades.close();
    },
  };
}
