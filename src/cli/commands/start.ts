import type { Command } from "commander";
import { type Perform, withExamples } from "../command.ts";
import { wholeNumber } from "../read-option.ts";
import type { StartFlags } from "../start/start-parts.ts";

export function addStartCommand(program: Command, perform: Perform): void {
  const command = program
    .command("start")
    .description("run all of it on this machine until Ctrl-C: database, orchestrator, one robot, a sample job")
    .option("--port <n>", "port to listen on (CASARE_PORT)", wholeNumber(0, 65_535))
    .option("--host <address>", "address to listen on (CASARE_HOST)")
    .option("--home <folder>", "the home folder (CASARE_HOME)")
    .option("--no-sample", "run no sample job")
    .option("--json", "print one JSON object a line on stdout, one for each milestone")
    .action((options: StartFlags) =>
      perform(async (context) => (await import("../start/run-start.ts")).runStart(context, options)),
    );
  withExamples(command, [
    ["casare start", "everything, with a sample job that fills in forms"],
    ["casare start --no-sample --port 8080", "without the sample job, on another port"],
    ["casare start --home ./casare-data", "with its data in a folder of your choice"],
  ]);
}
