import type { Writable } from "node:stream";
import { Ansis } from "ansis";

/** A stream that may be a terminal. */
export type TextStream = Writable & { readonly isTTY?: boolean; readonly columns?: number; readonly rows?: number };

/** Where a command speaks: results on stdout, all else on stderr. */
export interface Output {
  /** One line (or several) of result. */
  result(text: string): void;
  /** The one JSON document of a command, or one line of a stream of them. */
  json(value: unknown): void;
  /** For people, beside the result. */
  note(text: string): void;
  /** Styles for stdout, off unless it is a terminal that wants them. */
  readonly resultStyle: Ansis;
  /** Styles for stderr. */
  readonly noteStyle: Ansis;
  readonly stdout: TextStream;
  readonly stderr: TextStream;
  /** Aborts when stdout takes no more: nobody reads it (`casare … | head`), or its disk is full. */
  readonly readerGone: AbortSignal;
  /** Why results got lost; undefined when none did, or when the reader wanted no more of them. */
  readonly failure: Error | undefined;
  /** Resolves when all that was written has left the process. */
  flush(): Promise<void>;
}

/** @param env NO_COLOR and FORCE_COLOR are honoured, see https://no-color.org. */
export function createOutput(stdout: TextStream, stderr: TextStream, env: NodeJS.ProcessEnv): Output {
  const gone = new AbortController();
  let failure: Error | undefined;
  // Nobody can be told when stderr is closed, but it must not end a robot.
  stderr.on("error", () => undefined);
  stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") failure ??= error;
    gone.abort(error);
  });

  function write(stream: TextStream, text: string): void {
    if (stream.writable && !(stream === stdout && gone.signal.aborted)) stream.write(`${text}\n`);
  }

  return {
    result: (text) => write(stdout, text),
    json: (value) => write(stdout, JSON.stringify(value)),
    note: (text) => write(stderr, text),
    resultStyle: new Ansis(colorLevel(stdout, env)),
    noteStyle: new Ansis(colorLevel(stderr, env)),
    stdout,
    stderr,
    readerGone: gone.signal,
    get failure() {
      return failure;
    },
    async flush() {
      await Promise.all([drained(stdout), drained(stderr)]);
      // Streams tell their errors a moment after the write.
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

/** 0 for none, 1 for the 16 colors every terminal has. */
export function colorLevel(stream: { readonly isTTY?: boolean }, env: NodeJS.ProcessEnv): 0 | 1 {
  if (env["NO_COLOR"]) return 0;
  if (env["FORCE_COLOR"] !== undefined) return env["FORCE_COLOR"] === "0" ? 0 : 1;
  return stream.isTTY === true && env["TERM"] !== "dumb" ? 1 : 0;
}

function drained(stream: TextStream): Promise<void> {
  if (!stream.writable || stream.writableLength === 0) return Promise.resolve();
  return new Promise((resolve) => {
    stream.once("error", () => resolve());
    stream.write("", () => resolve());
  });
}
