import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";

/** A web site that counts who asks for what, and can keep a caller waiting. */
export interface CountingSite {
  readonly url: string;
  /** Times the path (query included) was asked for. */
  hits(path: string): number;
  readonly paths: readonly string[];
  /** Answers to this path are held back from now on. */
  hold(path: string): void;
  /** Held callers that are still there. */
  waiting(path: string): number;
  close(): Promise<void>;
}

/** Serves on a free port of 127.0.0.1 until it is closed. */
export async function openCountingSite(): Promise<CountingSite> {
  const paths: string[] = [];
  const held = new Set<string>();
  const waiting = new Map<string, Set<ServerResponse>>();

  function answer(request: IncomingMessage, response: ServerResponse): void {
    const path = request.url ?? "/";
    paths.push(path);
    if (!held.has(path)) {
      response.setHeader("content-type", "text/html");
      response.end("<!doctype html><title>ok</title><p>ok</p>");
      return;
    }
    const callers = waiting.get(path) ?? new Set();
    waiting.set(path, callers.add(response));
    response.on("close", () => callers.delete(response));
  }

  const server = createServer(answer).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the site has no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    paths,
    hits: (path) => paths.filter((other) => other === path).length,
    hold: (path) => held.add(path),
    waiting: (path) => waiting.get(path)?.size ?? 0,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
