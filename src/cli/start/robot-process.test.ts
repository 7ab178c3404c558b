import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type RobotProcessEvent, type RobotProcessOptions, startRobotProcess } from "./robot-process.ts";

let folder: string;
let said = "";
beforeEach(async () => {
  said = "";
  folder = await mkdtemp(join(tmpdir(), "casare-robot-"));
});
afterEach(() => rm(folder, { recursive: true }));

const never = new AbortController().signal;

/** Events one after the other. */
function createInbox(): { push: (event: RobotProcessEvent) => void; next: () => Promise<RobotProcessEvent> } {
  const events: RobotProcessEvent[] = [];
  const waiting: ((event: RobotProcessEvent) => void)[] = [];
  return {
    push(event) {
      const resolve = waiting.shift();
      if (resolve === undefined) events.push(event);
      else resolve(event);
    },
    next() {
      const event = events.shift();
      return event === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(event);
    },
  };
}

function optionsFor(program: string, onEvent: (event: RobotProcessEvent) => void): RobotProcessOptions {
  return {
    command: process.execPath,
    args: ["-e", program],
    env: { ...process.env, ROBOT_KEY: "from-environment" },
    cwd: folder,
    onOutput: (chunk) => {
      said += Buffer.from(chunk).toString();
    },
    onEvent,
  };
}

// On a loaded machine it takes seconds until a process is up.
describe("startRobotProcess", { timeout: 60_000 }, () => {
  test("writes what the robot says to the log and passes the environment", async () => {
    const inbox = createInbox();
    const program = `console.log(process.env.ROBOT_KEY); process.on("SIGTERM", () => process.exit(0)); setInterval(() => {}, 1000);`;
    const robot = startRobotProcess(optionsFor(program, inbox.push));

    expect(await inbox.next()).toEqual({ kind: "started", pid: robot.pid });
    await robot.stop({ graceMs: 5_000, hurry: never });

    expect(robot.pid).toBeUndefined();
  });

  test("starts a robot again that has died, and not one that stops for good", async () => {
    const inbox = createInbox();
    const robot = startRobotProcess(optionsFor("process.exit(1)", inbox.push));

    expect(await inbox.next()).toMatchObject({ kind: "started" });
    expect(await inbox.next()).toEqual({ kind: "exited", how: "exit code 1", restartInMs: 500 });
    expect(await inbox.next()).toMatchObject({ kind: "started" });

    await robot.stop({ graceMs: 5_000, hurry: never });
  });

  test("gives up on a robot whose key is refused", async () => {
    const inbox = createInbox();
    const robot = startRobotProcess(optionsFor("console.error('no'); process.exit(3)", inbox.push));

    await inbox.next();
    expect(await inbox.next()).toEqual({
      kind: "gave-up",
      how: "exit code 3",
      reason: "its key is not accepted any more",
    });
    await robot.stop({ graceMs: 0, hurry: never });
    await expect.poll(() => said, { timeout: 10_000 }).toBe("no\n");
  });

  test("asks a second time when the owner is in a hurry", async () => {
    const inbox = createInbox();
    const hurry = new AbortController();
    const program = `let asked = 0; process.on("SIGTERM", () => { if (++asked === 2) process.exit(0); console.log("asked"); }); process.send("ready"); setInterval(() => {}, 1000);`;
    const robot = startRobotProcess(optionsFor(program, inbox.push));
    await inbox.next();
    expect(await inbox.next()).toEqual({ kind: "ready", pid: robot.pid });
    hurry.abort();

    await robot.stop({ graceMs: 60_000, hurry: hurry.signal });

    expect(robot.pid).toBeUndefined();
    await expect.poll(() => said, { timeout: 10_000 }).toBe("asked\n");
  });
});
