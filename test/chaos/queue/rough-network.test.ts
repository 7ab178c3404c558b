import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { openRoughNetwork, type RoughNetwork } from "./rough-network.ts";

/** Long enough for what would arrive to arrive. */
const QUIET_MS = 50;

function expectSoon(read: () => unknown, value: unknown): Promise<void> {
  return vi.waitFor(() => expect(read()).toEqual(value), { timeout: 5_000, interval: 5 });
}

describe("openRoughNetwork", () => {
  let server: Server;
  let network: RoughNetwork;
  const clients: Socket[] = [];
  const served: Socket[] = [];

  beforeEach(async () => {
    // Sends everything back.
    server = createServer((socket) => {
      served.push(socket);
      socket.on("error", () => undefined);
      socket.pipe(socket);
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    network = await openRoughNetwork((server.address() as AddressInfo).port);
  });
  afterEach(async () => {
    for (const socket of [...clients.splice(0), ...served.splice(0)]) socket.destroy();
    await network.close();
    server.close();
    await once(server, "close");
  });

  async function open(): Promise<{
    readonly socket: Socket;
    readonly received: () => string;
    readonly closed: Promise<unknown>;
  }> {
    const socket = connect(network.port, "127.0.0.1");
    clients.push(socket);
    let text = "";
    socket.on("error", () => undefined);
    socket.on("data", (chunk: Buffer) => (text += chunk.toString()));
    const closed = new Promise((resolve) => socket.once("close", resolve));
    await once(socket, "connect");
    return { socket, received: () => text, closed };
  }

  test("passes on what is sent, in order and in both directions", async () => {
    const { socket, received } = await open();
    const text = Array.from({ length: 20_000 }, (_, n) => `line ${n}\n`).join("");

    socket.write(text);

    await expectSoon(received, text);
  });

  test("ends a connection at both ends when one end ends it", async () => {
    const { socket, closed } = await open();
    await expectSoon(() => served.length, 1);

    socket.end();

    await closed;
    await expectSoon(() => network.links().length, 0);
    await expectSoon(() => served[0]?.destroyed, true);
  });

  test("cuts a connection at both ends", async () => {
    const { closed } = await open();
    await expectSoon(() => served.length, 1);

    for (const link of network.links()) link.cut();

    await closed;
    await expectSoon(() => served[0]?.destroyed, true);
  });

  test.each(["both", "up", "down"] as const)(
    "freezes a connection %s, tells nobody, and thaws it",
    async (direction) => {
      const { socket, received } = await open();
      socket.write("a");
      await expectSoon(received, "a");

      for (const link of network.links()) link.freeze(direction);
      socket.write("b");
      await expect(vi.waitFor(() => expect(received()).toBe("ab"), { timeout: QUIET_MS })).rejects.toThrow(
        "expected 'a' to be 'ab'",
      );
      expect(socket.destroyed).toBe(false);
      for (const link of network.links()) link.thaw();

      await expectSoon(received, "ab");
    },
  );

  test("cuts what is frozen when it calms down", async () => {
    const { closed } = await open();
    const other = await open();
    await expectSoon(() => network.links().length, 2);
    network.links()[0]?.freeze("both");
    network.delay(10_000);
    network.refuse(true);

    network.calm();

    await closed;
    other.socket.write("a");
    await expectSoon(other.received, "a");
    await open();
  });

  test("delays what is sent", async () => {
    const { socket, received } = await open();
    await expectSoon(() => network.links().length, 1);
    network.delay(40);

    const sentMs = performance.now();
    socket.write("a");
    await expectSoon(received, "a");

    // There and back; timers may be a millisecond early.
    expect(performance.now() - sentMs).toBeGreaterThanOrEqual(75);
  });

  test("refuses new connections and keeps the old ones", async () => {
    const old = await open();
    network.refuse(true);
    const late = connect(network.port, "127.0.0.1");
    late.on("error", () => undefined);
    await new Promise((resolve) => late.once("close", resolve));
    old.socket.write("a");

    await expectSoon(old.received, "a");
  });

  test("breaks connections off while nothing listens behind it", async () => {
    const nowhere = await openRoughNetwork(1);
    const socket = connect(nowhere.port, "127.0.0.1");
    socket.on("error", () => undefined);

    await new Promise((resolve) => socket.once("close", resolve));
    await nowhere.close();

    expect(nowhere.links()).toEqual([]);
  });
});
