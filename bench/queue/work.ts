/** The job that everybody does: a payload of 200 bytes in, a small result out. */
export interface Payload {
  readonly order: number;
  readonly note: string;
  /** CLOCK_MONOTONIC when the job was handed in, where latency is measured; the same clock in all processes. */
  readonly sentNs?: string;
}

export interface Result {
  readonly order: number;
  readonly pages: number;
}

export const PAYLOAD_BYTES = 200;

export function payloadOf(order: number): Payload {
  const bare = JSON.stringify({ order, note: "" });
  return { order, note: "x".repeat(PAYLOAD_BYTES - bare.length) };
}

export function resultOf(payload: Payload): Result {
  return { order: payload.order, pages: 3 };
}
