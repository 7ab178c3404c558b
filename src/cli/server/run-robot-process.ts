import { runRobot } from "../../agent/index.ts";
import { createMasker } from "../../core/mask.ts";
import { chooseTarget } from "../client/target.ts";
import type { CommandContext } from "../command.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { readCredentials } from "../home/credentials.ts";
import { type CliSettings, flagOf, isGiven, loadCliSettings } from "../settings.ts";
import { READY_MESSAGE } from "../start/robot-process.ts";
import { readVersion } from "../version.ts";
import { createProcessLog } from "./process-log.ts";

/** Options of `casare robot`. */
export interface RobotFlags {
  readonly url?: string;
  readonly name?: string;
  readonly environment?: string;
  readonly maxJobs?: number;
  readonly home?: string;
}

/**
 * Runs a robot until it is told to stop. A robot that `casare start` runs also stops when that process has died, which it
 * sees by the end of its IPC channel.
 */
export async function runRobotProcess(context: CommandContext, flags: RobotFlags): Promise<ExitCode> {
  const settings = await loadCliSettings(context.env, {
    ORCHESTRATOR_URL: flagOf("--url", flags.url),
    ROBOT_NAME: flagOf("--name", flags.name),
    ROBOT_ENVIRONMENT: flagOf("--environment", flags.environment),
    ROBOT_MAX_JOBS: flagOf("--max-jobs", flags.maxJobs),
    HOME: flagOf("--home", flags.home),
  });
  const { url, key } = await chooseOrchestrator(settings);
  const masker = createMasker(settings.secrets());
  if (key !== undefined) masker.add(key);
  const log = createProcessLog(context.output, settings.values, { name: "robot", masker });
  const orphaned = new AbortController();
  process.once("disconnect", () => orphaned.abort());
  try {
    await runRobot({
      settings: { ...settings.values, ORCHESTRATOR_URL: url, ROBOT_KEY: key },
      version: readVersion(),
      log,
      signal: AbortSignal.any([context.signal, orphaned.signal]),
      hurry: context.hurry,
      onReady: () => process.send?.(READY_MESSAGE),
    });
    return EXIT.ok;
  } finally {
    await log.flush();
  }
}

async function chooseOrchestrator(settings: CliSettings): Promise<{ url: string; key: string | undefined }> {
  const { HOME: home, ORCHESTRATOR_URL: url, PORT: port, ROBOT_KEY: givenKey } = settings.values;
  const { url: localUrl, robotKey } = givenKey === undefined ? await readCredentials(home) : {};
  return chooseTarget({
    givenUrl: isGiven(settings, "CASARE_ORCHESTRATOR_URL") ? url : undefined,
    givenPort: isGiven(settings, "CASARE_PORT") ? port : undefined,
    givenKey,
    local: { url: localUrl, key: robotKey },
  });
}
