import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { checkOrchestrator, checkPort } from "./check-server.ts";

let server: Server | undefined;
afterEach(() => {
  server?.close();
  server?.closeAllConnections();
});
const { signal } = new AbortController();

async function listen(handle: (request: IncomingMessage, response: ServerResponse) => void): Promise<number> {
  server = createServer(handle).listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

const health = (status: string): string =>
  JSON.stringify({
    status,
    version: "1.2.3",
    uptimeSeconds: 1,
    database: status === "ok" ? "up" : "down",
    migrations: "done",
    at: "2026-01-01T00:00:00Z",
  });

describe("checkPort", { timeout: 20_000 }, () => {
  test("tells an orchestrator from another program", async () => {
    const port = await listen((_request, response) => response.end(health("ok")));
    const ours = await checkPort("127.0.0.1", port);
    server?.close();
    server?.closeAllConnections();
    const foreign = await checkPort("127.0.0.1", await listen((_request, response) => response.end("hello")));

    expect([ours.status, foreign.status]).toEqual(["ok", "fail"]);
  });

  test("an address that is not of this machine is refused", async () => {
    expect(await checkPort("192.0.2.1", 8_000)).toMatchObject({ status: "fail" });
  });
});

describe("checkOrchestrator", { timeout: 20_000 }, () => {
  test("warns when nobody answers", async () => {
    const port = await listen(() => undefined);
    server?.close();

    expect(await checkOrchestrator({ url: `http://127.0.0.1:${port}`, key: "k" }, signal)).toMatchObject({
      status: "warn",
      remedy: expect.stringContaining("casare start"),
    });
  });

  test("fails when the orchestrator has no database", async () => {
    const port = await listen((_request, response) => response.end(health("unavailable")));

    expect(await checkOrchestrator({ url: `http://127.0.0.1:${port}`, key: "k" }, signal)).toMatchObject({
      status: "fail",
      detail: expect.stringContaining("database down"),
    });
  });

  test("fails when the key is refused", async () => {
    const refusal = {
      type: "about:blank",
      title: "Unauthorized",
      status: 401,
      detail: "no",
      code: "AUTH_INVALID",
      requestId: "r",
      retryable: false,
    };
    const port = await listen((request, response) => {
      if (request.url === "/health") return response.end(health("ok"));
      response.writeHead(401, { "content-type": "application/problem+json" });
      return response.end(JSON.stringify(refusal));
    });

    expect(await checkOrchestrator({ url: `http://127.0.0.1:${port}`, key: "k" }, signal)).toMatchObject({
      status: "fail",
      remedy: expect.stringContaining("CASARE_API_KEY"),
    });
  });
});
