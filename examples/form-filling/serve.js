/** The example's web site: static files on a loopback port. Plain JavaScript, so that it runs from the package as it is. */
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";

/** Path → file and type; nothing else is served. */
const FILES = {
  "/": ["site/index.html", "text/html; charset=utf-8"],
  "/style.css": ["site/style.css", "text/css; charset=utf-8"],
  "/app.js": ["site/app.js", "text/javascript; charset=utf-8"],
  "/people.csv": ["people.csv", "text/csv; charset=utf-8"],
};

const HEADERS = {
  "cache-control": "no-store",
  "content-security-policy": "default-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'",
  "x-content-type-options": "nosniff",
};

/**
 * Serves the site until it is closed.
 *
 * @param {{ port?: number, host?: string }} [options] `port` 0 (the default) takes a free one; `host` defaults to 127.0.0.1.
 * @returns {Promise<{ url: string, close: () => Promise<void> }>} `url` ends with a slash. Rejects when the port is taken.
 */
export async function startSite({ port = 0, host = "127.0.0.1" } = {}) {
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  server.listen(port, host);
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the site has no port");
  return {
    url: `http://${host}:${address.port}/`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

/**
 * @param {import("node:http").IncomingMessage} request
 * @param {import("node:http").ServerResponse} response
 */
async function answer(request, response) {
  const path = (request.url ?? "/").split("?")[0] ?? "/";
  const entry = Object.entries(FILES).find(([known]) => known === path)?.[1];
  if (entry === undefined || (request.method !== "GET" && request.method !== "HEAD")) {
    response.writeHead(entry === undefined ? 404 : 405, { ...HEADERS, "content-type": "text/plain; charset=utf-8" });
    response.end(entry === undefined ? "There is no such page.\n" : "Only GET is answered.\n");
    return;
  }
  const [file, type] = entry;
  const body = await readFile(new URL(file, import.meta.url));
  response.writeHead(200, { ...HEADERS, "content-type": type, "content-length": body.length });
  response.end(request.method === "HEAD" ? undefined : body);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const site = await startSite({ port: Number(process.argv[2] ?? 8080) });
  process.stdout.write(`The form waits at ${site.url} (stop with Ctrl+C)\n`);
}
