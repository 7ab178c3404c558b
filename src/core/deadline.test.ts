import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { pause, raceAbort, startDeadline } from "./deadline.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("pause", () => {
  test("answers true after the time", async () => {
    const paused = pause(1_000);
    await vi.advanceTimersByTimeAsync(1_000);

    expect(await paused).toBe(true);
  });

  test("answers false at once when the signal aborts, and leaves no timer", async () => {
    const controller = new AbortController();
    const paused = pause(1_000, controller.signal);
    controller.abort();

    expect(await paused).toBe(false);
    expect(vi.getTimerCount()).toBe(0);
    expect(await pause(1_000, controller.signal)).toBe(false);
  });
});

describe("startDeadline", () => {
  test("aborts with CORE_TIMED_OUT when the time is up", () => {
    const deadline = startDeadline("the download", 500);
    vi.advanceTimersByTime(500);

    expect(deadline.signal.reason).toMatchObject({
      code: "CORE_TIMED_OUT",
      message: "the download did not finish within 500 ms",
    });
  });

  test("aborts with the parent's reason", () => {
    const parent = new AbortController();
    const deadline = startDeadline("x", 500, parent.signal);
    parent.abort("stop");

    expect(deadline.signal.reason).toBe("stop");
    expect(startDeadline("x", 500, parent.signal).signal.reason).toBe("stop");
  });

  test("never aborts once cleared, nor with a limit of 0", () => {
    const cleared = startDeadline("x", 500);
    cleared.clear();
    const unlimited = startDeadline("x", 0);
    vi.advanceTimersByTime(10_000);

    expect(cleared.signal.aborted).toBe(false);
    expect(unlimited.signal.aborted).toBe(false);
  });
});

describe("raceAbort", () => {
  test("settles with the work", async () => {
    expect(await raceAbort(Promise.resolve(1), new AbortController().signal, "x")).toBe(1);
    await expect(raceAbort(Promise.reject(new Error("no")), new AbortController().signal, "x")).rejects.toThrow("no");
  });

  test("rejects with the reason as soon as the signal aborts", async () => {
    const controller = new AbortController();
    const raced = raceAbort(new Promise(() => undefined), controller.signal, "x");
    controller.abort(new Error("gone"));

    await expect(raced).rejects.toThrow("gone");
    await expect(raceAbort(Promise.reject(new Error("late")), controller.signal, "x")).rejects.toThrow("gone");
  });
});
