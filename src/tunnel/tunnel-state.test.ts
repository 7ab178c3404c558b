import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { tunnelErrors } from "./errors.ts";
import {
  LONGEST_DELAY_MS,
  nextTunnelState,
  reconnectDelayMs,
  type TunnelEvent,
  type TunnelState,
} from "./tunnel-state.ts";

const refusal = tunnelErrors.TUNNEL_UNAUTHORIZED({ url: "ws://127.0.0.1:8000/ws/robot" });
const idle: TunnelState = { kind: "idle" };
const connecting: TunnelState = { kind: "connecting", failures: 2 };
const registered: TunnelState = { kind: "registered", failures: 2 };
const waiting: TunnelState = { kind: "waiting", failures: 2, delayMs: 250 };
const closed: TunnelState = { kind: "closed" };

describe("nextTunnelState", () => {
  test.each<[TunnelState, TunnelEvent, TunnelState]>([
    [idle, { kind: "start" }, { kind: "connecting", failures: 0 }],
    [idle, { kind: "registered" }, idle],
    [idle, { kind: "dropped", livedMs: 0 }, idle],
    [idle, { kind: "retry" }, idle],
    [idle, { kind: "close" }, closed],
    [connecting, { kind: "start" }, connecting],
    [connecting, { kind: "registered" }, registered],
    [connecting, { kind: "dropped", livedMs: 0 }, { kind: "waiting", failures: 3, delayMs: 500 }],
    [connecting, { kind: "refused", error: refusal }, { kind: "closed", error: refusal }],
    [connecting, { kind: "close" }, closed],
    [registered, { kind: "registered" }, registered],
    [registered, { kind: "dropped", livedMs: 4_999 }, { kind: "waiting", failures: 3, delayMs: 500 }],
    [registered, { kind: "dropped", livedMs: 5_000 }, { kind: "waiting", failures: 1, delayMs: 125 }],
    [registered, { kind: "retry" }, registered],
    [registered, { kind: "refused", error: refusal }, { kind: "closed", error: refusal }],
    [waiting, { kind: "retry" }, connecting],
    [waiting, { kind: "dropped", livedMs: 0 }, waiting],
    [waiting, { kind: "close" }, closed],
    [closed, { kind: "start" }, closed],
    [closed, { kind: "retry" }, closed],
    [closed, { kind: "refused", error: refusal }, closed],
  ])("%j on %j", (state, event, expected) => {
    expect(nextTunnelState(state, event, 0)).toEqual(expected);
  });

  const anyEvent = fc.oneof(
    fc.constantFrom<TunnelEvent>(
      { kind: "start" },
      { kind: "registered" },
      { kind: "retry" },
      { kind: "close" },
      { kind: "refused", error: refusal },
    ),
    fc.nat(20_000).map((livedMs): TunnelEvent => ({ kind: "dropped", livedMs })),
  );
  prop.prop([fc.array(anyEvent), fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })])(
    "whatever happens, closed is final and no wait passes the longest delay",
    (events, dice) => {
      let state: TunnelState = idle;
      for (const event of events) {
        const next = nextTunnelState(state, event, dice);
        if (state.kind === "closed") expect(next).toBe(state);
        if (next.kind === "waiting") expect(next.delayMs).toBeLessThanOrEqual(LONGEST_DELAY_MS);
        state = next;
      }
    },
  );
});

describe("reconnectDelayMs", () => {
  test.each([
    { failures: 1, dice: 0, expected: 125 },
    { failures: 1, dice: 0.5, expected: 188 },
    { failures: 4, dice: 0, expected: 1_000 },
    { failures: 100, dice: 0, expected: 7_500 },
    { failures: 5_000, dice: 0.999_999, expected: 15_000 },
  ])("failure $failures, dice $dice", ({ failures, dice, expected }) => {
    expect(reconnectDelayMs(failures, dice)).toBe(expected);
  });
});
