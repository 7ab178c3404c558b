import type { Command } from "commander";
import { JSON_OPTION, type Perform, withExamples } from "../command.ts";
import { seconds } from "../read-option.ts";
import type { RunFileOptions } from "../run/run-file.ts";
import { withVariableOptions } from "../workflow-input/given-variables.ts";

export function addRunCommand(program: Command, perform: Perform): void {
  const command = program
    .command("run")
    .description(
      "run a workflow file here and now, without a server; files are read and written in the working directory",
    )
    .argument("<file>", "workflow file, .json or .json.gz; - for stdin")
    .option("--timeout <seconds>", "end the run after this time", seconds)
    .option("--work-items <file>", "work queues and their items, a JSON file that the run changes")
    .option(...JSON_OPTION)
    .action((file: string, options: RunFileOptions) =>
      perform(async (context) => (await import("../run/run-file.ts")).runFile(context, file, options)),
    );
  withExamples(withVariableOptions(command), [
    ["casare run invoices.json", "run it, with its progress on stderr"],
    ["casare run invoices.json --var month=5 --timeout 600 --json > report.json", "for scripts"],
    ["casare run invoices.json --work-items queues.json", "items from a file instead of a server"],
    ["casare run invoices.json --var-file password=/run/secrets/portal", "a secret, from a file"],
  ]);
}
