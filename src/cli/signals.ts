import { EXIT } from "./exit-codes.ts";

/** Package managers pass Ctrl-C on to the program that the terminal has told already; two within this time are one, milliseconds. */
const ONE_KEYPRESS_MS = 300;

export interface StopSignals {
  /** Aborts at the first SIGINT, SIGTERM or SIGHUP. */
  readonly signal: AbortSignal;
  /** Aborts at the second. */
  readonly hurry: AbortSignal;
  /** Does what the first signal does. */
  stop(): void;
  close(): void;
}

/** Turns the signals of the process into abort signals; the third one ends the process at once. */
export function listenForStopSignals(): StopSignals {
  const stop = new AbortController();
  const hurry = new AbortController();

  let lastMs = Number.NEGATIVE_INFINITY;

  function onSignal(name: NodeJS.Signals): void {
    const nowMs = performance.now();
    const isEcho = name === "SIGINT" && nowMs - lastMs < ONE_KEYPRESS_MS;
    lastMs = nowMs;
    if (isEcho) return;
    if (hurry.signal.aborted) process.exit(EXIT.cancelled);
    if (stop.signal.aborted) hurry.abort();
    else stop.abort();
  }

  const names = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const name of names) process.on(name, onSignal);
  return {
    signal: stop.signal,
    hurry: hurry.signal,
    stop: () => stop.abort(),
    close() {
      for (const name of names) process.off(name, onSignal);
    },
  };
}
