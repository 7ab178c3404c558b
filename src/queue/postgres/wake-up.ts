import { randomUUID } from "node:crypto";
import sql from "sql-template-tag";
import { pause } from "../../core/deadline.ts";
import type { Database, Subscription } from "../../database/index.ts";

/** Tells listeners here and in other processes that jobs may be claimable. A hint: it may be lost, polling finds the job too. */
export interface WakeUp {
  /** Calls the listeners of this process at once and those of others within milliseconds. */
  ring(what?: {
    /** Jobs have come back to old places of the line. */
    readonly returned?: boolean;
    /** Others were told by `onCommit`. */
    readonly isTold?: boolean;
  }): void;
  /**
   * What the statement that makes jobs claimable is to say on `WAKE_UP_CHANNEL`, to save an idle queue the way there and back and a
   * commit; `ring` after it. Undefined: not now, too much is being said already.
   */
  onCommit(): string | undefined;
  onRing(listener: () => void): Promise<Subscription>;
  close(): Promise<void>;
}

export const WAKE_UP_CHANNEL = "queue_available";
const RETURNED = "returned";
/** NOTIFY takes a lock on the whole server at commit, so there is one for all the jobs of this time. */
const COALESCE_MS = 5;

export interface WakeUpOptions {
  /** False: hear only what happens in this process, for poolers that cannot LISTEN. */
  readonly listen: boolean;
  /** Called, before the listeners, when another process has put jobs back to old places of the line. */
  readonly onReturned: () => void;
}

export function createWakeUp(database: Database, options: WakeUpOptions): WakeUp {
  const self = randomUUID();
  const listeners = new Set<() => void>();
  const closing = new AbortController();
  let subscribing: Promise<Subscription> | undefined;
  /** While one is there, rings wait for it. */
  let notifying: Promise<void> | undefined;
  let ringsAgain = false;
  let hasReturned = false;

  function callListeners(): void {
    for (const listener of listeners) listener();
  }

  /** The first ring goes out at once, so that a job in an idle queue starts at once; those that follow go together. */
  async function notify(): Promise<void> {
    while (ringsAgain) {
      ringsAgain = false;
      const message = hasReturned ? `${self} ${RETURNED}` : self;
      hasReturned = false;
      // Nobody waits for the hint, and without it the job is found by polling.
      await database.query(sql`select pg_notify(${WAKE_UP_CHANNEL}, ${message})`).catch(() => undefined);
      await pause(COALESCE_MS, closing.signal);
    }
    notifying = undefined;
  }

  function subscribe(): Promise<Subscription> {
    subscribing ??= database.listen(
      WAKE_UP_CHANNEL,
      (message) => {
        const [sender, what] = message.split(" ");
        if (sender === self) return;
        if (what === RETURNED) options.onReturned();
        callListeners();
      },
      callListeners,
    );
    subscribing.catch(() => {
      subscribing = undefined;
    });
    return subscribing;
  }

  return {
    ring({ returned = false, isTold = false } = {}) {
      if (closing.signal.aborted) return;
      callListeners();
      if (isTold) return;
      ringsAgain = true;
      hasReturned ||= returned;
      notifying ??= notify();
    },
    onCommit() {
      if (closing.signal.aborted || notifying !== undefined) return undefined;
      notifying = pause(COALESCE_MS, closing.signal).then(notify);
      return self;
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
