#!/usr/bin/env node
import { EXIT } from "./exit-codes.ts";
import { createOutput } from "./output.ts";
import { reportError } from "./report-error.ts";
import { runCli } from "./run-cli.ts";
import { listenForStopSignals } from "./signals.ts";

const output = createOutput(process.stdout, process.stderr, process.env);

function endWithDefect(error: unknown): void {
  reportError(error, { output, env: process.env, json: false });
  void output.flush().then(() => process.exit(EXIT.defect));
}
process.on("uncaughtException", endWithDefect);
process.on("unhandledRejection", endWithDefect);

const { signal, hurry } = listenForStopSignals();
const exitCode = await runCli(process.argv.slice(2), {
  output,
  env: process.env,
  cwd: process.cwd(),
  stdin: process.stdin,
  signal,
  hurry,
});
await output.flush();
process.exit(exitCode);
