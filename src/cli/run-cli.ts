import { type Command, CommanderError } from "commander";
import type { CommandContext } from "./command.ts";
import { cliErrors } from "./errors.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import { createProgram } from "./program.ts";
import { reportError } from "./report-error.ts";

/** Runs one command line, without the program's own name in `args`. Never rejects: what goes wrong is told and becomes the exit code. */
export async function runCli(args: readonly string[], context: CommandContext): Promise<ExitCode> {
  const { output, env } = context;
  const to = { output, env, json: args.includes("--json") };
  let exitCode: ExitCode = EXIT.ok;
  const program = createProgram(async (action) => {
    exitCode = await action(context);
  });
  sendTextsTo(program, context);
  try {
    await program.parseAsync(args, { from: "user" });
    return exitCode;
  } catch (error) {
    if (!(error instanceof CommanderError)) return reportError(error, to);
    // Help and version have done what was asked.
    if (error.exitCode === 0) return EXIT.ok;
    // Without a subcommand, commander has printed the help and has nothing to add.
    const problem = error.code === "commander.help" ? "A command is missing" : error.message.replace(/^error: /, "");
    return reportError(cliErrors.CLI_USAGE({ problem }), to);
  }
}

/** Help goes where it was asked for; commander's own complaints are told by `reportError` instead. */
function sendTextsTo(program: Command, { output }: CommandContext): void {
  for (const command of [program, ...program.commands.flatMap((sub) => [sub, ...sub.commands])]) {
    command.configureOutput({
      writeOut: (text) => output.result(text.trimEnd()),
      writeErr: (text) => output.note(text.trimEnd()),
      outputError: () => undefined,
    });
  }
}
