import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type AddressInfo, createServer as createTcpServer, type Server as TcpServer } from "node:net";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, test } from "vitest";
import { createHttpClient } from "./create-http-client.ts";

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

const servers: (Server | TcpServer)[] = [];
afterEach(async () => {
  await Promise.all(
    servers.splice(0).map((server) => {
      if ("closeAllConnections" in server) server.closeAllConnections();
      return new Promise((resolve) => {
        server.close(resolve);
      });
    }),
  );
});

async function listen(server: Server | TcpServer): Promise<string> {
  servers.push(server);
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const serve = (handler: Handler) => listen(createServer(handler));

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

/** Answers with what it was asked. */
const echo: Handler = (request, response) => {
  void answerWithEcho(request, response);
};

async function answerWithEcho(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await bodyOf(request);
  response.end(JSON.stringify({ method: request.method, url: request.url, headers: request.headers, body }));
}

const unavailable: Handler = (_, response) => void response.writeHead(503).end();

interface Echo {
  method: string;
  url: string;
  headers: Record<string, string | undefined>;
  body: string;
}
const asEcho = (body: Uint8Array) => JSON.parse(Buffer.from(body).toString()) as Echo;

const client = createHttpClient();
const get = (url: string, more = {}) => client.send({ method: "GET", url, ...more });

describe("a request", () => {
  test("arrives with method, headers and body; the answer comes back whole", async () => {
    const url = await serve(echo);

    const response = await client.send({
      method: "post",
      url: `${url}/path?q=1#fragment`,
      headers: { "Content-Type": "application/json", "X-Trace": "7" },
      body: '{"a":1}',
    });

    expect(asEcho(response.body)).toMatchObject({
      method: "POST",
      url: "/path?q=1",
      headers: { "content-type": "application/json", "x-trace": "7", "user-agent": "casare-rpa" },
      body: '{"a":1}',
    });
    expect(response).toMatchObject({ status: 200, url: `${url}/path?q=1` });
  });

  test("sends bytes as they are", async () => {
    const url = await serve((request, response) => void request.pipe(response));
    const bytes = Uint8Array.from([0, 255, 128]);

    const response = await client.send({ method: "PUT", url, body: bytes });

    expect([...response.body]).toEqual([...bytes]);
  });

  test("any status is an answer", async () => {
    const url = await serve((_, response) => void response.writeHead(418).end("no coffee"));

    expect(await get(url)).toMatchObject({ status: 418, body: Buffer.from("no coffee") });
  });

  test("user and password of the URL become an Authorization header", async () => {
    const url = await serve(echo);

    const response = await get(url.replace("://", "://me:p%40ss@"));

    expect(asEcho(response.body).headers["authorization"]).toBe(`Basic ${Buffer.from("me:p@ss").toString("base64")}`);
    expect(response.url).toBe(`${url}/`);
  });

  test("keeps several cookies apart", async () => {
    const cookies = ["a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT", "b=2"];
    const url = await serve((_, response) => void response.setHeader("Set-Cookie", cookies).end());

    expect((await get(url)).headers["set-cookie"]?.split("\n")).toEqual(cookies);
  });
});

describe("failures have a code of their own", () => {
  test.each([
    { url: "not a url", code: "HTTP_URL_INVALID" },
    { url: "/relative", code: "HTTP_URL_INVALID" },
    { url: "ftp://host/file", code: "HTTP_URL_INVALID" },
    { url: "file:///etc/passwd", code: "HTTP_URL_INVALID" },
    { url: "http://127.0.0.1:9/", code: "HTTP_REQUEST_INVALID" },
    { url: "http://nowhere.invalid/", code: "HTTP_DNS_FAILED" },
  ])("$url is $code", async ({ url, code }) => {
    await expect(get(url)).rejects.toMatchObject({ code });
  });

  test("nothing listens", async () => {
    const server = createTcpServer();
    const url = await listen(server);
    servers.splice(0);
    await new Promise((resolve) => {
      server.close(resolve);
    });

    await expect(get(url)).rejects.toMatchObject({ code: "HTTP_REFUSED", retryable: true });
  });

  test("no TLS where TLS was asked for", async () => {
    const url = await serve(echo);

    await expect(get(url.replace("http:", "https:"))).rejects.toMatchObject({ code: "HTTP_TLS_FAILED" });
  });

  test("the connection is cut before or within the answer", async () => {
    const before = await serve((request) => request.socket.destroy());
    const within = await serve((_, response) => {
      response.writeHead(200, { "content-length": "100" }).write("half", () => response.destroy());
    });

    await expect(get(before)).rejects.toMatchObject({ code: "HTTP_CONNECTION_LOST" });
    await expect(get(within)).rejects.toMatchObject({ code: "HTTP_CONNECTION_LOST" });
  });

  test("what answers does not speak HTTP", async () => {
    const url = await listen(createTcpServer((socket) => socket.resume().end("SSH-2.0-OpenSSH\r\n")));

    await expect(get(url)).rejects.toMatchObject({ code: "HTTP_RESPONSE_INVALID" });
  });

  test.each([
    { name: "a body where none may be", request: { method: "GET", body: "x" } },
    { name: "a header with a line end", request: { method: "GET", headers: { "X-Secret": "hunter2\r\nX-Other: 1" } } },
    { name: "a header name with a space", request: { method: "GET", headers: { "X Secret": "hunter2" } } },
    { name: "a method that is no token", request: { method: "GE T" } },
    { name: "a method that the runtime refuses", request: { method: "TRACE" } },
    { name: "a header of the connection", request: { method: "GET", headers: { connection: "hunter2" } } },
  ])("$name", async ({ request }) => {
    const url = await serve(echo);

    const error: unknown = await client.send({ url, ...request }).catch((caught: unknown) => caught);

    expect(error).toMatchObject({ code: "HTTP_REQUEST_INVALID" });
    expect(JSON.stringify([error, String(error), String((error as Error).cause)])).not.toContain("hunter2");
  });

  test("messages never hold the URL's credentials, path or query", async () => {
    const url = "http://me:hunter2@nowhere.invalid/bot-hunter2/send?token=hunter2";

    const error: unknown = await get(url).catch((caught: unknown) => caught);

    expect(error).toMatchObject({ message: expect.stringContaining("GET http://nowhere.invalid") });
    expect(JSON.stringify([error, String(error), String((error as Error).cause)])).not.toContain("hunter2");
  });
});

describe("limits", () => {
  test("the deadline covers the head and the body", async () => {
    const noHead = await serve(() => undefined);
    const slowBody = await serve((_, response) => void response.writeHead(200).write("start"));

    await expect(get(noHead, { timeoutMs: 50 })).rejects.toMatchObject({ code: "HTTP_TIMED_OUT", retryable: true });
    await expect(get(slowBody, { timeoutMs: 100 })).rejects.toMatchObject({
      code: "HTTP_TIMED_OUT",
      details: { timeoutMs: 100 },
    });
  });

  test("the caller can abort, before and while it runs", async () => {
    const arrived: (() => void)[] = [];
    const url = await serve(() => arrived.shift()?.());
    const controller = new AbortController();
    const outcome = get(url, { signal: controller.signal }).catch((error: unknown) => error);
    await new Promise<void>((resolve) => {
      arrived.push(resolve);
    });

    controller.abort();

    expect(await outcome).toMatchObject({ code: "HTTP_ABORTED" });
    await expect(get(url, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: "HTTP_ABORTED" });
  });

  test("an endless answer is stopped at the limit, and the connection with it", async () => {
    const closed = { count: 0 };
    const url = await serve((_, response) => {
      response.writeHead(200);
      const write = (): void => {
        while (!response.destroyed && response.write("x".repeat(65_536)));
      };
      response.on("drain", write);
      response.on("close", () => closed.count++);
      write();
    });

    await expect(get(url, { maxResponseBytes: 1_000_000 })).rejects.toMatchObject({
      code: "HTTP_RESPONSE_TOO_LARGE",
      details: { maxBytes: 1_000_000 },
    });
    await expect.poll(() => closed.count, { timeout: 5_000 }).toBe(1);
  });

  test("a small answer that unpacks to a large one counts as large", async () => {
    const bomb = gzipSync(Buffer.alloc(5_000_000));
    const url = await serve((_, response) => void response.writeHead(200, { "content-encoding": "gzip" }).end(bomb));

    await expect(get(url, { maxResponseBytes: 1_000_000 })).rejects.toMatchObject({ code: "HTTP_RESPONSE_TOO_LARGE" });
    expect((await get(url)).body).toHaveLength(5_000_000);
  });

  test("an answer of exactly the limit passes", async () => {
    const url = await serve((_, response) => void response.end("12345"));

    expect((await get(url, { maxResponseBytes: 5 })).body).toHaveLength(5);
  });
});

describe("redirects", () => {
  test("are followed, and the last URL is told", async () => {
    const url = await serve((request, response) => {
      if (request.url === "/start") response.writeHead(302, { location: "next" }).end("moved");
      else echo(request, response);
    });

    const response = await get(`${url}/start`);

    expect(response.url).toBe(`${url}/next`);
    expect(asEcho(response.body).url).toBe("/next");
  });

  test("are answers when nobody wants them followed, and when they lead nowhere", async () => {
    const url = await serve((request, response) => {
      response.writeHead(request.url === "/304" ? 304 : 302, request.url === "/to" ? { location: "/x" } : {}).end();
    });

    expect(await get(`${url}/to`, { followRedirects: false })).toMatchObject({
      status: 302,
      headers: { location: "/x" },
    });
    expect(await get(`${url}/nowhere`)).toMatchObject({ status: 302 });
    expect(await get(`${url}/304`)).toMatchObject({ status: 304 });
  });

  test("to another origin lose credentials, to the same one they keep them", async () => {
    const other = await serve(echo);
    const url = await serve((request, response) => {
      if (request.url === "/other") response.writeHead(307, { location: `${other}/` }).end();
      else if (request.url === "/same") response.writeHead(307, { location: "/" }).end();
      else echo(request, response);
    });
    const headers = { Authorization: "Bearer t", Cookie: "a=1", "X-Kept": "yes" };

    const away = asEcho((await get(`${url}/other`, { headers })).body).headers;
    const stayed = asEcho((await get(`${url}/same`, { headers })).body).headers;

    expect([away["authorization"], away["cookie"], away["x-kept"]]).toEqual([undefined, undefined, "yes"]);
    expect([stayed["authorization"], stayed["cookie"]]).toEqual(["Bearer t", "a=1"]);
  });

  test.each([
    { status: 301, method: "POST", becomes: "GET", body: "" },
    { status: 302, method: "POST", becomes: "GET", body: "" },
    { status: 302, method: "PUT", becomes: "PUT", body: "data" },
    { status: 303, method: "PUT", becomes: "GET", body: "" },
    { status: 307, method: "POST", becomes: "POST", body: "data" },
    { status: 308, method: "POST", becomes: "POST", body: "data" },
  ])("$status turns $method into $becomes", async ({ status, method, becomes, body }) => {
    const url = await serve((request, response) => {
      if (request.url === "/") return echo(request, response);
      request.resume().on("end", () => response.writeHead(status, { location: "/" }).end());
    });
    const headers = { "content-type": "text/plain" };

    const arrived = asEcho((await client.send({ method, url: `${url}/x`, headers, body: "data" })).body);

    expect([arrived.method, arrived.body]).toEqual([becomes, body]);
    expect(arrived.headers["content-type"]).toBe(body === "" ? undefined : "text/plain");
  });

  test("in a circle end, and those to a file are refused", async () => {
    const url = await serve((request, response) => {
      response.writeHead(302, { location: request.url === "/file" ? "file:///etc/passwd" : "/again" }).end();
    });

    await expect(get(url)).rejects.toMatchObject({ code: "HTTP_TOO_MANY_REDIRECTS" });
    await expect(get(`${url}/file`)).rejects.toMatchObject({ code: "HTTP_URL_INVALID" });
  });
});

describe("retries", () => {
  /** Fails so often, then answers with the number of tries. */
  async function flaky(failures: number, fail: Handler): Promise<string> {
    let tries = 0;
    return serve((request, response) => {
      tries++;
      if (tries <= failures) fail(request, response);
      else response.end(String(tries));
    });
  }

  test("happen only when asked for", async () => {
    expect(await get(await flaky(1, unavailable))).toMatchObject({ status: 503 });
  });

  test.each([
    { name: "503", fail: unavailable },
    {
      name: "429 with Retry-After",
      fail: ((_, response) => void response.writeHead(429, { "retry-after": "0" }).end()) as Handler,
    },
    { name: "a cut connection", fail: ((request) => request.socket.destroy()) as Handler },
  ])("after $name", async ({ fail }) => {
    const response = await get(await flaky(2, fail), { retries: 2, retryDelayMs: 1 });

    expect(Buffer.from(response.body).toString()).toBe("3");
  });

  test("end with the last answer or failure when all tries are used", async () => {
    expect(await get(await flaky(9, unavailable), { retries: 2, retryDelayMs: 1 })).toMatchObject({ status: 503 });
    const cut = await flaky(9, (request) => request.socket.destroy());
    await expect(get(cut, { retries: 2, retryDelayMs: 1 })).rejects.toMatchObject({ code: "HTTP_CONNECTION_LOST" });
  });

  test("are not for answers that say no", async () => {
    const url = await flaky(1, (_, response) => void response.writeHead(500).end());

    expect(await get(url, { retries: 3, retryDelayMs: 1 })).toMatchObject({ status: 500 });
  });

  test("never wait past the deadline: the answer that is there is better", async () => {
    const url = await flaky(1, (_, response) => void response.writeHead(503, { "retry-after": "3600" }).end());

    expect(await get(url, { retries: 1, timeoutMs: 2_000 })).toMatchObject({ status: 503 });
  });
});
