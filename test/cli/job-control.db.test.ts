import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DEFAULT_TENANT } from "../../src/core/ids.ts";
import { workflowDocument } from "../../src/orchestrator/check-by-shape.suite.ts";
import { type OrchestratorBench, openBench } from "../../src/orchestrator/orchestrator-bench.suite.ts";
import { type Ended, runCasare } from "../support/cli.ts";

let bench: OrchestratorBench;
let folder: string;
beforeAll(async () => {
  bench = await openBench();
  folder = await mkdtemp(join(tmpdir(), "casare-cli-jobs-"));
});
afterAll(async () => {
  await bench.close();
  await rm(folder, { recursive: true });
});

const casare = (...args: readonly string[]): Promise<Ended> =>
  runCasare({ folder, url: bench.url, apiKey: bench.adminKey }, args);
const json = async (...args: readonly string[]) => JSON.parse((await casare(...args, "--json")).stdout);

async function submit(workflowId: string, environment = workflowId): Promise<string> {
  return (await bench.call("POST", "/api/v1/jobs", { body: { workflowId, environment } })).body.id;
}

async function die(workflowId: string, code = "X_BROKEN"): Promise<string> {
  await submit(workflowId);
  const lease = { tenantId: DEFAULT_TENANT, ...(await bench.claim(workflowId)) };
  await bench.queue.fail(lease, { code, message: "broke", errorClass: "permanent", details: { node: "a" } });
  return lease.jobId;
}

describe("casare workflow", () => {
  test("shows, sets and removes the concurrency setting, by id and by name", async () => {
    const id = await bench.createWorkflow(workflowDocument({ metadata: { name: "Limited" } }));

    expect((await casare("workflow", "concurrency", id)).stdout).toBe("no limit\n");
    expect((await casare("workflow", "concurrency", "Limited", "--limit", "2")).stdout).toBe(
      "2 at once, beyond: queue\n",
    );
    expect(await json("workflow", "concurrency", id, "--limit", "1", "--on-limit", "skip")).toEqual({
      workflowId: id,
      concurrency: { limit: 1, onLimit: "skip" },
    });
    await casare("workflow", "pause", id);
    expect((await casare("workflow", "list", "--name", "Limited")).stdout).toContain("1 at once, paused");
    await casare("workflow", "resume", id);
    expect((await casare("workflow", "concurrency", id, "--remove")).stdout).toBe("no limit\n");
    for (const args of [
      ["--remove", "--limit", "1"],
      ["--on-limit", "skip"],
      ["--limit", "0"],
    ]) {
      expect((await casare("workflow", "concurrency", id, ...args)).exitCode).toBe(2);
    }
    expect((await casare("workflow", "concurrency", "Nobody")).exitCode).toBe(4);
  });

  test("brings a limit with a submission", async () => {
    const id = await bench.createWorkflow();
    const options = ["--concurrency-key", "printer", "--concurrency-limit", "3", "--on-limit", "keep-latest"];

    const { stdout } = await casare("workflow", "submit", id, ...options);

    const { body } = await bench.call("GET", `/api/v1/jobs/${stdout.trim()}`);
    expect(body.concurrency).toEqual({ key: "printer", limit: 3, onLimit: "keep-latest" });
    expect((await casare("job", "get", body.id)).stdout).toContain("3 at once with printer, else keep-latest");
    expect(await json("job", "list", "--concurrency-key", "printer")).toMatchObject({ data: [{ id: body.id }] });
    expect((await casare("workflow", "submit", id, "--on-limit", "skip")).exitCode).toBe(2);
  });

  test("pauses and resumes a workflow", async () => {
    const id = await bench.createWorkflow(workflowDocument({ metadata: { name: "Paused" } }));
    const job = await submit(id);

    expect((await casare("workflow", "pause", "Paused", "--reason", "portal down")).stdout).toMatch(
      /^workflow Paused is paused since 2/,
    );
    expect((await casare("job", "paused")).stdout).toMatch(/Paused .*portal down/);
    expect((await casare("job", "list", "--held-by", "pause")).stdout).toMatch(new RegExp(`${job} .*paused`));
    expect((await casare("workflow", "resume", "Paused")).stdout).toBe("workflow Paused is started again\n");
    expect((await casare("workflow", "resume", id)).stdout).toContain("was not paused");
    expect((await casare("job", "paused")).stderr).toBe("nothing is paused\n");
  });
});

describe("casare job", () => {
  test("pauses and resumes all jobs", async () => {
    expect((await casare("job", "pause", "--reason", "maintenance")).stdout).toMatch(/^all jobs are paused since/);
    expect((await casare("job", "paused")).stdout).toMatch(/all jobs .*maintenance/);
    expect(await json("job", "paused")).toMatchObject({ data: [{ reason: "maintenance" }] });
    expect((await casare("job", "resume")).stdout).toBe("jobs are started again\n");
    expect(await json("job", "resume")).toEqual({ wasPaused: false });
  });

  test("cancels one, or all that match, after counting them", async () => {
    const id = await bench.createWorkflow();
    const [one] = [await submit(id), await submit(id), await submit(id)];
    const other = await submit(await bench.createWorkflow());

    expect((await casare("job", "cancel", one, "--reason", "wrong")).stdout).toBe(`job ${one} cancelled\n`);
    expect((await casare("job", "cancel", "--workflow", id, "--dry-run")).stdout).toBe("2 jobs would be cancelled\n");
    expect((await casare("job", "cancel", "--workflow", id, "--state", "pending")).stdout).toBe(
      "2 jobs cancelled, 0 asked to stop\n",
    );
    expect(await json("job", "cancel", "--environment", id)).toEqual({
      dryRun: false,
      matched: 0,
      cancelled: 0,
      requested: 0,
    });
    expect((await bench.call("GET", `/api/v1/jobs/${other}`)).body.state).toBe("pending");
    for (const args of [[], [one, "--all"], ["--all", "--workflow", id], [one, "--dry-run"], ["--state", "failed"]]) {
      expect((await casare("job", "cancel", ...args)).exitCode).toBe(2);
    }
    expect(await json("job", "cancel", "--all", "--dry-run")).toMatchObject({ dryRun: true, cancelled: 0 });
  });

  test("cancels more than one step takes", async () => {
    const id = await bench.createWorkflow();
    const request = { kind: id, payload: null, environment: "steps" };
    await bench.queue.enqueue(
      DEFAULT_TENANT,
      Array.from({ length: 1_100 }, () => request),
    );

    const done = await casare("job", "cancel", "--environment", "steps");

    expect(done).toMatchObject({ exitCode: 0, stdout: "1100 jobs cancelled, 0 asked to stop\n" });
    expect(done.stderr).toBe("1000 so far\n");
  });
});

describe("casare dead-letter", () => {
  test("lists, shows and requeues one", async () => {
    const id = await bench.createWorkflow();
    const dead = await die(id);

    expect((await casare("dead-letter", "list", "--workflow", id, "--requeued", "no")).stdout).toContain(dead);
    expect((await casare("dead-letter", "show", dead)).stdout).toMatch(/permanent[^]*broke \[X_BROKEN\][^]*"node":"a"/);
    const made = (await casare("dead-letter", "requeue", dead)).stdout.trim();
    expect((await bench.call("GET", `/api/v1/jobs/${made}`)).body.retryOf).toBe(dead);
    expect(await json("dead-letter", "list", "--workflow", id, "--requeued", "yes")).toMatchObject({
      data: [{ jobId: dead, requeuedAs: made }],
    });
    expect((await casare("dead-letter", "requeue", dead)).exitCode).toBe(1);
    expect((await casare("dead-letter", "show", "4711")).exitCode).toBe(4);
  });

  test("requeues many, by filter and by id, and tells what became of each", async () => {
    const id = await bench.createWorkflow();
    const [first, second, third] = [await die(id), await die(id), await die(id, "ORDER_BUSINESS_RULE")];

    expect((await casare("dead-letter", "requeue", "--workflow", id, "--dry-run")).stdout).toBe(
      "3 dead letters would be requeued\n",
    );
    expect((await casare("dead-letter", "requeue", "--workflow", id, "--category", "business")).stdout).toBe(
      "1 jobs requeued\n",
    );
    const named = await casare("dead-letter", "requeue", first, third, "4711");
    expect(named.exitCode).toBe(1);
    expect(named.stdout).toMatch(new RegExp(`${first} +requeued +\\d+\n${third} +conflict +\\d+\n4711 +not-found`));
    expect(await json("dead-letter", "requeue", "--workflow", id, "--code", "X_BROKEN")).toEqual({
      dryRun: false,
      matched: 1,
      requeued: 1,
    });
    expect((await casare("dead-letter", "requeue", second, first)).exitCode).toBe(1);
  });

  test("deletes by filter and by id", async () => {
    const id = await bench.createWorkflow();
    const [first, second] = [await die(id), await die(id)];
    await casare("dead-letter", "requeue", first);

    expect(await json("dead-letter", "delete", "--workflow", id, "--requeued", "yes")).toMatchObject({ deleted: 1 });
    expect((await casare("dead-letter", "delete", second)).stdout).toBe("1 dead letters deleted\n");
    expect((await casare("dead-letter", "delete", second)).exitCode).toBe(4);
    expect((await casare("dead-letter", "delete", "--all", "--dry-run")).stdout).toMatch(/would be deleted/);
    for (const args of [[], [first, "--all"], ["--all", "--code", "X"], ["--category", "whim"]]) {
      expect((await casare("dead-letter", "delete", ...args)).exitCode).toBe(2);
    }
  });
});
