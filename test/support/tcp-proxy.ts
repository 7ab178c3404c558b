import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** A way between two ends on loopback that can be broken: what a bad network does to a connection. */
export interface TcpProxy {
  readonly port: number;
  /** Breaks all connections; new ones are possible. */
  cut(): void;
  /** Breaks all connections and refuses new ones until `mend()`. */
  sever(): void;
  /** Keeps connections open but lets nothing through in either direction: a half-open connection. */
  freeze(): void;
  /** Ends `sever()` and `freeze()`; what was held back goes through. */
  mend(): void;
  /** Connections opened so far. */
  readonly accepted: number;
  close(): Promise<void>;
}

/** Opens a proxy in front of a port of this machine; the caller closes it. */
export async function openTcpProxy(targetPort: number): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  let severed = false;
  let frozen = false;
  let accepted = 0;

  function join(from: Socket, to: Socket): void {
    sockets.add(from);
    from.on("data", (chunk) => to.write(chunk));
    from.on("error", () => to.destroy());
    from.on("close", () => {
      sockets.delete(from);
      to.destroy();
    });
    if (frozen) from.pause();
  }

  const server = createServer((client) => {
    accepted += 1;
    if (severed) {
      client.destroy();
      return;
    }
    const upstream = connect(targetPort, "127.0.0.1");
    join(client, upstream);
    join(upstream, client);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");

  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    cut,
    sever() {
      severed = true;
      cut();
    },
    freeze() {
      frozen = true;
      for (const socket of sockets) socket.pause();
    },
    mend() {
      severed = false;
      frozen = false;
      for (const socket of sockets) socket.resume();
    },
    get accepted() {
      return accepted;
    },
    async close() {
      cut();
      server.close();
      await once(server, "close");
    },
  };
}
