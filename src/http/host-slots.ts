interface Host {
  active: number;
  readonly waiting: (() => void)[];
}

/** At most so many requests to one host at a time; the others wait in the order they came. */
export class HostSlots {
  readonly #maxPerHost: number;
  readonly #hosts = new Map<string, Host>();

  constructor(maxPerHost: number) {
    this.#maxPerHost = maxPerHost;
  }

  /** @returns the function that gives the slot back. Rejects with the signal's reason when it aborts first. */
  async take(host: string, signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    const entry = this.#hosts.get(host) ?? { active: 0, waiting: [] };
    this.#hosts.set(host, entry);
    if (entry.active < this.#maxPerHost) entry.active++;
    else await waitForTurn(entry, signal);
    return () => this.#giveBack(host, entry);
  }

  /** The slot goes to the next that waits, without becoming free in between. */
  #giveBack(host: string, entry: Host): void {
    const next = entry.waiting.shift();
    if (next !== undefined) return next();
    entry.active--;
    if (entry.active === 0) this.#hosts.delete(host);
  }
}

function waitForTurn(entry: Host, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const turn = (): void => {
      signal.removeEventListener("abort", onAbort);
      resolve();
    };
    const onAbort = (): void => {
      entry.waiting.splice(entry.waiting.indexOf(turn), 1);
      reject(signal.reason);
    };
    entry.waiting.push(turn);
    signal.addEventListener("abort", onAbort, { once: true });
  });
}
