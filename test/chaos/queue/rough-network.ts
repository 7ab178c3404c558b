/** A TCP proxy on loopback through which everything reaches the server, and which behaves like a bad network. */
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** One connection through the proxy. `up` is from the client to the server. */
export interface Link {
  /** Both ends get a reset. */
  cut(): void;
  /** Lets nothing through any more, and tells nobody. */
  freeze(direction: Direction): void;
  thaw(): void;
}

export type Direction = "both" | "up" | "down";

export interface RoughNetwork {
  readonly port: number;
  /** Open connections, the oldest first. */
  links(): readonly Link[];
  /** New connections are broken off until it is called with false. */
  refuse(isRefusing: boolean): void;
  /** Everything arrives this much later, in both directions; 0 ends it. */
  delay(ms: number): void;
  /** Ends whatever is wrong; what was frozen is cut. */
  calm(): void;
  close(): Promise<void>;
}

/** @param targetPort of 127.0.0.1; need not be open all the time. */
export async function openRoughNetwork(targetPort: number): Promise<RoughNetwork> {
  const links = new Set<OpenLink>();
  const weather = { delayMs: 0, isRefusing: false };

  const server = createServer({ noDelay: true }, (client) => {
    client.on("error", () => undefined);
    if (weather.isRefusing) {
      breakOff(client);
      return;
    }
    const link = openLink(
      client,
      connect({ port: targetPort, host: "127.0.0.1", noDelay: true }),
      () => weather.delayMs,
    );
    links.add(link);
    void link.ended.then(() => links.delete(link));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");

  return {
    port: (server.address() as AddressInfo).port,
    links: () => [...links],
    refuse(isRefusing) {
      weather.isRefusing = isRefusing;
    },
    delay(ms) {
      weather.delayMs = ms;
    },
    calm() {
      weather.isRefusing = false;
      weather.delayMs = 0;
      for (const link of links) if (link.isFrozen()) link.cut();
    },
    async close() {
      for (const link of links) link.cut();
      server.close();
      await once(server, "close");
    },
  };
}

interface OpenLink extends Link {
  isFrozen(): boolean;
  readonly ended: Promise<unknown>;
}

function openLink(client: Socket, upstream: Socket, delayMs: () => number): OpenLink {
  const up = openPipe(client, upstream, delayMs);
  const down = openPipe(upstream, client, delayMs);
  const cut = (): void => {
    up.end();
    down.end();
    breakOff(client);
    breakOff(upstream);
  };
  for (const socket of [client, upstream]) {
    // The other end learns of an error by the cut that follows.
    socket.on("error", cut);
  }
  return {
    cut,
    freeze(direction) {
      if (direction !== "down") up.setFrozen(true);
      if (direction !== "up") down.setFrozen(true);
    },
    thaw() {
      up.setFrozen(false);
      down.setFrozen(false);
    },
    isFrozen: () => up.isFrozen() || down.isFrozen(),
    ended: Promise.all([closed(client), closed(upstream)]),
  };
}

/** With a reset, if that can be: one that is half closed already keeps its handle for ever after it (Node 20). */
function breakOff(socket: Socket): void {
  if (socket.readyState === "open") socket.resetAndDestroy();
  else socket.destroy();
}

function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    socket.once("close", () => resolve());
  });
}

interface Pipe {
  setFrozen(isFrozen: boolean): void;
  isFrozen(): boolean;
  end(): void;
}

/** One direction: chunks in order, each after its delay; a frozen one reads nothing, so that the sender's buffers fill. */
function openPipe(from: Socket, to: Socket, delayMs: () => number): Pipe {
  const waiting: { readonly chunk: Buffer | undefined; readonly dueMs: number }[] = [];
  let isFrozen = false;
  let hasEnded = false;
  let timer: NodeJS.Timeout | undefined;

  function pump(): void {
    timer = undefined;
    for (;;) {
      const next = waiting[0];
      if (next === undefined || isFrozen || hasEnded) return;
      const leftMs = next.dueMs - performance.now();
      if (leftMs > 0) {
        timer = setTimeout(pump, leftMs);
        return;
      }
      waiting.shift();
      if (next.chunk === undefined) to.end();
      else if (!to.write(next.chunk)) {
        from.pause();
        to.once("drain", () => {
          if (!isFrozen) from.resume();
        });
      }
    }
  }

  function accept(chunk: Buffer | undefined): void {
    const lastMs = waiting.at(-1)?.dueMs ?? 0;
    waiting.push({ chunk, dueMs: Math.max(lastMs, performance.now() + delayMs()) });
    if (timer === undefined) pump();
  }

  from.on("data", (chunk: Buffer) => accept(chunk));
  from.on("end", () => accept(undefined));
  return {
    setFrozen(frozen) {
      isFrozen = frozen;
      if (frozen) from.pause();
      else {
        from.resume();
        if (timer === undefined) pump();
      }
    },
    isFrozen: () => isFrozen,
    end() {
      hasEnded = true;
      clearTimeout(timer);
    },
  };
}
