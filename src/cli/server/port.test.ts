import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { requireFreePort } from "./port.ts";

let server: Server | undefined;
afterEach(() => {
  server?.close();
  server?.closeAllConnections();
});

async function listen(answer: string): Promise<number> {
  server = createServer((_request, response) => response.end(answer)).listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

describe("requireFreePort", { timeout: 20_000 }, () => {
  test("tells that a casare holds the port", async () => {
    const port = await listen(
      JSON.stringify({
        status: "ok",
        version: "1",
        uptimeSeconds: 1,
        database: "up",
        migrations: "done",
        at: "2026-01-01T00:00:00Z",
      }),
    );

    await expect(requireFreePort("127.0.0.1", port)).rejects.toMatchObject({
      code: "CLI_PORT_IN_USE",
      details: { holder: "another casare orchestrator" },
    });
  });

  test("tells that something else holds the port", async () => {
    const port = await listen("hello");

    await expect(requireFreePort("127.0.0.1", port)).rejects.toMatchObject({ details: { holder: "another program" } });
  });

  test("is content with a free port, and with port 0", async () => {
    const port = await listen("");
    server?.close();

    await expect(requireFreePort("127.0.0.1", port)).resolves.toBeUndefined();
    await expect(requireFreePort("127.0.0.1", 0)).resolves.toBeUndefined();
  });
});
