import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DEFAULT_TENANT } from "../../src/core/ids.ts";
import { type OrchestratorBench, openBench } from "../../src/orchestrator/orchestrator-bench.suite.ts";
import { createPostgresWorkItemStore } from "../../src/queue/items/index.ts";
import { type Ended, runCasare } from "../support/cli.ts";

let bench: OrchestratorBench;
let folder: string;
beforeAll(async () => {
  bench = await openBench();
  folder = await mkdtemp(join(tmpdir(), "casare-cli-queue-"));
});
afterAll(async () => {
  await bench.close();
  await rm(folder, { recursive: true });
});

const casare = (args: readonly string[], stdin = ""): Promise<Ended> =>
  runCasare({ folder, url: bench.url, apiKey: bench.adminKey }, args, stdin);

const json = async (args: readonly string[]) => JSON.parse((await casare([...args, "--json"])).stdout);

describe("casare queue", () => {
  test("makes queues and lists them", async () => {
    await writeFile(join(folder, "schema.json"), '{"type":"object","required":["n"]}');

    const made = await casare([
      "queue",
      "create",
      "Invoices",
      "--unique-reference",
      "--schema",
      "schema.json",
      "--priority",
      "70",
      "--max-retries",
      "1",
      "--retry-delay",
      "0.5",
      "--retention-days",
      "9",
      "--workflow",
      "019b76da-a800-7000-8000-000000000001",
      "--items-per-job",
      "20",
      "--max-jobs",
      "3",
    ]);

    expect(made).toMatchObject({ exitCode: 0, stderr: "", stdout: expect.stringMatching(/^[0-9a-f-]{36}\n$/) });
    const { data } = await json(["queue", "list"]);
    expect(data).toMatchObject([
      {
        id: made.stdout.trim(),
        name: "Invoices",
        uniqueReference: true,
        itemSchema: { required: ["n"] },
        defaultPriority: 70,
        retry: { application: { maxRetries: 1, delayMs: 500 }, maxAttempts: 10 },
        retentionDays: 9,
        startRule: { itemsPerJob: 20, maxJobs: 3 },
      },
    ]);
    const shown = await casare(["queue", "list"]);
    expect(shown.stdout).toMatch(/ID +NAME .*\n.*Invoices +70 +unique +20 items a job, at most 3/);
    expect(await casare(["queue", "create", "Invoices"])).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining("WORK_QUEUE_NAME_TAKEN"),
    });
  });

  test("adds an item, and shows it", async () => {
    await casare(["queue", "create", "Orders"]);

    const added = await casare([
      "queue",
      "add",
      "Orders",
      "--reference",
      "O-1",
      "--data",
      '{"n":1}',
      "--priority",
      "80",
      "--deadline",
      "2030-01-01T00:00:00Z",
      "--postpone",
      "2029-01-01T00:00:00Z",
    ]);

    const { data } = await json(["queue", "items", "Orders", "--state", "new", "--reference", "O-1"]);
    expect(data).toMatchObject([
      {
        id: added.stdout.trim(),
        reference: "O-1",
        data: { n: 1 },
        priority: 80,
        deadline: "2030-01-01T00:00:00.000Z",
        postponeUntil: "2029-01-01T00:00:00.000Z",
      },
    ]);
    expect((await casare(["queue", "items", "Orders"])).stdout).toMatch(/STATE .*\n.* new +O-1 +80 +0/);
    expect((await casare(["queue", "stats", "Orders"])).stdout).toMatch(/postponed +1/);
    expect(await json(["queue", "stats", "Orders"])).toMatchObject({ counts: { new: 1 }, due: 0 });
  });

  test("adds many items of a file, all or none, or each by itself", async () => {
    await casare(["queue", "create", "Many", "--unique-reference"]);
    const lines = '{"reference":"a"}\n{"reference":"a"}\n{"refrence":"b"}\n{"reference":"c"}\n';

    const refused = await casare(["queue", "add", "Many", "--file", "-"], lines);
    expect(refused).toMatchObject({ exitCode: 6, stderr: expect.stringContaining("WORK_ITEMS_REFUSED") });
    expect((await json(["queue", "items", "Many"])).data).toEqual([]);
    const some = await casare(["queue", "add", "Many", "--file", "-", "--each"], lines);

    expect(some).toMatchObject({ exitCode: 1, stdout: "2 items added, 2 refused\n" });
    expect(some.stderr).toContain("item 2:");
    expect(some.stderr).toContain("item 3:");
    expect((await json(["queue", "items", "Many"])).data).toHaveLength(2);
  });

  test("sends failed items back", async () => {
    const queueId = (await casare(["queue", "create", "Failing"])).stdout.trim();
    const itemId = (await casare(["queue", "add", "Failing"])).stdout.trim();
    const store = createPostgresWorkItemStore(bench.database);
    const holder = { jobId: "3", attempt: 1 };
    await store.takeNext({ tenantId: DEFAULT_TENANT, queueId, holder });
    const exception = { type: "business", code: "NO_ADDRESS", message: "there is none" } as const;
    await store.fail({ tenantId: DEFAULT_TENANT, itemId, attempt: 1, holder }, exception);

    expect((await casare(["queue", "items", "Failing", "--state", "failed"])).stdout).toContain(
      "NO_ADDRESS: there is none",
    );
    const retried = await casare(["queue", "retry", "Failing", itemId, "--note", "found it"]);

    expect(retried).toMatchObject({ exitCode: 0, stdout: `item ${itemId} waits for another attempt\n` });
    expect((await json(["queue", "items", "Failing"])).data).toMatchObject([
      { state: "retried", review: { status: "retried", note: "found it" } },
    ]);
    expect(await casare(["queue", "retry", "Failing", itemId])).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining("WORK_ITEM_STATE"),
    });
  });

  test.each([
    { args: ["queue", "items", "Nowhere"], exitCode: 4, says: "WORK_QUEUE_NOT_FOUND" },
    { args: ["queue", "add", "Orders", "--data", "[1]"], exitCode: 2, says: "CLI_USAGE" },
    { args: ["queue", "add", "Orders", "--each"], exitCode: 2, says: "CLI_USAGE" },
    { args: ["queue", "add", "Orders", "--file", "-", "--reference", "x"], exitCode: 2, says: "CLI_USAGE" },
    { args: ["queue", "add", "Orders", "--priority", "101"], exitCode: 2, says: "CLI_USAGE" },
    { args: ["queue", "items", "Orders", "--state", "done"], exitCode: 2, says: "CLI_USAGE" },
    { args: ["queue", "add", "Orders", "--file", "nowhere.json"], exitCode: 4, says: "CLI_FILE_NOT_FOUND" },
  ])("$args exits with $exitCode", async ({ args, exitCode, says }) => {
    expect(await casare(args)).toMatchObject({ exitCode, stdout: "", stderr: expect.stringContaining(says) });
  });
});

const wire = (source: string, port: string, target: string) => ({
  source_node: source,
  source_port: port,
  target_node: target,
  target_port: "exec_in",
});

describe("casare run with work queues", () => {
  const workflow = {
    metadata: { name: "drain" },
    nodes: {
      start: { node_id: "start", node_type: "StartNode", config: {} },
      loop: { node_id: "loop", node_type: "WhileLoopStartNode", config: { expression: "true", max_iterations: 9 } },
      next: { node_id: "next", node_type: "GetNextQueueItemNode", config: { queue_name: "Orders" } },
      done: { node_id: "done", node_type: "SetQueueItemStatusNode", config: { outputs: { n: "{{next.data.n}}" } } },
      again: { node_id: "again", node_type: "WhileLoopEndNode", config: {} },
      stop: { node_id: "stop", node_type: "BreakNode", config: {} },
    },
    connections: [
      wire("start", "exec_out", "loop"),
      wire("loop", "body", "next"),
      wire("next", "exec_out", "done"),
      wire("done", "exec_out", "again"),
      wire("next", "empty", "stop"),
    ],
  };
  beforeAll(() => writeFile(join(folder, "drain.json"), JSON.stringify(workflow)));

  test("takes items from the file and leaves in it what became of them", async () => {
    const queues = { queues: [{ name: "Orders", items: [{ data: { n: 1 } }, { data: { n: 2 } }] }] };
    await writeFile(join(folder, "queues.json"), JSON.stringify(queues));

    const run = await casare(["run", "drain.json", "--work-items", "queues.json", "--json"]);

    expect(run.exitCode).toBe(0);
    const left = JSON.parse(await readFile(join(folder, "queues.json"), "utf8"));
    expect(left.queues[0].items).toMatchObject([
      { state: "successful", outputs: { n: 1 } },
      { state: "successful", outputs: { n: 2 } },
    ]);
  });

  test("says what to do when no file was given, or one that is none", async () => {
    const without = await casare(["run", "drain.json", "--json"]);
    const wrong = await casare(["run", "drain.json", "--work-items", "drain.json", "--json"]);

    expect(without.exitCode).toBe(1);
    expect(JSON.parse(without.stdout)).toMatchObject({ error: { code: "CLI_WORK_ITEMS_MISSING", node: "next" } });
    expect(wrong.exitCode).toBe(6);
    expect(JSON.parse(wrong.stdout)).toMatchObject({ status: "failed", error: { code: "CLI_FILE_UNREADABLE" } });
  });
});
