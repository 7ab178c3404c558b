import type { Readable } from "node:stream";
import type { Command } from "commander";
import type { ExitCode } from "./exit-codes.ts";
import type { Output } from "./output.ts";

/** What every command gets from the process. */
export interface CommandContext {
  readonly output: Output;
  readonly env: NodeJS.ProcessEnv;
  /** Absolute. */
  readonly cwd: string;
  readonly stdin: Readable;
  /** Aborts at the first SIGINT or SIGTERM: stop in good order. */
  readonly signal: AbortSignal;
  /** Aborts at the second: stop now. */
  readonly hurry: AbortSignal;
}

/** Runs what a command does once commander has read the arguments. */
export type Perform = (action: (context: CommandContext) => Promise<ExitCode>) => Promise<void>;

/** Adds examples below the help of a command. */
export function withExamples(command: Command, examples: readonly (readonly [line: string, what: string])[]): Command {
  const width = Math.max(...examples.map(([line]) => line.length));
  const lines = examples.map(([line, what]) => `  $ ${line.padEnd(width)}  # ${what}`);
  return command.addHelpText("after", `\nExamples:\n${lines.join("\n")}`);
}

/** The option that every command has. */
export const JSON_OPTION = ["--json", "print one JSON document on stdout"] as const;
