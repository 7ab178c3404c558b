import { randomUUID } from "node:crypto";
import sql from "sql-template-tag";
import { pause } from "../../core/deadline.ts";
import type { Database, Subscription } from "../../database/index.ts";

/** Tells listeners here and in other processes that jobs may be claimable. A hint: it may be lost, polling finds the job too. */
export interface WakeUp {
  /** Calls the listeners of this process at once and those of others within milliseconds. */
  ring(): void;
  onRing(listener: () => void): Promise<Subscription>;
  close(): Promise<void>;
}

const CHANNEL = "queue_available";
/** NOTIFY takes a lock on the whole server at commit, so there is one for all the jobs of this time. */
const COALESCE_MS = 5;

/** @param options.listen false: hear only what happens in this process, for poolers that cannot LISTEN. */
export function createWakeUp(database: Database, options: { readonly listen: boolean }): WakeUp {
  const self = randomUUID();
  const listeners = new Set<() => void>();
  const closing = new AbortController();
  let subscribing: Promise<Subscription> | undefined;
  let notifying: Promise<void> | undefined;
  let ringsAgain = false;

  function callListeners(): void {
    for (const listener of listeners) listener();
  }

  async function notify(): Promise<void> {
    do {
      await pause(COALESCE_MS, closing.signal);
      ringsAgain = false;
      // Nobody waits for the hint, and without it the job is found by polling.
      await database.query(sql`select pg_notify(${CHANNEL}, ${self})`).catch(() => undefined);
    } while (ringsAgain);
    notifying = undefined;
  }

  function subscribe(): Promise<Subscription> {
    subscribing ??= database.listen(
      CHANNEL,
      (sender) => {
        if (sender !== self) callListeners();
      },
      callListeners,
    );
    subscribing.catch(() => {
      subscribing = undefined;
    });
    return subscribing;
  }

  return {
    ring() {
      if (closing.signal.aborted) return;
      callListeners();
      ringsAgain = true;
      notifying ??= notify();
    },
    async onRing(listener) {
      // Each call gets an entry of its own, also for one and the same function.
      const entry = (): void => listener();
      if (options.listen) await subscribe();
      listeners.add(entry);
      return {
        close: async () => {
          listeners.delete(entry);
        },
      };
    },
    async close() {
      closing.abort();
      listeners.clear();
      await notifying;
      const subscription = await subscribing?.catch(() => undefined);
      await subscription?.close();
    },
  };
}
