#!/usr/bin/env node
import { EXIT, type ExitCode } from "./exit-codes.ts";
import { createOutput } from "./output.ts";
import { reportError } from "./report-error.ts";
import { runCli } from "./run-cli.ts";
import { listenForStopSignals } from "./signals.ts";

/** After a defect, time for an end in good order, milliseconds. */
const LAST_RESORT_MS = 60_000;

const output = createOutput(process.stdout, process.stderr, process.env);
const stopSignals = listenForStopSignals();
let defect: ExitCode | undefined;

/** What was thrown past everybody leaves the program in an unknown state: it stops, and leaves nothing running. */
function onDefect(error: unknown): void {
  reportError(error, { output, env: process.env, json: false });
  if (defect === undefined) setTimeout(() => process.exit(EXIT.defect), LAST_RESORT_MS).unref();
  defect = EXIT.defect;
  stopSignals.stop();
}
process.on("uncaughtException", onDefect);
process.on("unhandledRejection", onDefect);

const exitCode = await runCli(process.argv.slice(2), {
  output,
  env: process.env,
  cwd: process.cwd(),
  stdin: process.stdin,
  signal: stopSignals.signal,
  hurry: stopSignals.hurry,
});
await output.flush();
// A result that nobody could read must not pass for a success.
const lost = output.failure && reportError(output.failure, { output, env: process.env, json: false });
process.exit(defect ?? (exitCode === EXIT.ok ? (lost ?? exitCode) : exitCode));
