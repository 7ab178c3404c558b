import { once } from "node:events";
import { readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  createFolder,
  findFreePort,
  findProcesses,
  type ProcessResult,
  type RunningProcess,
  runCasare,
  startCasare,
  until,
} from "../support/processes.ts";
import { chain } from "../support/workflow-files.ts";

/** Processes of this home that are left, after time to end. */
async function leftRunning(home: string): Promise<readonly string[]> {
  await until(async () => ((await findProcesses(home)).length === 0 ? true : undefined), 15_000);
  return (await findProcesses(home)).map(({ command }) => command);
}

describe("casare start, from the first start to the second", () => {
  let folder: Awaited<ReturnType<typeof createFolder>>;
  let env: Record<string, string>;
  let home: string;
  let port: number;
  let first: RunningProcess;
  let sampleJobId: string;
  beforeAll(async () => {
    folder = await createFolder();
    home = join(folder.path, "home");
    port = await findFreePort();
    env = { CASARE_HOME: home };
    first = startCasare(["start", "--port", String(port)], { env, timeoutMs: 900_000 });
  });
  afterAll(async () => {
    for (const { pid } of await findProcesses(home)) process.kill(pid, "SIGKILL");
    await folder.remove();
  });

  /** A command in another terminal. */
  const casare = (...args: string[]): Promise<ProcessResult> => runCasare(args, { env, cwd: folder.path });
  async function casareJson<T>(...args: string[]): Promise<T> {
    const result = await casare(...args, "--json");
    expect(result.exitCode).toBe(0);
    return JSON.parse(result.stdout) as T;
  }

  test("it is ready, then its sample job reaches 100 %", async () => {
    await first.waitFor(new RegExp(`^casare is ready on http://127\\.0\\.0\\.1:${port}$`, "m"), 120_000);
    const [, jobId] = await first.waitFor(/^sample job (\d+) completed: 100 %$/m, 120_000);
    await first.waitFor(/Ctrl-C stops everything/);
    sampleJobId = jobId ?? "";

    expect(first.stdout).toContain(`http://127.0.0.1:${port}/docs`);
    expect(first.stdout).toMatch(/admin key {2,}crpa_admin_/);
    expect(first.stdout).toContain("result.png");
    expect(first.stderr).toBe("");
  });

  test("the keys lie in a file for its owner only, and no process shows them", async () => {
    const credentials = join(home, "credentials.json");
    const { adminKey, robotKey } = JSON.parse(await readFile(credentials, "utf8")) as Record<string, string>;
    const processes = await findProcesses(home);
    const shown = await Promise.all(
      processes.flatMap(({ pid }) =>
        ["cmdline", "environ"].map((name) => readFile(`/proc/${pid}/${name}`, "utf8").catch(() => "")),
      ),
    );
    const logs = await Promise.all(
      ["orchestrator.log", "robot.log"].map((name) => readFile(join(home, "logs", name), "utf8")),
    );

    expect((await stat(credentials)).mode & 0o777).toBe(0o600);
    expect(processes.length).toBeGreaterThan(2);
    for (const secret of [adminKey, robotKey]) {
      expect(secret).toMatch(/^crpa_/);
      expect([...shown, ...logs].join("\n")).not.toContain(secret);
    }
  });

  test("commands in another terminal need no configuration", async () => {
    const job = await casareJson<{ state: string; result: object }>("job", "get", sampleJobId);
    const list = await casareJson<{ data: { id: string }[] }>("job", "list");
    const logs = await casareJson<{ message: string }[]>("job", "logs", sampleJobId);
    const waited = await casare("job", "wait", sampleJobId);
    const missing = await casare("job", "get", "999999");

    expect(job.state).toBe("completed");
    expect(list.data.map(({ id }) => id)).toEqual([sampleJobId]);
    expect(logs.map(({ message }) => message)).toEqual(["score 100 %"]);
    expect(waited).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^job \d+ completed after /) });
    expect(missing).toMatchObject({ exitCode: 4, stdout: "" });
  });

  test("a workflow file is stored once, runs on the robot, and its outcome is the exit code", async () => {
    const good = join(folder.path, "greet.json");
    const variables = { name: { name: "name", type: "String", default_value: "nobody" } };
    await writeFile(
      good,
      JSON.stringify({ ...chain("greet", { say: ["LogNode", { message: "hello {{name}}" }] }), variables }),
    );
    const bad = join(folder.path, "fail.json");
    await writeFile(bad, JSON.stringify(chain("fail", { read: ["ReadFileNode", { file_path: "missing.txt" }] })));

    const waited = await casare("workflow", "submit", good, "--var", "name=Ada", "--wait", "--json");
    const again = await casare("workflow", "submit", good, "--var", "name=Bob");
    const followed = await casare("job", "logs", "-f", again.stdout.trim());
    const failed = await casare("workflow", "submit", bad, "--wait");
    const retried = await casare("job", "retry", again.stdout.trim());
    const workflows = await casareJson<{ data: { name: string; version: number }[] }>("workflow", "list");

    expect(waited.exitCode).toBe(0);
    expect(JSON.parse(waited.stdout)).toMatchObject({ state: "completed", variables: { name: "Ada" } });
    expect(again.stderr).toContain("unchanged, version 1");
    expect(followed).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("hello Bob") });
    expect(failed).toMatchObject({ exitCode: 1, stdout: expect.stringContaining("missing.txt") });
    expect(retried).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^\d+\n$/) });
    expect(workflows.data.map(({ name, version }) => [name, version])).toEqual([
      ["fail", 1],
      ["greet", 1],
      ["Fill the restless form", 1],
    ]);
  });

  test("a waiting job can be cancelled, and a robot paused and resumed", async () => {
    const [robot] = (await casareJson<{ data: { name: string; status: string }[] }>("robot", "list")).data;
    const paused = await casareJson<{ intent: string }>("robot", "pause", robot?.name ?? "");
    const submitted = await casare("workflow", "submit", join(folder.path, "greet.json"));
    const jobId = submitted.stdout.trim();
    const timedOut = await casare("job", "wait", jobId, "--timeout", "1");
    const cancelled = await casare("job", "cancel", jobId, "--reason", "not needed");
    const waited = await casare("job", "wait", jobId);
    const cancelledAgain = await casare("job", "cancel", jobId);
    const resumed = await casareJson<{ intent: string }>("robot", "resume", robot?.name ?? "");
    const unknown = await casare("robot", "drain", "nobody");

    expect([paused.intent, resumed.intent]).toEqual(["paused", "active"]);
    expect(timedOut.exitCode).toBe(124);
    expect(cancelled.exitCode).toBe(0);
    expect(waited.exitCode).toBe(130);
    expect(cancelledAgain.exitCode).toBe(1);
    expect(unknown.exitCode).toBe(4);
  });

  test("a robot's key is printed once, alone on stdout, and can be revoked", async () => {
    const created = await casare("key", "create", "--kind", "robot", "--name", "warehouse");
    const keys = await casareJson<{ data: { id: string; name: string; revokedAt?: string }[] }>("key", "list");
    const key = keys.data.find(({ name }) => name === "warehouse");
    const revoked = await casareJson<{ revokedAt?: string }>("key", "revoke", key?.id ?? "");
    const refused = await runCasare(["robot"], {
      env: {
        CASARE_HOME: join(folder.path, "other"),
        CASARE_ORCHESTRATOR_URL: `http://127.0.0.1:${port}`,
        CASARE_ROBOT_KEY: created.stdout.trim(),
      },
    });

    expect(created.stdout).toMatch(/^crpa_robot_\S+\n$/);
    expect(revoked.revokedAt).toBeDefined();
    expect(refused.exitCode).toBe(3);
    expect(refused.stdout + refused.stderr).not.toContain(created.stdout.trim());
  });

  test("a second start on the same home is refused and harms nothing", async () => {
    const second = await casare("start", "--port", String(await findFreePort()));

    expect(second.exitCode).toBe(75);
    expect(second.stderr).toContain(`process ${first.pid}`);
    expect((await casareJson<{ data: object[] }>("job", "list")).data.length).toBeGreaterThan(0);
  });

  test("a start on the same port is refused and leaves nothing running", async () => {
    const otherHome = join(folder.path, "other-home");
    const other = await runCasare(["start", "--port", String(port)], { env: { CASARE_HOME: otherHome } });

    expect(other.exitCode).toBe(75);
    expect(other.stderr).toContain("another casare orchestrator");
    expect(await leftRunning(otherHome)).toEqual([]);
  });

  test("a robot that is killed is started again", async () => {
    const robot = (await findProcesses(home)).find(({ command }) => command.endsWith("robot start"));
    process.kill(robot?.pid ?? 0, "SIGKILL");

    await first.waitFor(/robot connected[\s\S]*robot connected/, 60_000);
    const submitted = await casare("workflow", "submit", join(folder.path, "greet.json"), "--wait");

    expect(first.stderr).toMatch(/robot ended with signal SIGKILL and starts again/);
    expect(submitted.exitCode).toBe(0);
  });

  test("Ctrl-C ends all of it in good order", async () => {
    first.signal("SIGINT");
    const { exitCode, stdout } = await first.ended;

    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/robot stopped[\s\S]*orchestrator stopped[\s\S]*database stopped/);
    expect(await leftRunning(home)).toEqual([]);
  });

  test("a second start keeps all data, shows no key, and tells scripts in JSON lines", async () => {
    const second = startCasare(["start", "--port", String(port), "--no-sample", "--json"], { env });
    await second.waitFor(/"event":"robot-ready"/, 60_000);
    const job = await casareJson<{ state: string }>("job", "get", sampleJobId);
    second.signal("SIGTERM");
    const { exitCode, stdout } = await second.ended;
    const events = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { event: string; url?: string });

    expect(job.state).toBe("completed");
    expect(exitCode).toBe(0);
    expect(events.find(({ event }) => event === "ready")?.url).toBe(`http://127.0.0.1:${port}`);
    expect(stdout).not.toContain("crpa_");
    expect(await leftRunning(home)).toEqual([]);
  });

  test("a damaged data folder is refused with one sentence, and nothing is left running", async () => {
    const { findings } = JSON.parse((await casare("doctor", "--json")).stdout) as {
      findings: { id: string; detail: string }[];
    };
    const dataDir = /data in (\S+)$/.exec(findings.find(({ id }) => id === "database")?.detail ?? "")?.[1] ?? "";
    await rm(join(dataDir, "PG_VERSION"));

    const refused = await casare("start", "--port", String(port));

    expect(refused.exitCode).toBe(74);
    expect(refused.stderr).toContain("[DATABASE_CORRUPT]");
    expect(refused.stderr).not.toMatch(/\n\s+at /);
    expect(await leftRunning(home)).toEqual([]);
  });
});

describe("casare start refuses", () => {
  let folder: Awaited<ReturnType<typeof createFolder>>;
  beforeAll(async () => {
    folder = await createFolder();
  });
  afterAll(() => folder.remove());

  test("a port that another program holds", async () => {
    const server = createServer((_request, response) => response.end("hello")).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as { port: number };
    const home = join(folder.path, "home");

    const { exitCode, stderr } = await runCasare(["start"], { env: { CASARE_HOME: home, CASARE_PORT: String(port) } });
    server.close();

    expect(exitCode).toBe(75);
    expect(stderr).toContain("another program");
    expect(await leftRunning(home)).toEqual([]);
  });

  test("a home folder that cannot be made", async () => {
    const { exitCode, stderr } = await runCasare(["start"], { env: { CASARE_HOME: "/proc/casare" } });

    expect(exitCode).toBe(74);
    expect(stderr).toContain("CASARE_HOME");
  });

  test("a database that cannot be reached", async () => {
    const { exitCode, stderr } = await runCasare(["orchestrator", "--port", "0"], {
      env: {
        CASARE_HOME: join(folder.path, "far"),
        CASARE_DATABASE_URL: "postgres://nobody:hunter22-secret@127.0.0.1:1/none",
      },
    });

    expect(exitCode).toBe(5);
    expect(stderr).not.toContain("hunter22-secret");
  });
});
