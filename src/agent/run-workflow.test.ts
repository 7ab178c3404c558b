import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import type { BrowserManager, BrowserSession } from "../browser/index.ts";
import { createMasker } from "../core/mask.ts";
import { createRegistry, type RunEvent, textOr } from "../execution/index.ts";
import { createHttpClient } from "../http/index.ts";
import { allNodes, defineNode } from "../nodes/index.ts";
import { type RunWorkflowRequest, runWorkflow } from "./run-workflow.ts";

let root: string;
let workDir: string;
let events: RunEvent[];
let calls: string[];
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "casare-run-"));
  workDir = await mkdtemp(join(root, "work-"));
  events = [];
  calls = [];
});
afterEach(() => rm(root, { recursive: true }));

const say = defineNode({
  type: "SayNode",
  category: "test",
  summary: "Logs a text and puts it out",
  needs: [],
  effect: "none",
  config: z.object({ text: textOr("") }),
  outputs: { said: "STRING" },
  run: ({ config, log }) => {
    log("info", config.text);
    return { outputs: { said: config.text } };
  },
});
const fail = defineNode({
  type: "FailNode",
  category: "test",
  summary: "Opens a page and fails",
  needs: ["browser"],
  effect: "none",
  config: z.object({}),
  run: async ({ browser }) => {
    await browser.open();
    throw new Error("the page is empty");
  },
});
const save = defineNode({
  type: "SaveNode",
  category: "test",
  summary: "Writes a file",
  needs: ["files"],
  effect: "once",
  config: z.object({ path: textOr("out.txt") }),
  run: async ({ files, config }) => {
    await writeFile(files.resolve(config.path), "saved");
    return {};
  },
});
const hang = defineNode({
  type: "HangNode",
  category: "test",
  summary: "Waits until it is stopped",
  needs: [],
  effect: "none",
  config: z.object({}),
  run: ({ signal }) => new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
});
const registry = createRegistry([...allNodes, say, fail, save, hang]);

function workflow(type: string, config: object = {}) {
  return {
    metadata: { name: "Test" },
    nodes: {
      start: { node_id: "start", node_type: "StartNode", config: {} },
      step: { node_id: "step", node_type: type, config },
    },
    connections: [{ source_node: "start", source_port: "exec_out", target_node: "step", target_port: "exec_in" }],
    variables: { token: { name: "token", type: "String", default_value: "", sensitive: true } },
    settings: {},
  };
}

/** A browser that notes what is asked of it. */
function fakeBrowser(): BrowserManager {
  let isOpen = false;
  const page = {
    screenshot: async ({ path }: { path: string }) => {
      calls.push("screenshot");
      await writeFile(path, "png");
    },
  };
  const session = {
    open: async () => {
      isOpen = true;
      calls.push("open");
      return page;
    },
    page: async () => page,
    get currentPage() {
      return isOpen ? "main" : undefined;
    },
    close: async () => void calls.push("close"),
  } as unknown as BrowserSession;
  return {
    openSession: ({ jobId }) => {
      calls.push(`session ${jobId}`);
      return session;
    },
    running: undefined,
    close: async () => undefined,
  };
}

const run = (document: unknown, options: Partial<RunWorkflowRequest> = {}) =>
  runWorkflow({
    document,
    workDir,
    home: root,
    http: createHttpClient(),
    masker: createMasker(),
    onEvent: (event) => events.push(event),
    registry,
    ...options,
  });

describe("runWorkflow", () => {
  test("runs a file, reports it and tells events as they happen", async () => {
    const report = await run(workflow("SayNode", { text: "hello" }));

    expect(report).toMatchObject({ status: "completed", reached: ["start", "step"] });
    expect(events.map((event) => event.type)).toEqual(
      expect.arrayContaining(["run.started", "node.started", "log", "node.finished", "run.finished"]),
    );
  });

  test("hides sensitive variables wherever they turn up", async () => {
    const report = await run(workflow("SayNode", { text: "key {{token}}" }), {
      variables: { token: "tip-top-secret" },
    });

    expect(report.status).toBe("completed");
    expect(JSON.stringify([report, events])).not.toContain("tip-top-secret");
  });

  test("lets nodes write into the working directory and not into the product's home", async () => {
    await expect(run(workflow("SaveNode"))).resolves.toMatchObject({ status: "completed" });
    await expect(run(workflow("SaveNode", { path: join(root, "keys.json") }))).resolves.toMatchObject({
      status: "failed",
      error: { code: "NODE_PATH_REFUSED", node: "step" },
    });

    expect(await readdir(workDir)).toEqual(["out.txt"]);
  });

  test("a file that cannot be read ends in a failed report", async () => {
    expect(await run("not a workflow")).toMatchObject({
      status: "failed",
      error: { code: expect.stringContaining("WORKFLOW_"), retryable: false },
    });
    expect(events.at(-1)).toMatchObject({ type: "run.finished", status: "failed" });
  });

  test("a file with errors names them, the node, and that nothing ran", async () => {
    const report = await run(workflow("SayNod"));

    expect(report).toMatchObject({
      status: "failed",
      reached: [],
      unreached: [{ node: "start" }, { node: "step" }],
      error: { node: "step", message: expect.stringContaining("SayNod"), retryable: false },
    });
    expect(events[0]).toMatchObject({ type: "log", level: "error", node: "step" });
  });

  test("a run out of time says so", async () => {
    expect(await run(workflow("HangNode"), { timeoutMs: 30 })).toMatchObject({ status: "timed_out" });
  });

  test("a run that is told to stop does", async () => {
    const stop = new AbortController();
    const running = run(workflow("HangNode"), {
      signal: stop.signal,
      onEvent: (event) => {
        if (event.type === "node.started" && event.node === "step") stop.abort();
      },
    });

    expect(await running).toMatchObject({ status: "cancelled" });
  });

  test("leaves a screenshot when it fails with a page open, and closes the browser", async () => {
    const report = await run(workflow("FailNode"), { browserManager: fakeBrowser(), jobId: "7-1" });

    expect(report).toMatchObject({ status: "failed", error: { node: "step" } });
    expect(calls).toEqual(["session 7-1", "open", "screenshot", "close"]);
    expect(await readdir(workDir)).toEqual(["failure.png"]);
    expect(events.at(-1)).toMatchObject({
      type: "artifact",
      path: join(workDir, "failure.png"),
      contentType: "image/png",
    });
  });

  test("closes the browser's session of a run that needed none", async () => {
    await run(workflow("SayNode"), { browserManager: fakeBrowser() });

    expect(calls).toEqual(["session run", "close"]);
  });

  test("without a browser, a node that needs one says what is missing", async () => {
    expect(await run(workflow("FailNode"))).toMatchObject({
      status: "failed",
      error: { code: "WORKFLOW_CAPABILITY_MISSING" },
    });
  });
});
