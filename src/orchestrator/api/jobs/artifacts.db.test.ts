import { createHash } from "node:crypto";
import { request } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DEFAULT_TENANT } from "../../../core/ids.ts";
import { type OrchestratorBench, openBench } from "../../orchestrator-bench.suite.ts";

let bench: OrchestratorBench;
let workflowId: string;
beforeAll(async () => {
  bench = await openBench();
  workflowId = await bench.createWorkflow();
});
afterAll(() => bench.close());

const sha256Of = (content: string): string => createHash("sha256").update(content).digest("hex");

let environments = 0;
async function runningJob(): Promise<{ jobId: string; attempt: number; sessionId: string }> {
  const environment = `env-${environments++}`;
  await bench.call("POST", "/api/v1/jobs", { body: { workflowId, environment } });
  return bench.claim(environment);
}

interface Upload {
  readonly jobId: string;
  readonly attempt: number;
  readonly sessionId: string;
  readonly content: string;
  readonly sha256?: string;
  readonly name?: string;
  readonly contentType?: string;
  readonly key?: string;
}

const upload = ({ jobId, attempt, sessionId, content, sha256, name, contentType, key }: Upload) =>
  bench.call(
    "PUT",
    `/api/v1/jobs/${jobId}/artifacts/${sha256 ?? sha256Of(content)}?name=${encodeURIComponent(name ?? "out.txt")}&attempt=${attempt}&sessionId=${sessionId}`,
    { key: key ?? bench.robotKey, body: content, headers: { "content-type": contentType ?? "text/plain" } },
  );

describe("PUT /jobs/:id/artifacts/:sha256", () => {
  test("stores what the robot that holds the job sends, whatever its type", async () => {
    const job = await runningJob();

    const stored = await upload({ ...job, content: '{"a":1}', contentType: "application/json", name: "out/a.json" });

    expect(stored).toMatchObject({
      status: 201,
      body: { jobId: job.jobId, attempt: 1, name: "out/a.json", contentType: "application/json", sizeBytes: 7 },
    });
    expect((await bench.call("GET", `/api/v1/jobs/${job.jobId}/artifacts`)).body.data).toEqual([stored.body]);
  });

  test("answers 200 for the same again and replaces other content of the same name", async () => {
    const job = await runningJob();
    const first = await upload({ ...job, content: "one" });

    expect(await upload({ ...job, content: "one" })).toMatchObject({ status: 200, body: { id: first.body.id } });
    expect(await upload({ ...job, content: "two" })).toMatchObject({ status: 201, body: { sha256: sha256Of("two") } });
    expect((await bench.call("GET", `/api/v1/jobs/${job.jobId}/artifacts`)).body.data).toHaveLength(1);
  });

  test("refuses who does not hold the job, and keeps nothing of it", async () => {
    const job = await runningJob();
    const lost = { status: 409, body: { code: "QUEUE_LEASE_LOST" } };

    expect(await upload({ ...job, attempt: 2, content: "x" })).toMatchObject(lost);
    expect(await upload({ ...job, sessionId: "999999", content: "x" })).toMatchObject(lost);
    expect(await upload({ ...job, sessionId: "nobody", content: "x" })).toMatchObject(lost);
    await bench.queue.complete({ tenantId: DEFAULT_TENANT, ...job });
    expect(await upload({ ...job, content: "x" })).toMatchObject(lost);
    expect((await bench.call("GET", `/api/v1/jobs/${job.jobId}/artifacts`)).body.data).toEqual([]);
  });

  test("refuses content with another hash, and too much of it", async () => {
    const job = await runningJob();

    expect(await upload({ ...job, content: "x", sha256: sha256Of("y") })).toMatchObject({
      status: 422,
      body: { code: "BLOB_HASH_MISMATCH" },
    });
    expect(await upload({ ...job, content: "x".repeat(100_001) })).toMatchObject({
      status: 413,
      body: { code: "BLOB_TOO_LARGE", details: { maxBytes: 100_000 } },
    });
    expect(await upload({ ...job, content: "x".repeat(100_000) })).toMatchObject({ status: 201 });
  });

  test("refuses names, attempts and hashes that are none", async () => {
    const job = await runningJob();
    const path = `/api/v1/jobs/${job.jobId}/artifacts`;
    const put = (rest: string) => bench.call("PUT", `${path}/${rest}`, { key: bench.robotKey, body: "x" });

    for (const rest of [
      "ABC?name=a&attempt=1&sessionId=1",
      `${sha256Of("x")}?attempt=1&sessionId=1`,
      `${sha256Of("x")}?name=a&attempt=0&sessionId=1`,
    ]) {
      expect(await put(rest)).toMatchObject({ status: 422, body: { code: "REQUEST_INVALID" } });
    }
  });

  test("keeps nothing of an upload that breaks off", async () => {
    const job = await runningJob();
    const url = `${bench.url}/api/v1/jobs/${job.jobId}/artifacts/${sha256Of("whole")}?name=a&attempt=1&sessionId=${job.sessionId}`;
    const sent = request(url, { method: "PUT", headers: { "x-api-key": bench.robotKey, "content-length": "100" } });
    const broken = new Promise((resolve) => sent.once("error", resolve));
    await new Promise((resolve) => sent.write("who", resolve));
    sent.destroy(new Error("gone"));
    await broken;

    expect((await bench.call("GET", `/api/v1/jobs/${job.jobId}/artifacts`)).body.data).toEqual([]);
  });
});

describe("GET /jobs/:id/artifacts/:artifactId", () => {
  test("gives the content back as a file that no browser opens as a page", async () => {
    const job = await runningJob();
    const { body } = await upload({
      ...job,
      content: "<script>1</script>",
      contentType: "text/html",
      name: "отчёт.html",
    });

    const download = await bench.call("GET", `/api/v1/jobs/${job.jobId}/artifacts/${body.id}`);

    expect(download).toMatchObject({ status: 200, text: "<script>1</script>" });
    expect(Object.fromEntries(download.headers)).toMatchObject({
      "content-type": "text/html",
      "content-length": "18",
      etag: `"${body.sha256}"`,
      "content-disposition": expect.stringMatching(/^attachment; filename="_____.html"; filename\*=UTF-8''%D0/),
      "x-content-type-options": "nosniff",
      "content-security-policy": "sandbox; default-src 'none'",
    });
  });

  test("answers 304 to who has it already", async () => {
    const job = await runningJob();
    const { body } = await upload({ ...job, content: "same" });
    const headers = { "if-none-match": `"${body.sha256}"` };

    const answer = await bench.call("GET", `/api/v1/jobs/${job.jobId}/artifacts/${body.id}`, { headers });

    expect(answer).toMatchObject({ status: 304, text: "" });
  });

  test("tells size, type and tag to HEAD, and sends nothing", async () => {
    const job = await runningJob();
    const { body } = await upload({ ...job, content: "0123456789", contentType: "text/plain" });
    const path = `/api/v1/jobs/${job.jobId}/artifacts/${body.id}`;

    const answer = await bench.call("HEAD", path, { headers: { range: "bytes=0-1" } });

    expect(answer).toMatchObject({ status: 200, text: "" });
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      "content-type": "text/plain",
      "content-length": "10",
      "accept-ranges": "bytes",
      etag: `"${body.sha256}"`,
    });
    const missing = `/api/v1/jobs/${job.jobId}/artifacts/019b76da-a800-7000-8000-000000000001`;
    expect(
      (await fetch(`${bench.url}${missing}`, { method: "HEAD", headers: { "x-api-key": bench.adminKey } })).status,
    ).toBe(404);
  });

  test("gives one range of the content", async () => {
    const job = await runningJob();
    const { body } = await upload({ ...job, content: "0123456789" });
    const path = `/api/v1/jobs/${job.jobId}/artifacts/${body.id}`;
    const ask = (range: string, more = {}) => bench.call("GET", path, { headers: { range, ...more } });

    const middle = await ask("bytes=2-4");
    expect(middle).toMatchObject({ status: 206, text: "234" });
    expect(middle.headers.get("content-range")).toBe("bytes 2-4/10");
    expect(middle.headers.get("content-length")).toBe("3");
    expect(await ask("bytes=-2")).toMatchObject({ status: 206, text: "89" });
    expect(await ask("bytes=7-", { "if-range": `"${body.sha256}"` })).toMatchObject({ status: 206, text: "789" });
    expect(await ask("bytes=7-", { "if-range": '"other"' })).toMatchObject({ status: 200, text: "0123456789" });
    const beyond = await ask("bytes=10-");
    expect(beyond).toMatchObject({ status: 416, body: { code: "RANGE_NOT_SATISFIABLE", details: { sizeBytes: 10 } } });
    expect(beyond.headers.get("content-range")).toBe("bytes */10");
  });

  test("is found under its own job and in its own tenant only", async () => {
    const job = await runningJob();
    const other = await runningJob();
    const { body } = await upload({ ...job, content: "private" });
    const missing = { status: 404, body: { code: "ARTIFACT_NOT_FOUND" } };

    expect(await bench.call("GET", `/api/v1/jobs/${other.jobId}/artifacts/${body.id}`)).toMatchObject(missing);
    expect(
      await bench.call("GET", `/api/v1/jobs/${job.jobId}/artifacts/${body.id}`, { key: bench.foreignKey }),
    ).toMatchObject(missing);
  });

  test("says so when the content is not there any more", async () => {
    const job = await runningJob();
    const { body } = await upload({ ...job, content: "lost" });
    await bench.removeArtifacts();

    expect(await bench.call("GET", `/api/v1/jobs/${job.jobId}/artifacts/${body.id}`)).toMatchObject({
      status: 410,
      body: { code: "ARTIFACT_LOST" },
    });
  });
});
