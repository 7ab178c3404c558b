import { join } from "node:path";
import type { OrchestratorClient } from "../../orchestrator/client/index.ts";
import { openRotatingLog } from "../server/rotating-log.ts";
import { type RobotProcessEvent, startRobotProcess } from "./robot-process.ts";
import type { StartParts } from "./start-parts.ts";
import { LOG_BYTES, type LocalServer } from "./start-server.ts";

/** What the robot does after its own time for draining has passed, sending of results included, milliseconds. */
const AFTER_DRAIN_MS = 20_000;
/** Not the robot's business: it talks to the orchestrator with a key of its own. */
const WITHHELD = new Set(["CASARE_DATABASE_URL", "CASARE_DATABASE_URL_FILE", "CASARE_API_KEY", "CASARE_API_KEY_FILE"]);

/** Keeps one robot of this machine running, as a process of its own; draining it is part of the teardown. */
export function startLocalRobot(parts: StartParts, server: LocalServer, client: OrchestratorClient): void {
  const { context, settings, announcer, teardown } = parts;
  const log = openRotatingLog(join(settings.HOME, "logs", "robot.log"), LOG_BYTES);
  teardown.add("the robot's log", async () => log.close());
  const robot = startRobotProcess({
    command: process.execPath,
    args: [...process.execArgv, process.argv[1] ?? "", "robot", "start"],
    env: robotEnvironment(context.env, { HOME: settings.HOME, ORCHESTRATOR_URL: server.url }),
    cwd: settings.HOME,
    onOutput: (chunk) => log.write(chunk),
    onEvent: (event) => tell(parts, event, log.file),
  });
  teardown.add("the robot", async () => {
    const running = await countRunning(client);
    const what = running === 0 ? "robot stops" : `robot finishes ${running} ${running === 1 ? "job" : "jobs"}`;
    announcer.info("robot-drains", what, { runningJobs: running });
    await robot.stop({ graceMs: settings.ROBOT_DRAIN_MS + AFTER_DRAIN_MS, hurry: context.hurry });
    announcer.done("robot-stopped", "robot stopped");
  });
}

/** The robot's key is in the home folder, where it looks for it; neither arguments nor environment show it. */
function robotEnvironment(env: NodeJS.ProcessEnv, settings: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const inherited = Object.entries(env).filter(([name]) => !WITHHELD.has(name));
  const own = Object.entries(settings).map(([key, value]) => [`CASARE_${key}`, value] as const);
  return Object.fromEntries([...inherited, ...own]);
}

function tell({ announcer }: StartParts, event: RobotProcessEvent, logFile: string): void {
  switch (event.kind) {
    case "started":
      return announcer.info("robot-started", `robot starts (process ${event.pid})`, { pid: event.pid });
    case "ready":
      return announcer.done("robot-ready", `robot connected (process ${event.pid})`, { pid: event.pid });
    case "exited":
      return announcer.trouble(
        "robot-exited",
        `robot ended with ${event.how} and starts again in ${event.restartInMs / 1_000} s; its log: ${logFile}`,
        { how: event.how, restartInMs: event.restartInMs, logFile },
      );
    case "gave-up":
      return announcer.trouble(
        "robot-gave-up",
        `robot ended with ${event.how} and is not started again: ${event.reason}; its log: ${logFile}`,
        { how: event.how, reason: event.reason, logFile },
      );
  }
}

async function countRunning(client: OrchestratorClient): Promise<number> {
  try {
    const { data } = await client.listJobs({ state: ["running"], limit: 250, signal: AbortSignal.timeout(2_000) });
    return data.length;
  } catch {
    // Only for the message; draining goes on without it.
    return 0;
  }
}
