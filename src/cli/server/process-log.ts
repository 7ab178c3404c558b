import type { Masker } from "../../core/mask.ts";
import { createLogger, type Logger } from "../../logging/index.ts";
import type { Output } from "../output.ts";
import type { SettingValues } from "../settings.ts";

/** The log of a server process: on stderr, for people on a terminal, else one JSON object a line. */
export function createProcessLog(
  output: Output,
  settings: Pick<SettingValues, "LOG_LEVEL" | "LOG_FORMAT">,
  about: { readonly name: string; readonly masker: Masker },
): Logger {
  const { stderr, noteStyle } = output;
  const isPretty = settings.LOG_FORMAT === "pretty" || (settings.LOG_FORMAT === "auto" && stderr.isTTY === true);
  const pretty = noteStyle.level > 0 ? "colored" : "pretty";
  return createLogger({
    level: settings.LOG_LEVEL,
    destination: stderr,
    format: isPretty ? pretty : "json",
    ...about,
  });
}
