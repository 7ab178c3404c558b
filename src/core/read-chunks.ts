/**
 * The chunks of a body until its end; ends early, without an error, when the signal aborts.
 *
 * The signal that fetch was given is not enough: once the garbage collector has taken fetch's own request object, aborting
 * it no longer reaches the body (Node 20 and its undici), and a stream that is silent would be waited for without end.
 */
export async function* readChunks(response: Response, signal: AbortSignal): AsyncGenerator<Uint8Array, void, void> {
  const reader = response.body?.getReader();
  if (reader === undefined) return;
  const cancel = (): void => {
    // A body that has ended, or broken off, meanwhile needs no cancelling.
    reader.cancel().catch(() => undefined);
  };
  signal.addEventListener("abort", cancel, { once: true });
  if (signal.aborted) cancel();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    signal.removeEventListener("abort", cancel);
    cancel();
  }
}
