import { once } from "node:events";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { systemClock } from "../core/clock.ts";
import type { RunReport } from "../execution/index.ts";
import { JobExecutor } from "./job-executor.ts";
import { type Outbox, openOutbox } from "./outbox.ts";
import type { JobOffer, JobRun, RunJob } from "./perform-job.ts";

let root: string;
let outbox: Outbox;
let server: Server;
let uploads: string[];
let uploadStatus: number;
let freed: number;
const quiet = (): void => undefined;
const log = { debug: quiet, info: quiet, warn: quiet, error: quiet };

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "casare-executor-"));
  outbox = await openOutbox({ folder: join(root, "outbox"), limitBytes: 1_000_000, log });
  uploads = [];
  uploadStatus = 201;
  freed = 0;
  server = createServer((request, response) => {
    request.resume().on("end", () => {
      uploads.push(new URL(request.url ?? "", "http://localhost").searchParams.get("name") ?? "");
      response.writeHead(uploadStatus).end("{}");
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
});
afterEach(async () => {
  await outbox.close();
  server.closeAllConnections();
  server.close();
  await rm(root, { recursive: true });
});

const completed: RunReport = {
  status: "completed",
  reached: ["start"],
  unreached: [],
  nodes: {},
  variables: {},
  toleratedErrors: [],
  durationMs: 1,
};
const failed: RunReport = {
  ...completed,
  status: "failed",
  error: { code: "NODE_FAILED", message: "no", node: "n1", retryable: false },
};

function openExecutor(run: RunJob, options: { maxJobs?: number; keepFailed?: number } = {}): JobExecutor {
  return new JobExecutor({
    maxJobs: options.maxJobs ?? 1,
    run,
    outbox,
    upload: {
      orchestratorUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      key: "robot-key-1234",
      maxBytes: 1_000_000,
      timeoutMs: 2_000,
      log,
      clock: systemClock,
    },
    jobsFolder: join(root, "jobs"),
    keepFailed: options.keepFailed ?? 10,
    secrets: ["robot-key-1234"],
    clock: systemClock,
    log,
    onFreeSlot: () => {
      freed += 1;
    },
  });
}

function offer(jobId: string, more: Partial<JobOffer> = {}): JobOffer {
  return {
    jobId,
    attempt: 1,
    workflowId: "w1",
    workflowVersion: 1,
    workflowName: "Test",
    workflow: {},
    variables: { a: 1 },
    ...more,
  };
}

/** A run that goes on until it is told to stop. */
const untilStopped: RunJob = ({ signal }) =>
  new Promise((resolve) => {
    const stop = (): void => resolve({ ...completed, status: "cancelled" });
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });

const outcomes = () => outbox.attempts.map((attempt) => attempt.outcome);
const events = () =>
  outbox.attempts.flatMap((attempt) => {
    const message = attempt.next();
    return message?.kind === "events" ? message.events : [];
  });
const jobFolders = (): Promise<string[]> => readdir(join(root, "jobs")).catch(() => []);

describe("JobExecutor", () => {
  test("runs a job in a folder of its own and leaves its outcome in the outbox", async () => {
    const runs: JobRun[] = [];
    const executor = openExecutor(async (run) => {
      runs.push(run);
      run.onEvent({ type: "log", level: "info", message: "hello", at: "2026-01-01T00:00:00.000Z" });
      return completed;
    });

    executor.start(offer("7", { timeLeftMs: 5_000 }), "s1");
    expect(executor.freeSlots).toBe(0);
    expect(executor.running.map((job) => job.id)).toEqual([{ jobId: "7", attempt: 1, sessionId: "s1" }]);
    await executor.idle();

    expect(runs).toMatchObject([
      { jobId: "7", variables: { a: 1 }, timeoutMs: 5_000, workDir: join(root, "jobs", "7-1") },
    ]);
    expect(outcomes()).toMatchObject([{ kind: "complete", result: { report: { status: "completed" } } }]);
    expect(events()).toMatchObject([{ seq: 1, type: "log", data: { level: "info", message: "hello" } }]);
    expect([executor.freeSlots, freed]).toEqual([1, 1]);
    expect(await jobFolders()).toEqual([]);
  });

  test("takes no more than it has slots for", () => {
    const executor = openExecutor(untilStopped, { maxJobs: 2 });
    executor.start(offer("1"), "s1");
    executor.start(offer("2"), "s1");

    expect(() => executor.start(offer("3"), "s1")).toThrow(RangeError);
    executor.stop("shutdown");
  });

  test("uploads what a job wrote before it tells the outcome, and masks secrets in names", async () => {
    const executor = openExecutor(async ({ workDir }) => {
      await writeFile(join(workDir, "a.txt"), "a");
      await writeFile(join(workDir, "key-robot-key-1234.txt"), "b");
      return completed;
    });

    executor.start(offer("7"), "s1");
    await executor.idle();

    expect(uploads).toEqual(["a.txt", "key-[secret].txt"]);
    expect(events()).toMatchObject([
      {
        type: "artifact",
        data: { name: "a.txt", contentType: "text/plain", sizeBytes: 1, sha256: expect.any(String) },
      },
      { type: "artifact", data: { name: "key-[secret].txt" } },
    ]);
    expect(await jobFolders()).toEqual([]);
  });

  test("a report too large for the queue goes with the files, and never over one of them", async () => {
    const long = "x".repeat(300_000);
    const executor = openExecutor(async ({ workDir }) => {
      await writeFile(join(workDir, "casare-report.json"), "the job's own");
      return { ...completed, variables: { long } };
    });

    executor.start(offer("7"), "s1");
    await executor.idle();

    expect(uploads).toEqual(["casare-report-2.json", "casare-report.json"]);
    expect(outcomes()).toMatchObject([
      {
        kind: "complete",
        result: { report: { variables: {}, variablesOmitted: true, reportFile: "casare-report-2.json" } },
      },
    ]);
  });

  test("a file that cannot be uploaded is told in the job's log and stays, and the job still completes", async () => {
    uploadStatus = 413;
    const executor = openExecutor(async ({ workDir }) => {
      await writeFile(join(workDir, "a.txt"), "a");
      return completed;
    });

    executor.start(offer("7"), "s1");
    await executor.idle();

    expect(events()).toMatchObject([
      { type: "log", data: { level: "warning", message: expect.stringContaining("a.txt") } },
    ]);
    expect(outcomes()).toMatchObject([{ kind: "complete" }]);
    expect(await jobFolders()).toEqual(["7-1"]);
  });

  test("a job that is found lost while it uploads is forgotten", async () => {
    uploadStatus = 409;
    const executor = openExecutor(async ({ workDir }) => {
      await writeFile(join(workDir, "a.txt"), "a");
      return completed;
    });

    executor.start(offer("7"), "s1");
    await executor.idle();

    expect(outbox.attempts).toEqual([]);
  });

  test("keeps the folders of failed jobs, as many as it was told", async () => {
    const executor = openExecutor(async () => failed, { keepFailed: 1 });
    for (const jobId of ["1", "2"]) {
      executor.start(offer(jobId), "s1");
      await executor.idle();
    }

    expect(outcomes()).toMatchObject([{ kind: "fail", error: { code: "NODE_FAILED", errorClass: "permanent" } }, {}]);
    expect(await jobFolders()).toEqual(["2-1"]);
  });

  test.each([
    ["cancelled", { kind: "fail", error: { errorClass: "cancelled" } }],
    ["lease-expired", { kind: "fail", error: { errorClass: "lost-lease" } }],
    ["shutdown", { kind: "release", started: true }],
  ] as const)("a run stopped as %s ends so", async (reason, expected) => {
    const executor = openExecutor(untilStopped);
    executor.start(offer("7"), "s1");

    executor.stop(reason, (id) => id.jobId === "7");
    await executor.idle();

    expect(outcomes()).toMatchObject([expected]);
  });

  test("of a lost job nothing is told any more", async () => {
    const executor = openExecutor(untilStopped);
    executor.start(offer("7"), "s1");

    executor.stop("cancelled");
    executor.stop("lost");
    await executor.idle();

    expect(outbox.attempts).toEqual([]);
  });

  test("stops only the jobs that are meant", async () => {
    const executor = openExecutor(untilStopped, { maxJobs: 2 });
    executor.start(offer("1"), "s1");
    executor.start(offer("2"), "s1");

    executor.stop("cancelled", (id) => id.jobId === "2");
    await vi.waitFor(() => expect(executor.freeSlots).toBe(1));

    expect(executor.running.map((job) => job.id.jobId)).toEqual(["1"]);
    executor.stop("shutdown");
    await executor.idle();
  });

  test("shows how far a job is", async () => {
    const executor = openExecutor(async (run) => {
      run.onEvent({ type: "progress", value: 0.25, note: "invoices", at: "2026-01-01T00:00:00.000Z" });
      return untilStopped(run);
    });
    executor.start(offer("7"), "s1");

    await vi.waitFor(() => expect(executor.running).toMatchObject([{ progress: 0.25, progressNote: "invoices" }]));

    executor.stop("shutdown");
    await executor.idle();
  });

  test("a defect of the robot fails the job without telling internals", async () => {
    const executor = openExecutor(() => Promise.reject(new TypeError("undefined is not a function")));

    executor.start(offer("7"), "s1");
    await executor.idle();

    expect(outcomes()).toMatchObject([{ kind: "fail", error: { code: "AGENT_RUN_BROKEN", errorClass: "permanent" } }]);
    expect(JSON.stringify(outcomes())).not.toContain("undefined is not");
  });

  test("does not wait for ever for a run that ignores that it is to stop", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      const executor = openExecutor(() => new Promise(() => undefined));
      executor.start(offer("7"), "s1");
      executor.stop("cancelled");

      await vi.waitFor(async () => {
        await vi.advanceTimersByTimeAsync(1_000);
        expect(executor.freeSlots).toBe(1);
      });

      expect(outcomes()).toMatchObject([{ kind: "fail", error: { errorClass: "cancelled" } }]);
    } finally {
      vi.useRealTimers();
    }
  });
});
