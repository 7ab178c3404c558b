import type { CommandContext } from "../command.ts";
import type { Teardown } from "../server/teardown.ts";
import type { SettingValues } from "../settings.ts";
import type { Announcer } from "./announcer.ts";

/** Options of `casare start`. */
export interface StartFlags {
  readonly port?: number;
  readonly host?: string;
  readonly home?: string;
  /** False with --no-sample. */
  readonly sample: boolean;
  readonly json?: boolean;
}

/** What the parts of `casare start` share. */
export interface StartParts {
  readonly context: CommandContext;
  readonly flags: StartFlags;
  readonly settings: SettingValues;
  /** Values of secret settings. */
  readonly secrets: readonly string[];
  readonly announcer: Announcer;
  /** Closes in the end what the parts have opened. */
  readonly teardown: Teardown;
  /** Abort it when the server cannot go on; the reason becomes the exit code. */
  readonly lost: AbortController;
  /** Aborts when somebody wants an end, or when the server cannot go on. */
  readonly stop: AbortSignal;
}
