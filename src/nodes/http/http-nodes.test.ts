import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { JsonValue } from "../../core/json.ts";
import { createHttpClient } from "../../http/index.ts";
import { type NodeTestResult, runNode } from "../testing.ts";
import { buildUrlNode } from "./build-url.ts";
import { httpAuthNode } from "./http-auth.ts";
import { httpRequestNode } from "./http-request.ts";
import { parseJsonResponseNode } from "./parse-json-response.ts";
import { setHttpHeadersNode } from "./set-http-headers.ts";

let server: Server;
let origin: string;
let failures = 0;

/** Answers with what it was asked, or as the path says. */
const ANSWERS: Readonly<
  Record<string, (body: string, request: IncomingMessage) => [number, Record<string, string>, string | Buffer]>
> = {
  "/echo": (body, { method, url, headers }) => [
    200,
    { "content-type": "application/json; charset=utf-8" },
    JSON.stringify({ method, url, headers, body }),
  ],
  "/missing": () => [404, { "content-type": "text/plain" }, "nothing here"],
  "/latin": () => [200, { "content-type": "text/plain; charset=ISO-8859-1" }, Buffer.from([0xe9])],
  "/odd": () => [200, { "content-type": "text/plain; charset=klingon" }, "é"],
  "/broken": () => [200, { "content-type": "application/json" }, "{"],
  "/big": () => [200, { "content-type": "application/vnd.api+json" }, '{"id": 12345678901234567890}'],
  "/away": () => [302, { location: "/echo" }, ""],
  "/flaky": () => (failures++ === 0 ? [503, { "retry-after": "0" }, ""] : [200, {}, "recovered"]),
  "/never": () => [200, {}, ""],
};

beforeAll(async () => {
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const pathname = new URL(request.url ?? "/", "http://x").pathname;
      // Never answered, so that only a deadline or a cancellation ends it.
      if (pathname === "/never") return;
      const [status, headers, body] = ANSWERS[pathname]?.(Buffer.concat(chunks).toString(), request) ?? [500, {}, ""];
      response.writeHead(status, headers).end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

function send(
  path: string,
  config: Readonly<Record<string, JsonValue>> = {},
  signal?: AbortSignal,
): Promise<NodeTestResult> {
  const http = createHttpClient();
  return runNode(
    httpRequestNode,
    { url: origin + path, ...config },
    { http, ...(signal === undefined ? {} : { signal }) },
  );
}

interface Echo {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

async function echo(config: Readonly<Record<string, JsonValue>>, path = "/echo"): Promise<Echo> {
  return (await send(path, config)).outputs["response_json"] as unknown as Echo;
}

describe("HttpRequestNode", () => {
  test("gives out what the server answered", async () => {
    const { outputs } = await send("/echo?a=1", { params: { b: ["x y", 2], c: null } });

    expect(outputs).toMatchObject({
      status_code: 200,
      success: true,
      error: "",
      response_headers: { "content-type": "application/json; charset=utf-8" },
      response_json: { method: "GET", url: "/echo?a=1&b=x+y&b=2", body: "" },
    });
    expect(outputs["response_body"]).toBe(JSON.stringify(outputs["response_json"]));
  });

  test("an answer that is not 2xx is a success of the node with success false", async () => {
    const { outputs } = await send("/missing");

    expect(outputs).toMatchObject({
      status_code: 404,
      success: false,
      error: "HTTP 404",
      response_body: "nothing here",
      response_json: null,
    });
  });

  test.each<[Record<string, JsonValue>, string, string]>([
    [{ body: { a: [1, "é"] } }, '{"a":[1,"é"]}', "application/json"],
    [{ body: "plain" }, "plain", "application/json"],
    [
      { body: { a: 1, b: ["x&y"] }, content_type: "application/x-www-form-urlencoded" },
      "a=1&b=x%26y",
      "application/x-www-form-urlencoded",
    ],
    [{ body: "<a/>", headers: { "content-TYPE": "text/xml" } }, "<a/>", "text/xml"],
    [{ body: 7 }, "7", "application/json"],
  ])("sends the body %j", async (config, body, type) => {
    const heard = await echo({ method: "post", ...config });

    expect(heard).toMatchObject({ method: "POST", body });
    expect(heard.headers["content-type"]).toBe(type);
  });

  test("sends no body and no content type when there is none", async () => {
    const heard = await echo({ method: "DELETE", body: "", headers: { "X-Count": 3, "X-None": null } });

    expect(heard.headers).toMatchObject({ "x-count": "3" });
    expect(heard.headers["content-type"]).toBeUndefined();
    expect(heard.headers["x-none"]).toBeUndefined();
  });

  test("reads the encoding the server names, or the one it is told, or UTF-8", async () => {
    expect((await send("/latin")).outputs["response_body"]).toBe("é");
    expect((await send("/latin", { response_encoding: "cp437" })).outputs["response_body"]).toBe("Θ");
    expect((await send("/odd")).outputs["response_body"]).toBe("é");
    await expect(send("/odd", { response_encoding: "klingon" })).rejects.toMatchObject({
      code: "NODE_ENCODING_UNKNOWN",
    });
  });

  test("JSON that is broken is text; large numbers are warned of", async () => {
    expect((await send("/broken")).outputs).toMatchObject({ response_body: "{", response_json: null, success: true });
    expect((await send("/big")).logs).toMatchObject([{ level: "warning" }]);
  });

  test("follows redirects unless told not to", async () => {
    expect((await send("/away")).outputs["status_code"]).toBe(200);
    expect((await send("/away", { follow_redirects: false })).outputs).toMatchObject({
      status_code: 302,
      success: false,
    });
    expect((await send("/away", { max_redirects: 0 })).outputs["status_code"]).toBe(302);
  });

  test("tries again as often as it is told", async () => {
    failures = 0;
    expect((await send("/flaky")).outputs["status_code"]).toBe(503);
    failures = 0;
    expect((await send("/flaky", { retry_count: 1, retry_delay: 0 })).outputs["response_body"]).toBe("recovered");
  });

  test("no answer in time is an error, and a cancelled run does not wait for one", async () => {
    await expect(send("/never", { timeout: 0.05 })).rejects.toMatchObject({ code: "HTTP_TIMED_OUT" });
    const controller = new AbortController();
    const request = send("/never", {}, controller.signal);
    controller.abort(new Error("cancelled"));
    await expect(request).rejects.toMatchObject({ code: "HTTP_ABORTED" });
  });

  test.each<[Record<string, JsonValue>, string]>([
    [{ verify_ssl: false }, "NODE_EXTRA_CA_CERTS"],
    [{ proxy: "http://proxy" }, "proxy"],
    [{ method: "BREW" }, "method"],
    [{ url: " " }, "url"],
    [{ headers: "Accept: x" }, "must be a dict"],
  ])("refuses %j", async (config, message) => {
    await expect(send("/echo", config)).rejects.toThrow(message);
  });

  test("an address that is none is an error", async () => {
    await expect(runNode(httpRequestNode, { url: "ftp://x" }, { http: createHttpClient() })).rejects.toMatchObject({
      code: "HTTP_URL_INVALID",
    });
  });
});

test("SetHttpHeadersNode merges; a later name replaces an earlier one whatever its capitals", async () => {
  const { outputs } = await runNode(setHttpHeadersNode, {
    base_headers: { accept: "text/plain", "X-A": 1 },
    headers_json: '{"Accept": "application/json", "X-Gone": null}',
    header_name: "x-a",
    header_value: "2",
  });

  expect(outputs).toEqual({ headers: { Accept: "application/json", "x-a": "2" } });
  expect((await runNode(setHttpHeadersNode, {})).outputs).toEqual({ headers: {} });
});

describe("ParseJsonResponseNode", () => {
  test.each<[Record<string, JsonValue>, Record<string, JsonValue>]>([
    [
      { json_data: { a: [{ b: 1 }] }, path: "a[0].b" },
      { value: 1, success: true, error: "" },
    ],
    [
      { json_data: '{"a": null}', path: "a" },
      { value: null, success: true, error: "" },
    ],
    [{ json_data: "[1]" }, { value: [1], success: true, error: "" }],
    [
      { json_data: {}, path: "x.y", default: 5 },
      { value: 5, success: false, error: "x.y leads nowhere" },
    ],
    [
      { json_data: {}, path: "constructor" },
      { value: "", success: false, error: "constructor leads nowhere" },
    ],
  ])("%j", async (config, outputs) => {
    expect((await runNode(parseJsonResponseNode, config)).outputs).toEqual(outputs);
  });

  test("text that is no JSON, and nothing at all, are errors", async () => {
    await expect(runNode(parseJsonResponseNode, { json_data: "<html>" })).rejects.toMatchObject({
      code: "NODE_JSON_INVALID",
    });
    await expect(runNode(parseJsonResponseNode, {})).rejects.toMatchObject({ code: "NODE_VALUE_INVALID" });
  });

  test("warns of numbers that lose digits", async () => {
    const run = await runNode(parseJsonResponseNode, { json_data: "[12345678901234567890]" });

    expect(run.logs).toMatchObject([{ level: "warning" }]);
  });
});

describe("BuildUrlNode", () => {
  test.each<[Record<string, JsonValue>, string]>([
    [{ base_url: "https://example.org" }, "https://example.org"],
    [{ base_url: "https://example.org/", path: "/a/b" }, "https://example.org/a/b"],
    [
      { base_url: "https://example.org/v1", path: "a", params: { q: "x y", n: [1, 2] } },
      "https://example.org/v1/a?q=x+y&n=1&n=2",
    ],
    [{ base_url: "https://example.org?a=%20#top", params: { b: "ä" } }, "https://example.org?a=%20&b=%C3%A4#top"],
    [{ base_url: "https://example.org?", params: { b: 1 } }, "https://example.org?b=1"],
  ])("%j is %s", async (config, url) => {
    expect((await runNode(buildUrlNode, config)).outputs).toEqual({ url });
  });

  test.each(["example.org", "ftp://example.org", "https://", "javascript:alert(1)"])("refuses %s", async (base) => {
    await expect(runNode(buildUrlNode, { base_url: base })).rejects.toMatchObject({ code: "NODE_URL_INVALID" });
  });
});

describe("HttpAuthNode", () => {
  test.each<[Record<string, JsonValue>, Record<string, string>]>([
    [{ token: "t" }, { Authorization: "Bearer t" }],
    [{ auth_type: "Basic", username: "ada", password: "pä:ss" }, { Authorization: "Basic YWRhOnDDpDpzcw==" }],
    [{ auth_type: "ApiKey", token: "k", api_key_name: "X-Key" }, { "X-Key": "k" }],
    [
      { token: "t", base_headers: { authorization: "old", "X-A": "1" } },
      { Authorization: "Bearer t", "X-A": "1" },
    ],
  ])("%j", async (config, headers) => {
    expect((await runNode(httpAuthNode, config)).outputs).toEqual({ headers });
  });

  test("asks for what it makes of name and password to be masked", async () => {
    const { secrets } = await runNode(httpAuthNode, { auth_type: "Basic", username: "ada", password: "pä:ss" });

    expect(secrets).toEqual(["YWRhOnDDpDpzcw=="]);
  });

  test.each<Record<string, JsonValue>>([
    {},
    { auth_type: "ApiKey" },
    { auth_type: "Basic", password: "x" },
    { auth_type: "Basic", username: "a:b" },
  ])("refuses %j", async (config) => {
    await expect(runNode(httpAuthNode, config)).rejects.toMatchObject({ code: "NODE_VALUE_INVALID" });
  });

  test("credentials by name are refused with what to do instead", async () => {
    await expect(runNode(httpAuthNode, { credential_name: "crm" })).rejects.toThrow(/give token/);
  });
});
