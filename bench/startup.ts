/**
 * How long a person waits: first and second start until ready and until the sample job is done; how much memory an idle
 * robot and the orchestrator hold; how long a robot takes from its start until it is registered.
 *
 * Needs a build (`npm run build`). Linux only: memory is read from /proc.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

const MAIN = new URL("../dist/cli/main.js", import.meta.url).pathname;

interface StartTimes {
  readonly readyMs: number;
  readonly sampleMs: number;
}

interface Started extends StartTimes {
  readonly child: ChildProcess;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

async function startProduct(home: string, port: number): Promise<Started> {
  const begun = performance.now();
  const child = spawn(process.execPath, [MAIN, "start"], {
    env: { PATH: process.env["PATH"], HOME: home, CASARE_HOME: join(home, ".casare"), CASARE_PORT: String(port) },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  child.stdout.setEncoding("utf8");
  const marks: { readyMs?: number; sampleMs?: number } = {};
  for await (const text of child.stdout) {
    output += String(text);
    if (marks.readyMs === undefined && /casare is ready on/.test(output)) marks.readyMs = performance.now() - begun;
    if (/sample job \S+ completed/.test(output)) {
      marks.sampleMs = performance.now() - begun;
      break;
    }
  }
  if (marks.readyMs === undefined || marks.sampleMs === undefined) throw new Error(`it did not start:\n${output}`);
  child.stdout.resume();
  return { child, readyMs: marks.readyMs, sampleMs: marks.sampleMs };
}

async function stopProduct(child: ChildProcess): Promise<void> {
  const ended = once(child, "exit");
  child.kill("SIGINT");
  await ended;
}

/** Resident memory in MiB of the node processes that belong to the home, by their command. */
async function residentMiB(home: string): Promise<Record<string, number>> {
  const sizes: Record<string, number> = {};
  for (const pid of (await readdir("/proc")).filter((name) => /^\d+$/.test(name))) {
    const read = (file: string): Promise<string> => readFile(`/proc/${pid}/${file}`, "utf8").catch(() => "");
    const command = (await read("cmdline")).split("\0");
    if (command[1] !== MAIN || !(await read("environ")).includes(home)) continue;
    const kib = /VmRSS:\s+(\d+)/.exec(await read("status"))?.[1];
    sizes[command[2] ?? "?"] = Math.round(Number(kib) / 1024);
  }
  return sizes;
}

/** From the process's start to the line in which the orchestrator's REST API shows it as connected. */
async function robotStartMs(home: string, port: number): Promise<number> {
  const credentials: unknown = JSON.parse(await readFile(join(home, ".casare", "credentials.json"), "utf8"));
  const keys = credentials as { readonly adminKey: string; readonly robotKey: string };
  const url = `http://127.0.0.1:${port}`;
  const begun = performance.now();
  const child = spawn(process.execPath, [MAIN, "robot"], {
    env: {
      PATH: process.env["PATH"],
      HOME: home,
      CASARE_HOME: join(home, ".casare"),
      CASARE_ROBOT_NAME: "measured",
      CASARE_ROBOT_KEY: keys.robotKey,
      CASARE_ORCHESTRATOR_URL: url,
    },
    stdio: "ignore",
  });
  for (;;) {
    const answer = await fetch(`${url}/api/v1/robots`, { headers: { authorization: `Bearer ${keys.adminKey}` } });
    const body = (await answer.json()) as {
      readonly data: readonly { readonly name: string; readonly status: string }[];
    };
    if (body.data.some((robot) => robot.name === "measured" && robot.status !== "offline")) break;
    if (performance.now() - begun > 60_000) throw new Error("the robot did not register");
    await delay(5);
  }
  const tookMs = performance.now() - begun;
  await stopProduct(child);
  return tookMs;
}

const rounded = ({ readyMs, sampleMs }: StartTimes): StartTimes => ({
  readyMs: Math.round(readyMs),
  sampleMs: Math.round(sampleMs),
});

const home = await mkdtemp(join(tmpdir(), "casare-bench-"));
try {
  const port = await freePort();
  const first = await startProduct(home, port);
  await stopProduct(first.child);
  const second = await startProduct(home, port);
  const robotMs = await robotStartMs(home, port);
  await delay(5_000);
  const rssMiB = await residentMiB(home);
  await stopProduct(second.child);
  const report = { first: rounded(first), second: rounded(second), robotRegisteredMs: Math.round(robotMs), rssMiB };
  console.log(`first start: ready ${report.first.readyMs} ms, sample done ${report.first.sampleMs} ms`);
  console.log(`second start: ready ${report.second.readyMs} ms, sample done ${report.second.sampleMs} ms`);
  console.log(`robot start until registered: ${report.robotRegisteredMs} ms`);
  console.log(`resident memory, idle: ${JSON.stringify(rssMiB)} MiB`);
  console.log(JSON.stringify(report));
} finally {
  await rm(home, { recursive: true, force: true });
}
