import type { Payload, Result } from "../work.ts";

/** One of the queues that are compared. Each runs in an empty database of its own. */
export interface System {
  /** Makes its tables. */
  prepare(url: string): Promise<void>;
  openProducer(url: string, settings: Settings): Promise<Producer>;
  openWorker(url: string, settings: Settings, handler: Handler): Promise<Worker>;
}

export interface Producer {
  /** Resolves once the jobs are durable. */
  send(payloads: readonly Payload[]): Promise<void>;
  close(): Promise<void>;
}

/**
 * `tuned`: the best settings its documentation names. `keeping`: the same with results kept, where that is a choice.
 * `default`: none but a concurrency of 10. `latency`: tuned for an idle queue.
 */
export type Settings = "tuned" | "keeping" | "default" | "latency";

export type Handler = (payload: Payload) => Promise<Result>;

export interface Worker {
  /** Finishes and records the jobs in hand. */
  stop(): Promise<void>;
}
