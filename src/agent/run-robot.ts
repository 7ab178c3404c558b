import { join } from "node:path";
import { type BrowserConfig, createBrowserManager, reapOrphans, resolveChromium } from "../browser/index.ts";
import type { CoreConfig } from "../config/index.ts";
import { messageOf } from "../core/errors.ts";
import { createRegistry } from "../execution/index.ts";
import { createHttpClient } from "../http/index.ts";
import { allNodes, typeAliases } from "../nodes/index.ts";
import type { AgentLog } from "./agent-log.ts";
import { type AgentConfig, defaultRobotName, type RobotConfig } from "./config.ts";
import { agentErrors } from "./errors.ts";
import { RobotAgent } from "./robot-agent.ts";
import { robotLabels } from "./robot-labels.ts";
import { runWorkflow } from "./run-workflow.ts";

/** What a robot process is started with. */
export interface RunRobotOptions {
  readonly settings: AgentConfig & BrowserConfig & Pick<CoreConfig, "HOME">;
  /** Version of the product. */
  readonly version: string;
  /** Masks the robot's key already. */
  readonly log: AgentLog;
  /** Aborts when the robot should finish its jobs and stop: the first SIGTERM. */
  readonly signal: AbortSignal;
  /** Aborts when it should give its jobs back and stop at once: the second SIGTERM. */
  readonly hurry?: AbortSignal;
  /** The orchestrator has accepted the robot for the first time. */
  readonly onReady?: (robot: { readonly name: string }) => void;
}

/**
 * Runs a robot until the signal aborts; resolves when its jobs are finished or given back and nothing of it is left.
 *
 * Begins with what a killed process left behind: browsers are ended, the outbox is sent.
 *
 * Rejects with AGENT_KEY_MISSING, AGENT_NAME_IN_USE or AGENT_FOLDER_UNUSABLE at the start, and with TUNNEL_UNAUTHORIZED,
 * TUNNEL_FORBIDDEN, TUNNEL_REPLACED, TUNNEL_NAME_TAKEN or TUNNEL_PROTOCOL_VERSION when the orchestrator refuses the robot.
 */
export async function runRobot(options: RunRobotOptions): Promise<void> {
  const { settings, log, signal, hurry } = options;
  const { HOME: home } = settings;
  if (settings.ROBOT_KEY === undefined) throw agentErrors.AGENT_KEY_MISSING({});
  const { killed } = await reapOrphans({ home, log });
  if (killed.length > 0) log.warn({ killed: killed.length }, "browsers of a killed process ended");
  const hasBrowser = await findBrowser(settings, log, signal);
  const config = robotConfigOf(options, settings.ROBOT_KEY, hasBrowser);
  const browserManager = createBrowserManager({ home, config: settings, log });
  const http = createHttpClient({ userAgent: `casare-rpa/${options.version}` });
  const registry = createRegistry(allNodes, typeAliases);
  const agent = new RobotAgent(config, {
    run: (run) =>
      runWorkflow({
        ...run,
        home,
        http,
        registry,
        commands: settings.ROBOT_COMMANDS,
        ...(hasBrowser && { browserManager }),
      }),
    log,
  });
  try {
    await agent.start();
    log.info(
      {
        robot: config.name,
        environment: config.environment,
        capabilities: config.capabilities,
        maxJobs: config.maxJobs,
      },
      "robot started",
    );
    void announce(agent, options, config.name);
    const refusal = await Promise.race([agent.ended, aborted(signal)]);
    log.info({ ...agent.state, refused: refusal?.code }, "robot stops");
    await agent.stop({ ...(hurry && { hurry }), ...(refusal !== undefined && { drainMs: 0 }) });
    if (refusal !== undefined) throw refusal;
  } finally {
    await agent.stop({ drainMs: 0 });
    await browserManager.close();
  }
}

async function announce(agent: RobotAgent, { onReady }: RunRobotOptions, name: string): Promise<void> {
  await agent.registered;
  onReady?.({ name });
}

function robotConfigOf({ settings, version }: RunRobotOptions, key: string, hasBrowser: boolean): RobotConfig {
  return {
    name: settings.ROBOT_NAME ?? defaultRobotName(),
    environment: settings.ROBOT_ENVIRONMENT,
    capabilities: robotLabels({
      hasBrowser,
      hasCommands: settings.ROBOT_COMMANDS.length > 0,
      platform: process.platform,
      configured: settings.ROBOT_CAPABILITIES,
    }),
    maxJobs: settings.ROBOT_MAX_JOBS,
    orchestratorUrl: settings.ORCHESTRATOR_URL,
    key,
    home: settings.HOME,
    version,
    drainMs: settings.ROBOT_DRAIN_MS,
    keepFailed: settings.ROBOT_KEEP_FAILED,
    outboxMaxBytes: settings.ROBOT_OUTBOX_MAX_BYTES,
    artifactMaxBytes: settings.ROBOT_ARTIFACT_MAX_BYTES,
    artifactTimeoutMs: settings.ROBOT_ARTIFACT_TIMEOUT_MS,
  };
}

/** A robot that has none must not be given jobs that need one. */
async function findBrowser(
  { HOME: home, CHROMIUM_PATH: path }: RunRobotOptions["settings"],
  log: AgentLog,
  signal: AbortSignal,
): Promise<boolean> {
  const env = { ...process.env, ...(path !== undefined && { CASARE_CHROMIUM_PATH: path }) };
  try {
    const { executablePath, source } = await resolveChromium({
      headed: false,
      env,
      cacheDir: join(home, "cache"),
      signal,
    });
    log.info({ executablePath, source }, "browser found");
    return true;
  } catch (error) {
    log.warn({ problem: messageOf(error) }, "robot takes no jobs that need a browser");
    return false;
  }
}

function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve(undefined);
    signal.addEventListener("abort", () => resolve(undefined), { once: true });
  });
}
