/** A program to run, without a shell. */
export interface Command {
  /** A name that is looked up in PATH, or an absolute path. */
  readonly program: string;
  readonly args: readonly string[];
  /** Absolute; default the working directory. */
  readonly cwd?: string | undefined;
  /** Beside what the robot's own environment holds; the product's settings are never in it. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly input?: string | Uint8Array | undefined;
  /** Of each of the two outputs; default 10 MiB. What is more ends the program with NODE_COMMAND_OUTPUT_TOO_LARGE. */
  readonly maxOutputBytes?: number | undefined;
}

export interface CommandResult {
  /** Undefined when a signal ended it. */
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
}

/** Programs of the machine that a job may run: those the robot's owner allows, by name or path. */
export interface Commands {
  /**
   * Runs a program to its end, whatever its exit code. An abort ends it and all that it started.
   *
   * Rejects with NODE_COMMAND_NOT_ALLOWED, NODE_COMMAND_NOT_FOUND, NODE_COMMAND_OUTPUT_TOO_LARGE, and with the signal's reason.
   */
  run(command: Command, signal: AbortSignal): Promise<CommandResult>;
}
