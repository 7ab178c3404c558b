import { pause } from "../../core/deadline.ts";
import { identifyProcess } from "./postmaster-pid.ts";

const POLL_MS = 20;
const QUIT_MS = 5_000;

/**
 * Ends the server under this process id, if it is the one of the data folder.
 *
 * Fast shutdown first (SIGINT: sessions end, a checkpoint is written); when that takes too long, immediate shutdown
 * (SIGQUIT), which only costs the next start a recovery; and last SIGKILL.
 *
 * @param fastMs milliseconds for the fast shutdown; 0 skips it.
 * @returns how it ended; never rejects for a server that is gone already.
 */
export async function stopServer(
  server: { readonly pid: number; readonly dataDir: string },
  fastMs: number,
): Promise<"fast" | "immediate" | "killed"> {
  if (fastMs > 0) {
    await send(server, "SIGINT");
    if (await hasEnded(server, fastMs)) return "fast";
  }
  await send(server, "SIGQUIT");
  if (await hasEnded(server, QUIT_MS)) return "immediate";
  await send(server, "SIGKILL");
  await hasEnded(server, QUIT_MS);
  return "killed";
}

async function send(server: { pid: number; dataDir: string }, signal: NodeJS.Signals): Promise<void> {
  if ((await identifyProcess(server.pid, server.dataDir)) !== "server") return;
  try {
    process.kill(server.pid, signal);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}

async function hasEnded(server: { pid: number; dataDir: string }, withinMs: number): Promise<boolean> {
  const until = performance.now() + withinMs;
  for (;;) {
    if ((await identifyProcess(server.pid, server.dataDir)) !== "server") return true;
    if (performance.now() >= until) return false;
    await pause(POLL_MS);
  }
}
