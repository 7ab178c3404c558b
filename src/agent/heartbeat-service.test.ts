import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createManualClock } from "../core/clock.ts";
import { type HeartbeatReply, HeartbeatService, leaseBudgetMs } from "./heartbeat-service.ts";

const quiet = (): void => undefined;
const log = { debug: quiet, info: quiet, warn: quiet, error: quiet };
const fine: HeartbeatReply = { live: true, lost: [], cancelRequested: [], intent: "active" };

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function openService(beat: (now: number) => Promise<HeartbeatReply>) {
  const clock = createManualClock();
  const happened: string[] = [];
  const service = new HeartbeatService({
    beat: () => {
      happened.push(`beat ${clock.monotonicMs()}`);
      return beat(clock.monotonicMs());
    },
    onReply: (reply) => happened.push(reply.live ? "reply" : "dead"),
    onLeaseEnding: () => happened.push(`ending ${clock.monotonicMs()}`),
    clock,
    log,
  });
  async function pass(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 100) {
      clock.advance(100);
      await vi.advanceTimersByTimeAsync(100);
    }
  }
  return { service, happened, pass };
}

const figures = { leaseMs: 30_000, heartbeatMs: 10_000, renewedAtMs: 0 };

describe("HeartbeatService", () => {
  test("beats at once and then regularly", async () => {
    const { service, happened, pass } = openService(async () => fine);
    service.connected(figures);

    await pass(20_100);
    await service.stop();
    await pass(60_000);

    expect(happened).toEqual(["beat 100", "reply", "beat 10000", "reply", "beat 20000", "reply"]);
  });

  test("stops the work before the lease ends when no heartbeat gets through", async () => {
    const { service, happened, pass } = openService((nowMs) =>
      nowMs < 15_000 ? Promise.resolve(fine) : Promise.reject(new Error("no way")),
    );
    service.connected(figures);

    await pass(60_000);

    // The last answered heartbeat went off at 10 000; 28 of its 30 seconds are used.
    expect(happened.filter((entry) => entry.startsWith("ending"))).toEqual(["ending 38000"]);
    await service.stop();
  });

  test("counts the lease from when a heartbeat was sent, however late its answer comes", async () => {
    const { service, happened, pass } = openService(
      (nowMs) =>
        new Promise((resolve) => {
          if (nowMs === 100) setTimeout(() => resolve(fine), 9_000);
        }),
    );
    service.connected({ ...figures, renewedAtMs: -5_000 });

    await pass(40_000);

    expect(happened).toEqual(["beat 100", "reply", "beat 10100", "ending 28100"]);
  });

  test("goes on watching the lease while there is no connection, and starts afresh with the next", async () => {
    const { service, happened, pass } = openService(async () => fine);
    service.connected(figures);
    await pass(1_000);

    service.disconnected();
    await pass(20_000);
    expect(service.leaseLeftMs).toBe(7_100);
    service.connected({ ...figures, renewedAtMs: 21_000 });
    await pass(1_000);

    expect(happened).toEqual(["beat 100", "reply", "beat 21100", "reply"]);
    expect(service.leaseLeftMs).toBe(27_100);
    await service.stop();
    expect(service.leaseLeftMs).toBeUndefined();
  });

  test("an answer that the session is over renews nothing", async () => {
    const { service, happened, pass } = openService(async () => ({ ...fine, live: false }));
    service.connected(figures);

    await pass(28_000);

    expect(happened).toContain("ending 28000");
    await service.stop();
  });
});

test.each([
  { leaseMs: 30_000, expected: 28_000 },
  { leaseMs: 3_000, expected: 2_700 },
  { leaseMs: 600_000, expected: 598_000 },
])("of a lease of $leaseMs ms, $expected ms are used", ({ leaseMs, expected }) => {
  expect(leaseBudgetMs(leaseMs)).toBe(expected);
});
