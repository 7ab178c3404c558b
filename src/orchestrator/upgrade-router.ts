import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";

/** Takes over a connection that asked for an upgrade; what `http.Server` hands to its "upgrade" listeners. */
export type UpgradeHandler = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

/** The one place that decides which WebSocket endpoint an upgrade goes to. */
export interface UpgradeRouter {
  /** From now on upgrades to exactly this path (without query) go to the handler. */
  mount(path: string, handler: UpgradeHandler): void;
  /** Refuses further upgrades with 503. */
  close(): void;
}

/** Listens for upgrades of the server; a path that nobody mounted is answered with 404. */
export function createUpgradeRouter(server: Server): UpgradeRouter {
  const handlers = new Map<string, UpgradeHandler>();
  let isClosed = false;

  server.on("upgrade", (request, socket, head) => {
    // Without a listener, a peer that goes away meanwhile would end this process (Node's rule for "error").
    socket.on("error", () => socket.destroy());
    if (isClosed) return refuseUpgrade(socket, "503 Service Unavailable");
    const path = (request.url ?? "/").replace(/\?.*$/s, "");
    const handler = handlers.get(path);
    if (!handler) return refuseUpgrade(socket, "404 Not Found");
    return handler(request, socket, head);
  });

  return {
    mount(path, handler) {
      handlers.set(path, handler);
    },
    close() {
      isClosed = true;
    },
  };
}

/** Answers an upgrade with plain HTTP and ends the connection. @param status "401 Unauthorized". */
export function refuseUpgrade(socket: Duplex, status: string, headers: Readonly<Record<string, string>> = {}): void {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status}\r\n${lines.join("")}Connection: close\r\nContent-Length: 0\r\n\r\n`);
}
