/**
 * Chaos run of the queue: `npm run chaos:queue -- [--minutes N] [--jobs M] [--seed S] [--workers W]`.
 *
 * Progress on stderr, one line of JSON on stdout. Exits 0 when every invariant holds, 1 when one is broken (the folder with
 * database, journals and logs is kept then), 2 when the run itself failed, 64 for wrong arguments, 130 and 143 for signals.
 */
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { messageOf } from "../../../src/core/errors.ts";
import { type ChaosOptions, readOptions } from "./options.ts";
import { describeViolations } from "./report.ts";
import { runChaos } from "./run-chaos.ts";

const SIGNAL_EXITS = { SIGINT: 130, SIGTERM: 143 } as const;

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

async function main(options: ChaosOptions): Promise<number> {
  const stopping = new AbortController();
  let caught: keyof typeof SIGNAL_EXITS | undefined;
  for (const name of Object.keys(SIGNAL_EXITS) as (keyof typeof SIGNAL_EXITS)[]) {
    process.on(name, () => {
      caught ??= name;
      stopping.abort(new Error(`stopped by ${name}`));
    });
  }
  const folder = await mkdtemp(path.join(tmpdir(), "casare-chaos-queue-"));
  // As root the server runs as another account, which must get through.
  await chmod(folder, 0o755);
  let isKept = false;
  try {
    const startedMs = performance.now();
    const { counts, violations } = await runChaos(options, { folder, signal: stopping.signal, say });
    const isOk = violations.length === 0;
    isKept = !isOk;
    const seconds = Math.round((performance.now() - startedMs) / 1_000);
    if (!isOk) say(`${describeViolations(violations)}\ndatabase, journals and logs are kept in ${folder}`);
    const { minutes, seed, workers } = options;
    const line = {
      ok: isOk,
      minutes,
      seed,
      workers,
      seconds,
      ...counts,
      broken: violations,
      ...(isKept && { kept: folder }),
    };
    process.stdout.write(`${JSON.stringify(line)}\n`);
    return isOk ? 0 : 1;
  } catch (error) {
    if (caught !== undefined) return SIGNAL_EXITS[caught];
    isKept = true;
    say(`the run failed: ${error instanceof Error ? error.stack : messageOf(error)}\nits folder is kept: ${folder}`);
    return 2;
  } finally {
    if (!isKept) await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

try {
  process.exitCode = await main(readOptions(process.argv.slice(2), Date.now() % 4_294_967_296));
} catch (error) {
  say(messageOf(error));
  process.exitCode = 64;
}
