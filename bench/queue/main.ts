/**
 * The queue beside others on one PostgreSQL: see ../README.md.
 *
 * Options: `--quick` (under three minutes), `--only steady,calls,idle,backlog`. `CASARE_BENCH_DATABASE_URL` names another
 * server, on which the role may create databases.
 */
import { parseArgs } from "node:util";
import { findNode, installPeers } from "./peers.ts";

const PARTS = ["steady", "calls", "idle", "backlog"];

const { values: options } = parseArgs({
  options: { quick: { type: "boolean", default: false }, only: { type: "string", default: PARTS.join(",") } },
});
const wanted = options.only.split(",");
const unknown = wanted.filter((part) => !PARTS.includes(part));
if (unknown.length > 0) throw new RangeError(`--only takes ${PARTS.join(", ")}; not ${unknown.join(", ")}`);

const interrupted = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => {
    if (interrupted.signal.aborted) return;
    console.error(`interrupted by ${signal}; cleaning up`);
    interrupted.abort(new Error(`interrupted by ${signal}`));
  });
}

async function main(): Promise<void> {
  const hasPeers = await installPeers(interrupted.signal);
  const node = await findNode();
  interrupted.signal.throwIfAborted();
  const withPeers = hasPeers && node.runsPeers;
  if (!withPeers) console.log("without peers: they need to be installed, and Node 22.18 or newer");
  // Only now: what it imports may have been installed a moment ago.
  const { run } = await import("./run.ts");
  const isSound = await run({
    isQuick: options.quick,
    wanted,
    node: node.command,
    withPeers,
    signal: interrupted.signal,
  });
  if (!isSound) process.exitCode = 1;
}

try {
  await main();
} catch (error) {
  // What fails while everything is being ended tells nothing.
  if (!interrupted.signal.aborted) throw error;
}
if (interrupted.signal.aborted) process.exit(130);
