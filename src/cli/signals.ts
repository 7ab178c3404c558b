import { EXIT } from "./exit-codes.ts";

export interface StopSignals {
  /** Aborts at the first SIGINT, SIGTERM or SIGHUP. */
  readonly signal: AbortSignal;
  /** Aborts at the second. */
  readonly hurry: AbortSignal;
  close(): void;
}

/** Turns the signals of the process into abort signals; the third one ends the process at once. */
export function listenForStopSignals(): StopSignals {
  const stop = new AbortController();
  const hurry = new AbortController();

  function onSignal(): void {
    if (hurry.signal.aborted) process.exit(EXIT.cancelled);
    if (stop.signal.aborted) hurry.abort();
    else stop.abort();
  }

  const names = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const name of names) process.on(name, onSignal);
  return {
    signal: stop.signal,
    hurry: hurry.signal,
    close() {
      for (const name of names) process.off(name, onSignal);
    },
  };
}
