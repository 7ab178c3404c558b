import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { systemClock } from "../core/clock.ts";
import { isWorthRetrying, type UploadTarget, uploadArtifact } from "./upload-artifact.ts";

interface Received {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: number;
}

let folder: string;
let server: Server;
let received: Received[];
/** What the server does with each request; "break" drops the connection. */
let answers: (readonly [status: number, code?: string] | "break")[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "casare-upload-"));
  received = [];
  answers = [];
  server = createServer((request, response) => {
    let bytes = 0;
    request.on("data", (chunk: Buffer) => {
      bytes += chunk.byteLength;
    });
    request.on("end", () => {
      received.push({ method: request.method, url: request.url, headers: request.headers, bytes });
      const answer = answers.shift() ?? [201];
      if (answer === "break") return request.socket.destroy();
      response.writeHead(answer[0], { "content-type": "application/json" });
      return response.end(JSON.stringify({ code: answer[1] ?? "" }));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
});
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true });
});

const quiet = (): void => undefined;
const id = { jobId: "7", attempt: 2, sessionId: "s 1" };
const never = new AbortController().signal;

function target(options: Partial<UploadTarget> = {}): UploadTarget {
  return {
    orchestratorUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    key: "robot-key",
    maxBytes: 10_000_000,
    timeoutMs: 10_000,
    log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
    clock: systemClock,
    ...options,
  };
}

async function fileOf(text: string) {
  const path = join(folder, "report.txt");
  await writeFile(path, text);
  return { path, name: "out/report für.txt", contentType: "text/plain", sizeBytes: text.length };
}

const HELLO = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

describe("uploadArtifact", () => {
  test("sends the content under its hash, with the lease and the robot's key", async () => {
    const file = await fileOf("hello");

    expect(await uploadArtifact(target(), { id, file }, never)).toEqual({ kind: "stored", sha256: HELLO });

    expect(received).toMatchObject([
      {
        method: "PUT",
        bytes: 5,
        headers: { authorization: "Bearer robot-key", "content-type": "text/plain", "content-length": "5" },
      },
    ]);
    const url = new URL(received[0]?.url ?? "", "http://localhost");
    expect(url.pathname).toBe(`/api/v1/jobs/7/artifacts/${HELLO}`);
    expect(Object.fromEntries(url.searchParams)).toEqual({
      name: "out/report für.txt",
      attempt: "2",
      sessionId: "s 1",
    });
  });

  test("uploads an empty file, and one of several megabytes", async () => {
    await uploadArtifact(target(), { id, file: await fileOf("") }, never);
    await uploadArtifact(target(), { id, file: await fileOf("x".repeat(5_000_000)) }, never);

    expect(received.map(({ bytes }) => bytes)).toEqual([0, 5_000_000]);
  });

  test("tries again over lost connections and busy servers", async () => {
    answers = ["break", [503], [422, "BLOB_HASH_MISMATCH"], [200]];

    expect(await uploadArtifact(target(), { id, file: await fileOf("hello") }, never)).toMatchObject({
      kind: "stored",
    });
    expect(received).toHaveLength(4);
  });

  test("says that the job is lost", async () => {
    answers = [[409, "QUEUE_LEASE_LOST"]];

    expect(await uploadArtifact(target(), { id, file: await fileOf("hello") }, never)).toEqual({ kind: "lost" });
  });

  test("gives up on a file that is refused", async () => {
    answers = [[413, "BLOB_TOO_LARGE"]];

    await expect(uploadArtifact(target(), { id, file: await fileOf("hello") }, never)).rejects.toMatchObject({
      code: "AGENT_ARTIFACT_REFUSED",
      details: { status: 413, code: "BLOB_TOO_LARGE" },
    });
  });

  test("does not even try with a file over the limit", async () => {
    await expect(
      uploadArtifact(target({ maxBytes: 4 }), { id, file: await fileOf("hello") }, never),
    ).rejects.toMatchObject({ code: "AGENT_ARTIFACT_TOO_LARGE" });
    expect(received).toEqual([]);
  });

  test("gives up after its deadline", async () => {
    const unreachable = target({ orchestratorUrl: "http://127.0.0.1:1", timeoutMs: 300 });

    await expect(uploadArtifact(unreachable, { id, file: await fileOf("hello") }, never)).rejects.toMatchObject({
      code: "AGENT_ARTIFACT_UNREACHABLE",
    });
  });

  test("stops when it is told to", async () => {
    const stop = new AbortController();
    const unreachable = target({ orchestratorUrl: "http://127.0.0.1:1" });
    const upload = uploadArtifact(unreachable, { id, file: await fileOf("hello") }, stop.signal);

    stop.abort();

    expect(await upload).toEqual({ kind: "aborted" });
  });
});

test.each([
  { status: 0, code: "", expected: true },
  { status: 408, code: "", expected: true },
  { status: 429, code: "", expected: true },
  { status: 500, code: "", expected: true },
  { status: 507, code: "BLOB_STORE_FULL", expected: false },
  { status: 422, code: "BLOB_HASH_MISMATCH", expected: true },
  { status: 422, code: "REQUEST_INVALID", expected: false },
  { status: 401, code: "", expected: false },
  { status: 413, code: "", expected: false },
])("status $status $code is worth another try: $expected", ({ status, code, expected }) => {
  expect(isWorthRetrying({ status, code })).toBe(expected);
});
