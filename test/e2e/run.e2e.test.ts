import { access, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  createFolder,
  findProcesses,
  type ProcessOptions,
  runCasare,
  startCasare,
  until,
} from "../support/processes.ts";
import { chain } from "../support/workflow-files.ts";

let folder: Awaited<ReturnType<typeof createFolder>>;
let home: string;
let cwd: string;
beforeAll(async () => {
  folder = await createFolder();
  home = join(folder.path, "home");
  cwd = join(folder.path, "work");
  await mkdir(cwd);
});
afterAll(() => folder.remove());

interface RunDocument {
  readonly status: string;
  readonly reached: readonly string[];
  readonly unreached: readonly { readonly node: string; readonly reason: string }[];
  readonly variables: Readonly<Record<string, unknown>>;
  readonly error?: { readonly code: string; readonly message: string; readonly node?: string; readonly port?: string };
  readonly issues: readonly { readonly code: string; readonly severity: string }[];
}

/** Runs `casare run … --json` on a file with this content, and reads the one document on stdout. */
async function run(
  content: unknown,
  args: readonly string[] = [],
  options: ProcessOptions = {},
): Promise<{ readonly exitCode: number | undefined; readonly document: RunDocument; readonly stderr: string }> {
  const text = typeof content === "string" || content instanceof Uint8Array ? content : JSON.stringify(content);
  const file = join(cwd, `${Math.random().toString(36).slice(2)}.json`);
  await writeFile(file, text);
  return runFile(file, args, options);
}

async function runFile(file: string, args: readonly string[] = [], options: ProcessOptions = {}) {
  const { env, ...rest } = options;
  const result = await runCasare(["run", file, "--json", ...args], {
    cwd,
    ...rest,
    env: { CASARE_HOME: home, ...env },
  });
  expect(result.stdout.trim().split("\n")).toHaveLength(1);
  return { exitCode: result.exitCode, document: JSON.parse(result.stdout) as RunDocument, stderr: result.stderr };
}

const sumLoop = {
  ...chain("sum", {
    init: ["SetVariableNode", { variable_name: "total", value: 0 }],
    list: ["SetVariableNode", { variable_name: "numbers", value: [1, 2, 3, 4] }],
    loop: ["ForLoopStartNode", { items: "{{numbers}}" }],
    add: ["MathOperationNode", { a: "{{total}}", b: "{{loop.current_item}}", operation: "add" }],
    keep: ["SetVariableNode", { variable_name: "total", value: "{{add.result}}" }],
    back: ["ForLoopEndNode", { paired_start_id: "loop" }],
    say: ["LogNode", { message: "total {{total}}" }],
  }),
  connections: [
    ["init", "exec_out", "list"],
    ["list", "exec_out", "loop"],
    ["loop", "body", "add"],
    ["add", "exec_out", "keep"],
    ["keep", "exec_out", "back"],
    ["loop", "completed", "say"],
  ].map(([source, port, target]) => ({
    source_node: source,
    source_port: port,
    target_node: target,
    target_port: "exec_in",
  })),
};

describe("casare run", () => {
  test("runs a loop to its end and reports what came out of it", async () => {
    const { exitCode, document, stderr } = await run(sumLoop);

    expect(exitCode).toBe(0);
    expect(document).toMatchObject({ status: "completed", unreached: [], issues: [] });
    expect(document.reached).toEqual(["init", "list", "loop", "add", "keep", "back", "say"]);
    expect(document.variables).toMatchObject({ total: 10, numbers: [1, 2, 3, 4], add: { result: 10 } });
    expect(stderr).toContain("total 10");
  });

  test("a text with byte order mark and Windows line ends, gzip, and stdin are as good as a plain file", async () => {
    const text = `\uFEFF${JSON.stringify(sumLoop, undefined, 2).replaceAll("\n", "\r\n")}`;

    const results = await Promise.all([run(text), run(gzipSync(text)), runFile("-", [], { input: text })]);

    expect(results.map(({ exitCode, document }) => [exitCode, document.variables["total"]])).toEqual([
      [0, 10],
      [0, 10],
      [0, 10],
    ]);
  });

  test("files are read and written in the working directory", async () => {
    await run(
      chain("files", {
        write: ["WriteFileNode", { file_path: "out/hello.txt", content: "hello" }],
      }),
    );

    expect(await readFile(join(cwd, "out", "hello.txt"), "utf8")).toBe("hello");
  });

  test("variables come from arguments and files; a secret only from files, and it shows nowhere", async () => {
    await writeFile(join(cwd, "password.txt"), "hunter22-secret\n");
    const file = {
      ...chain("variables", { say: ["LogNode", { message: "{{name}} {{count}} {{password}}" }] }),
      variables: {
        name: { name: "name", type: "String", default_value: "" },
        count: { name: "count", type: "Integer", default_value: 0 },
        password: { name: "password", type: "String", default_value: "", sensitive: true },
      },
    };

    const good = await run(file, ["--var", "name=007", "--var", "count=3", "--var-file", "password=password.txt"]);
    const secretAsArgument = await run(file, ["--var", "password=hunter22-secret"]);
    const wrongType = await run(file, ["--var", "count=many"]);

    expect(good).toMatchObject({ exitCode: 0, document: { variables: { name: "007", count: 3 } } });
    expect(good.stderr).toContain("007 3 ");
    expect(secretAsArgument).toMatchObject({ exitCode: 2, document: { error: { code: "CLI_VARIABLE_SENSITIVE" } } });
    expect(secretAsArgument.stderr).toContain("--var-file");
    expect(wrongType).toMatchObject({ exitCode: 6, document: { status: "failed", reached: [] } });
    expect(JSON.stringify([good, secretAsArgument, wrongType])).not.toContain("hunter22-secret");
  });

  test("a run that fails says where and why, and what never ran", async () => {
    const { exitCode, document } = await run(
      chain("fails", {
        read: ["ReadFileNode", { file_path: "missing.txt" }],
        say: ["LogNode", { message: "never" }],
      }),
    );

    expect(exitCode).toBe(1);
    expect(document).toMatchObject({ status: "failed", error: { node: "read" }, unreached: [{ node: "say" }] });
    expect(document.unreached[0]?.reason).not.toBe("");
  });

  test("a run that takes too long is ended", async () => {
    const { exitCode, document } = await run(chain("slow", { wait: ["WaitNode", { duration: 60 }] }), [
      "--timeout",
      "0.5",
    ]);

    expect({ exitCode, status: document.status }).toEqual({ exitCode: 124, status: "timed_out" });
  });

  test("Ctrl-C cancels the run, closes the browser, and leaves no process", async () => {
    const file = join(cwd, "endless.json");
    await writeFile(
      file,
      JSON.stringify(
        chain("endless", { launch: ["LaunchBrowserNode", { headless: true }], wait: ["WaitNode", { duration: 60 }] }),
      ),
    );
    const running = startCasare(["run", file, "--json"], { cwd, env: { CASARE_HOME: home } });
    const launched = await until(() => (running.stderr.includes("launch") ? true : undefined), 60_000);
    expect(launched).toBe(true);

    running.signal("SIGINT");
    const { exitCode, stdout } = await running.ended;

    expect(exitCode).toBe(130);
    expect(JSON.parse(stdout)).toMatchObject({ status: "cancelled" });
    expect(await until(async () => ((await findProcesses(home)).length === 0 ? true : undefined), 10_000)).toBe(true);
  });

  test("without --json, the outcome is told in words", async () => {
    const file = join(cwd, "words.json");
    await writeFile(file, JSON.stringify(sumLoop));

    const { exitCode, stdout } = await runCasare(["run", file], { cwd, env: { CASARE_HOME: home } });

    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^completed in .*: 7 nodes ran, 0 did not\n$/);
  });
});

interface FileNode {
  readonly node_id: string;
  readonly node_type: string;
  readonly config: object;
}

const say: FileNode = { node_id: "say", node_type: "LogNode", config: { message: "hello" } };
const connect = (source: string, sourcePort: string, target: string, targetPort: string) => ({
  source_node: source,
  source_port: sourcePort,
  target_node: target,
  target_port: targetPort,
});
const file = (nodes: readonly FileNode[], connections: readonly object[] = []) => ({
  metadata: { name: "bad" },
  nodes: Object.fromEntries(nodes.map((node) => [node.node_id, node])),
  connections,
});
const math = (id: string, config: object = { a: 1, operation: "add" }) => ({
  node_id: id,
  node_type: "MathOperationNode",
  config,
});
const nested = (depth: number): string => `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`;

describe("casare run refuses a file that cannot run, with exit code 6", () => {
  test.each<[string, unknown, string]>([
    ["is no JSON", '{"nodes": {"a": }', "WORKFLOW_JSON_INVALID"],
    ["is empty", "", "WORKFLOW_JSON_INVALID"],
    ["is no object", "[]", "WORKFLOW_SHAPE_INVALID"],
    ["has an unknown node type", file([{ ...say, node_type: "LgNode" }]), "WORKFLOW_NODE_TYPE_UNKNOWN"],
    [
      "connects an unknown port",
      file([say, math("sum", { a: 1, b: 2, operation: "add" })], [connect("sum", "reslt", "say", "message")]),
      "WORKFLOW_PORT_UNKNOWN",
    ],
    ["lacks a setting", file([{ node_id: "go", node_type: "GoToURLNode", config: {} }]), "WORKFLOW_CONFIG_MISSING"],
    [
      "has a setting of another type",
      file([{ node_id: "wait", node_type: "WaitNode", config: { duration: "soon" } }]),
      "WORKFLOW_CONFIG_INVALID",
    ],
    [
      "is larger than 10 MiB",
      JSON.stringify({ ...file([say]), filler: "x".repeat(10 * 1_048_576) }),
      "WORKFLOW_TOO_LARGE",
    ],
    [
      "has 5 001 connections",
      file(
        [say],
        Array.from({ length: 5_001 }, () => connect("say", "exec_out", "say", "exec_in")),
      ),
      "WORKFLOW_TOO_MANY_CONNECTIONS",
    ],
    ["nests too deep", `{"nodes": {}, "extra": ${nested(100_000)}}`, "WORKFLOW_TOO_DEEP"],
  ])("that %s", async (_case, content, code) => {
    const { exitCode, document, stderr } = await run(content);

    expect(exitCode).toBe(6);
    expect(document).toMatchObject({ status: "failed", reached: [] });
    expect(document.issues.map((issue) => issue.code)).toContain(code);
    expect(document.error?.code).toBe(document.issues.find((issue) => issue.severity === "error")?.code);
    expect(stderr).toContain(code);
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  test("that has data flowing in a circle", async () => {
    const { exitCode, document } = await run(
      file(
        [math("one"), math("two"), say],
        [
          connect("one", "result", "two", "b"),
          connect("two", "result", "one", "b"),
          connect("one", "result", "say", "message"),
        ],
      ),
    );

    expect(exitCode).toBe(6);
    expect(document.error?.message).toMatch(/one|two/);
  });

  test("a node that the flow cannot reach is no error, but the report says that it never ran", async () => {
    const { exitCode, document, stderr } = await run(
      file(
        [{ node_id: "start", node_type: "StartNode", config: {} }, say, { ...say, node_id: "lonely" }],
        [connect("start", "exec_out", "say", "exec_in")],
      ),
    );

    expect(exitCode).toBe(0);
    expect(document.reached).toEqual(["start", "say"]);
    expect(document.unreached.map(({ node }) => node)).toEqual(["lonely"]);
    expect(stderr).toContain("lonely");
  });

  test("a file that is not there is not found", async () => {
    const { exitCode, document } = await runFile("missing.json");

    expect(exitCode).toBe(4);
    expect(document).toMatchObject({ status: "failed", error: { code: "CLI_FILE_NOT_FOUND" } });
  });
});

const { CASARE_WORKFLOWS_DIR: given, CASARE_REFERENCE_DIR: reference } = process.env;
const workflows = given ?? (reference === undefined ? undefined : join(reference, "..", "data", "workflows"));
const stressFolder = workflows === undefined ? undefined : join(workflows, "stress_test_v1");
const hasStressFiles =
  stressFolder !== undefined &&
  (await access(stressFolder).then(
    () => true,
    () => false,
  ));

// The files are not part of this project: CASARE_WORKFLOWS_DIR says where they are.
describe.skipIf(!hasStressFiles)("casare run on workflow files of the Python system", () => {
  test("all of them run to their end", async () => {
    const names = (await readdir(stressFolder ?? "")).filter((name) => name.endsWith(".json"));
    const outcomes: unknown[] = [];
    for (const name of names) {
      const { exitCode, document } = await runFile(join(stressFolder ?? "", name));
      outcomes.push({ name, exitCode, status: document.status, unreached: document.unreached });
    }

    expect(names.length).toBeGreaterThan(0);
    expect(outcomes).toEqual(names.map((name) => ({ name, exitCode: 0, status: "completed", unreached: [] })));
  });
});
