import pino from "pino";
import { type Clock, systemClock } from "../core/clock.ts";
import { pause } from "../core/deadline.ts";
import type { Masker } from "../core/mask.ts";
import { toLogFacts, toLogText } from "./log-data.ts";
import { toPrettyLine } from "./pretty-line.ts";

/** Facts first, constant lower-case text second: `log.info({ jobId }, "job leased")`. No method ever throws. */
export interface Logger {
  debug(facts: object, message: string): void;
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
  /** A logger that adds the facts to each of its lines. */
  child(facts: object): Logger;
  /** Settles when all lines so far have been handed to the operating system; never rejects. */
  flush(): Promise<void>;
}

/** The least severe line that is written. */
export type LogLevel = "debug" | "info" | "warn" | "error" | "silent";

/** Where lines go; each call gets one whole line with its line end. A Node stream fits. */
export interface LogDestination {
  write(line: string, done?: (error?: Error | null) => void): unknown;
  /** A stream whose reader has gone tells so by this event, which would end the process if nobody listened. */
  on?(event: "error", listener: (error: Error) => void): unknown;
}

/** What is written, and where. */
export interface LoggerOptions {
  readonly level: LogLevel;
  /** Hides secrets by value in every text of every line, also those it learns of later. */
  readonly masker: Masker;
  /** The program that writes, such as `orchestrator`; the `name` of each line. */
  readonly name: string;
  /** Default standard output. */
  readonly destination?: LogDestination;
  /** `json` (default): one object a line; `pretty`: one readable line; `colored`: the same with terminal colors. */
  readonly format?: "json" | "pretty" | "colored";
  readonly clock?: Clock;
}

/** For a destination that never says that it has written. */
const FLUSH_MS = 1_000;

/** Writes JSON lines `{level, time, name, …facts, msg}`; secrets masked, errors with code and causes. */
export function createLogger(options: LoggerOptions): Logger {
  const clock = options.clock ?? systemClock;
  const destination = options.destination ?? process.stdout;
  destination.on?.("error", () => undefined);
  const target = createTarget(destination, options.format ?? "json");
  const root = pino(
    {
      level: options.level,
      base: { name: options.name },
      timestamp: () => `,"time":"${clock.now().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    target,
  );

  function face(bound: object): Logger {
    function write(level: Exclude<LogLevel, "silent">, facts: object, message: string): void {
      if (!root.isLevelEnabled(level)) return;
      try {
        const data = { ...toLogFacts(bound, options.masker), ...toLogFacts(facts, options.masker) };
        root[level](data, toLogText(message, options.masker));
      } catch {
        // A line is lost; the work that it told of must not be.
      }
    }
    return {
      debug: (facts, message) => write("debug", facts, message),
      info: (facts, message) => write("info", facts, message),
      warn: (facts, message) => write("warn", facts, message),
      error: (facts, message) => write("error", facts, message),
      child: (facts) => face({ ...bound, ...facts }),
      flush: () => flush(destination),
    };
  }
  return face({});
}

function createTarget(
  destination: LogDestination,
  format: "json" | "pretty" | "colored",
): { write(line: string): void } {
  return {
    write(line) {
      try {
        destination.write(format === "json" ? line : `${toPrettyLine(line, format === "colored")}\n`);
      } catch {
        // A closed destination; see above.
      }
    },
  };
}

/** Streams write in order, so the end of an empty write is the end of all before. */
async function flush(destination: LogDestination): Promise<void> {
  const done = new AbortController();
  const written = new Promise<void>((resolve) => {
    try {
      destination.write("", () => resolve());
    } catch {
      resolve();
    }
  });
  await Promise.race([written, pause(FLUSH_MS, done.signal)]);
  done.abort();
}
