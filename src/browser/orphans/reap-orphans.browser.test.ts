import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, test } from "vitest";
import { testCacheDir } from "../../../test/support/browser.ts";
import { createInstanceFolder, listInstanceFolders } from "./instance-folder.ts";
import { homeHash, markerSwitch } from "./marker.ts";
import { type ProcessTable, systemProcesses } from "./process-table.ts";
import { reapOrphans } from "./reap-orphans.ts";

interface Robot {
  readonly process: ChildProcess;
  readonly home: string;
  readonly browserPid: number;
}

const started: Robot[] = [];

afterEach(async () => {
  for (const robot of started.splice(0)) {
    robot.process.kill("SIGKILL");
    signal(robot.browserPid, "SIGKILL");
    await until(async () => !(await exists(robot.browserPid)));
    await reapOrphans({ home: robot.home });
    await rm(robot.home, { recursive: true, force: true });
  }
});

describe.runIf(process.platform === "linux")("reapOrphans", () => {
  test("ends the hanging browser of a killed robot, and leaves a robot of another home alone", async () => {
    const [killed, living] = await Promise.all([startRobot(), startRobot()]);
    // A browser that hangs does not notice that its robot is gone; a healthy one ends by itself.
    signal(killed.browserPid, "SIGSTOP");
    killed.process.kill("SIGKILL");
    await once(killed.process, "exit");
    const [folder] = await listInstanceFolders(killed.home);

    const report = await reapOrphans({ home: killed.home });

    expect(report).toEqual({ killed: [killed.browserPid], foldersRemoved: 1 });
    expect(await exists(killed.browserPid)).toBe(false);
    expect(await listInstanceFolders(killed.home)).toEqual([]);
    expect(folder?.profile).toContain("playwright_chromiumdev_profile-");
    expect(await exists(living.browserPid)).toBe(true);
  });

  test("touches neither the browser nor the folder of a robot that still runs", async () => {
    const robot = await startRobot();

    const report = await reapOrphans({ home: robot.home });

    expect(report).toEqual({ killed: [], foldersRemoved: 0 });
    expect(await exists(robot.browserPid)).toBe(true);
    expect(await listInstanceFolders(robot.home)).toHaveLength(1);
  });

  test("takes a process that now has the owner's number for another one", async () => {
    const home = await mkdtemp(join(tmpdir(), "casare-reap-"));
    const table = systemProcesses();
    const namespace = (await table.row(process.pid))?.namespace ?? "-";
    await createInstanceFolder(home, { pid: process.pid, start: "1", namespace });

    const report = await reapOrphans({ home });
    await rm(home, { recursive: true });

    expect(report.foldersRemoved).toBe(1);
  });

  test("leaves alone what runs in another container, where pids mean other processes", async () => {
    const home = await mkdtemp(join(tmpdir(), "casare-reap-"));
    const owner = { pid: 4_194_999, start: "1", namespace: "12345" };
    await createInstanceFolder(home, owner);
    const marker = markerSwitch({ home: await homeHash(home), owner });
    const asleep = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)", "--", marker]);
    await once(asleep, "spawn");

    const report = await reapOrphans({ home });
    const survived = asleep.kill();
    await rm(home, { recursive: true });

    expect(report).toEqual({ killed: [], foldersRemoved: 0 });
    expect(survived).toBe(true);
  });

  test("does not kill what took the browser's number between two looks", async () => {
    const home = await mkdtemp(join(tmpdir(), "casare-reap-"));
    const marker = markerSwitch({ home: await homeHash(home), owner: { pid: 4_194_999, start: "1", namespace: "-" } });
    const row = { pid: process.pid, start: "1", namespace: "-", leadsGroup: false, commandLine: [marker] };
    const table: ProcessTable = { list: () => Promise.resolve([row]), row: () => Promise.resolve(undefined) };

    await reapOrphans({ home, processes: table });
    await rm(home, { recursive: true });

    expect(await exists(process.pid)).toBe(true);
  });
});

/** A process of its own that has a browser open. */
async function startRobot(): Promise<Robot> {
  const home = await mkdtemp(join(tmpdir(), "casare-robot-"));
  const area = fileURLToPath(new URL("../index.ts", import.meta.url));
  const script = `
    import { browserConfig, createBrowserManager, resolveChromium } from ${JSON.stringify(area)};
    const manager = createBrowserManager({
      home: ${JSON.stringify(home)},
      config: browserConfig.parse({}),
      resolve: (r) => resolveChromium({ ...r, env: process.env, cacheDir: ${JSON.stringify(testCacheDir)} }),
    });
    await manager.openSession({ jobId: "1" }).open();
    console.log(manager.running.pid);
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  const robot = { process: child, home, browserPid: Number(line.toString()) };
  started.push(robot);
  return robot;
}

async function exists(pid: number): Promise<boolean> {
  return (await systemProcesses().row(pid)) !== undefined;
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // Gone already.
  }
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  await expect.poll(condition, { timeout: 10_000 }).toBe(true);
}
