import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readChunks } from "./read-chunks.ts";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

let server: Server;
let url: string;
beforeAll(async () => {
  server = createServer((request, response) => {
    response.write("first");
    // Anything but /short stays silent from here on.
    if (request.url === "/short") response.end("last");
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const open = (path: string, signal: AbortSignal): Promise<Response> => fetch(url + path, { signal });

describe("readChunks", () => {
  test("gives all chunks up to the end", async () => {
    const { signal } = new AbortController();
    const texts: string[] = [];
    for await (const chunk of readChunks(await open("/short", signal), signal))
      texts.push(Buffer.from(chunk).toString());

    expect(texts.join("")).toBe("firstlast");
  });

  test("ends a silent stream when its signal aborts, whatever the garbage collector has taken", async () => {
    const stop = new AbortController();
    const chunks = readChunks(await open("/silent", stop.signal), stop.signal);
    await chunks.next();
    const waiting = chunks.next();
    for (let round = 0; round < 10; round++) {
      collectGarbage();
      await new Promise((resolve) => setImmediate(resolve));
    }

    stop.abort();
    const outcome = await waiting.then(
      ({ done }) => done,
      // Where fetch has kept its signal, the body breaks off with the abort.
      () => true,
    );

    expect(outcome).toBe(true);
  });
});
