import { once } from "node:events";
import { createServer, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createUpgradeRouter, refuseUpgrade, type UpgradeRouter } from "./upgrade-router.ts";

let server: Server;
let router: UpgradeRouter;
beforeEach(async () => {
  server = createServer();
  router = createUpgradeRouter(server);
  router.mount("/known", (_request, socket) => refuseUpgrade(socket, "418 Teapot", { "x-who": "known" }));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
});
afterEach(() => server.close());

async function upgrade(path: string): Promise<{ status: number | undefined; who: unknown }> {
  const { port } = server.address() as AddressInfo;
  const sent = request({ port, path, host: "127.0.0.1", headers: { connection: "Upgrade", upgrade: "websocket" } });
  sent.end();
  const [response] = await once(sent, "response");
  response.resume();
  return { status: response.statusCode, who: response.headers["x-who"] };
}

test("an upgrade goes to the handler of its path, whatever its query", async () => {
  expect(await upgrade("/known")).toEqual({ status: 418, who: "known" });
  expect(await upgrade("/known?a=b")).toEqual({ status: 418, who: "known" });
});

test("an upgrade of a path that nobody mounted is answered with 404", async () => {
  for (const path of ["/unknown", "/known/more", "/"]) expect((await upgrade(path)).status).toBe(404);
});

test("a closed router refuses", async () => {
  router.close();

  expect((await upgrade("/known")).status).toBe(503);
});
