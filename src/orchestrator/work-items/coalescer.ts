/** Runs work under a key: never twice at once, and once more when it was asked for while it ran. */
export type Coalescer = (key: string, work: () => Promise<void>) => Promise<void>;

/**
 * Makes many calls for the same one: a call that comes while the work runs is served by the next run, which begins after
 * the call and so sees all that was there then. `work` must not reject.
 */
export function createCoalescer(): Coalescer {
  const running = new Map<string, { readonly done: Promise<void>; next: Promise<void> | undefined }>();

  async function run(key: string, work: () => Promise<void>): Promise<void> {
    const entry = { done: work(), next: undefined };
    running.set(key, entry);
    await entry.done;
    if (running.get(key) === entry && entry.next === undefined) running.delete(key);
  }

  return (key, work) => {
    const entry = running.get(key);
    if (entry === undefined) return run(key, work);
    entry.next ??= entry.done.then(() => run(key, work));
    return entry.next;
  };
}
