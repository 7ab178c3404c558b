import { type ChildProcess, spawn } from "node:child_process";
import { type Clock, systemClock } from "../../core/clock.ts";
import { pause } from "../../core/deadline.ts";
import { decideAfterExit, PROVEN_AFTER_MS } from "./restart-policy.ts";

export type RobotProcessEvent =
  | { readonly kind: "started"; readonly pid: number }
  /** The robot said that it is connected. */
  | { readonly kind: "ready"; readonly pid: number }
  | { readonly kind: "exited"; readonly how: string; readonly restartInMs: number }
  | { readonly kind: "gave-up"; readonly how: string; readonly reason: string };

export interface RobotProcess {
  /** Process id of the present child, undefined between two of them. */
  readonly pid: number | undefined;
  /**
   * Asks the robot to finish its jobs and waits until it has ended.
   *
   * @param options.graceMs after this many milliseconds, or as soon as `hurry` aborts, it is asked to give its jobs back
   *   (second SIGTERM); another HURRY_MS later it is killed.
   */
  stop(options: { readonly graceMs: number; readonly hurry: AbortSignal }): Promise<void>;
}

export interface RobotProcessOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  /** Gets what the robot writes. */
  readonly onOutput: (chunk: Uint8Array) => void;
  readonly onEvent: (event: RobotProcessEvent) => void;
  readonly clock?: Clock;
}

/** What a robot process sends over its IPC channel once it is connected. */
export const READY_MESSAGE = "ready";

/** Time a robot has to give its jobs back before it is killed, milliseconds. */
const HURRY_MS = 10_000;

/**
 * Keeps one robot process running until it is stopped; restarts it with growing delays when it ends by itself.
 *
 * The child is in a process group of its own, so that Ctrl-C on the terminal does not reach it, and has an IPC channel,
 * whose end tells it that this process has died.
 */
export function startRobotProcess(options: RobotProcessOptions): RobotProcess {
  const clock = options.clock ?? systemClock;
  const stopping = new AbortController();
  let child: ChildProcess | undefined;

  async function keepRunning(firstChild: ChildProcess): Promise<void> {
    let current = firstChild;
    let quickExits = 0;
    for (;;) {
      const startedMs = clock.monotonicMs();
      child = current;
      const pid = current.pid ?? 0;
      options.onEvent({ kind: "started", pid });
      current.on("message", (message) => {
        if (message === READY_MESSAGE) options.onEvent({ kind: "ready", pid });
      });
      const end = await ended(current);
      child = undefined;
      if (stopping.signal.aborted) return;
      quickExits = clock.monotonicMs() - startedMs >= PROVEN_AFTER_MS ? 0 : quickExits + 1;
      const decision = decideAfterExit(end.exitCode, quickExits);
      if (decision.kind === "give-up") {
        return options.onEvent({ kind: "gave-up", how: end.how, reason: decision.reason });
      }
      options.onEvent({ kind: "exited", how: end.how, restartInMs: decision.delayMs });
      if (!(await pause(decision.delayMs, stopping.signal))) return;
      current = spawnRobot(options);
    }
  }

  const running = keepRunning(spawnRobot(options));
  return {
    get pid() {
      return child?.pid;
    },
    async stop({ graceMs, hurry }) {
      stopping.abort();
      const current = child;
      if (current !== undefined) await stopChild(current, graceMs, hurry);
      await running;
    },
  };
}

function spawnRobot(options: RobotProcessOptions): ChildProcess {
  const child = spawn(options.command, options.args, {
    env: options.env,
    cwd: options.cwd,
    detached: true,
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  child.stdout?.on("data", options.onOutput);
  child.stderr?.on("data", options.onOutput);
  return child;
}

async function stopChild(child: ChildProcess, graceMs: number, hurry: AbortSignal): Promise<void> {
  const gone = new AbortController();
  const end = ended(child).then(() => gone.abort());
  child.kill("SIGTERM");
  await pause(graceMs, AbortSignal.any([gone.signal, hurry]));
  if (!gone.signal.aborted) {
    child.kill("SIGTERM");
    await pause(HURRY_MS, gone.signal);
  }
  if (!gone.signal.aborted) killGroup(child);
  await end;
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(process.platform === "win32" ? child.pid : -child.pid, "SIGKILL");
  } catch {
    // It has ended in this very moment.
  }
}

function ended(child: ChildProcess): Promise<{ readonly exitCode: number | undefined; readonly how: string }> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) {
      return resolve({ exitCode: child.exitCode ?? undefined, how: howOf(child.exitCode, child.signalCode) });
    }
    child.once("error", (error) => resolve({ exitCode: undefined, how: error.message }));
    child.once("exit", (code, signal) => resolve({ exitCode: code ?? undefined, how: howOf(code, signal) }));
  });
}

function howOf(code: number | null, signal: NodeJS.Signals | null): string {
  return signal === null ? `exit code ${code}` : `signal ${signal}`;
}
