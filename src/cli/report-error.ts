import { AppError, messageOf } from "../core/errors.ts";
import { exitCodeOf } from "./exit-code-of.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import type { Output } from "./output.ts";

/** How an error looks in the JSON document of a command. */
export interface ErrorDocument {
  readonly error: { readonly code: string; readonly message: string; readonly details?: unknown };
  readonly exitCode: ExitCode;
}

/** Code and sentence of whatever was thrown; the text of a defect points to where to look further. */
export function describeError(error: unknown): ErrorDocument {
  const exitCode = exitCodeOf(error);
  if (error instanceof AppError) {
    const { code, message, details } = error;
    return { error: { code, message, details }, exitCode };
  }
  if (exitCode !== EXIT.defect) {
    const errno = (error as NodeJS.ErrnoException).code ?? "";
    return { error: { code: `CLI_${errno}`, message: messageOf(error) }, exitCode };
  }
  const message = `This is a defect of casare: ${messageOf(error)}; set CASARE_LOG_LEVEL=debug to see where, and report it`;
  return { error: { code: "CLI_DEFECT", message }, exitCode };
}

/** Says on stderr what went wrong, and with `json` on stdout too. The stack is shown only with CASARE_LOG_LEVEL=debug or trace. */
export function reportError(
  error: unknown,
  to: { readonly output: Output; readonly env: NodeJS.ProcessEnv; readonly json: boolean },
): ExitCode {
  const { output, env, json } = to;
  const document = describeError(error);
  output.note(`${output.noteStyle.red("error")} ${document.error.message} [${document.error.code}]`);
  if (["debug", "trace"].includes(env["CASARE_LOG_LEVEL"] ?? "")) output.note(stackOf(error));
  if (json) output.json(document);
  return document.exitCode;
}

function stackOf(error: unknown): string {
  const parts: string[] = [];
  let current = error;
  for (let depth = 0; current instanceof Error && depth < 5; depth++) {
    parts.push(current.stack ?? current.message);
    current = current.cause;
  }
  return parts.join("\ncaused by: ");
}
