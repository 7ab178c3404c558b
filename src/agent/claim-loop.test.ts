import { fc, test as prop } from "@fast-check/vitest";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { idleDelayMs, startClaimLoop } from "./claim-loop.ts";

const quiet = (): void => undefined;
const log = { debug: quiet, info: quiet, warn: quiet, error: quiet };

describe("idleDelayMs", () => {
  test.each([
    { emptyAnswers: 1, dice: 0.5, expected: 1_000 },
    { emptyAnswers: 2, dice: 0.5, expected: 1_500 },
    { emptyAnswers: 4, dice: 0.5, expected: 3_375 },
    { emptyAnswers: 9, dice: 0.5, expected: 5_000 },
    { emptyAnswers: 1, dice: 0, expected: 800 },
    { emptyAnswers: 5_000, dice: 0, expected: 4_000 },
  ])("after $emptyAnswers empty answers, dice $dice: $expected", ({ emptyAnswers, dice, expected }) => {
    expect(idleDelayMs(emptyAnswers, dice)).toBe(expected);
  });

  prop.prop([fc.integer({ min: 1, max: 10_000 }), fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })])(
    "a robot asks at least every six seconds and at most once in 0.8",
    (emptyAnswers, dice) => {
      expect(idleDelayMs(emptyAnswers, dice)).toBeGreaterThanOrEqual(800);
      expect(idleDelayMs(emptyAnswers, dice)).toBeLessThanOrEqual(6_000);
    },
  );
});

describe("startClaimLoop", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test("asks for as many as there are free slots, and not at all without one", async () => {
    const asked: number[] = [];
    let free = 3;
    const loop = startClaimLoop({
      wanted: () => free,
      claim: async (limit) => {
        asked.push(limit);
        free -= limit;
        return limit;
      },
      random: () => 0.5,
      log,
    });

    await vi.advanceTimersByTimeAsync(60_000);
    expect(asked).toEqual([3]);
    free = 1;
    loop.wake();
    await vi.advanceTimersByTimeAsync(0);

    expect(asked).toEqual([3, 1]);
    await loop.stop();
  });

  test("polls ever more slowly when there is nothing, and at once when it is woken", async () => {
    let asked = 0;
    const loop = startClaimLoop({
      wanted: () => 1,
      claim: async () => {
        asked += 1;
        return 0;
      },
      random: () => 0.5,
      log,
    });

    await vi.advanceTimersByTimeAsync(2_499);
    expect(asked).toBe(2);
    loop.wake();
    await vi.advanceTimersByTimeAsync(0);
    expect(asked).toBe(3);

    await loop.stop();
  });

  test("a wake-up during a question is not forgotten", async () => {
    const answers: ((got: number) => void)[] = [];
    const loop = startClaimLoop({
      wanted: () => 1,
      claim: () => new Promise((resolve) => answers.push(resolve)),
      random: () => 0.5,
      log,
    });

    loop.wake();
    answers[0]?.(0);
    await vi.advanceTimersByTimeAsync(0);

    expect(answers).toHaveLength(2);
    const stopped = loop.stop();
    answers[1]?.(0);
    await stopped;
  });

  test("a question that fails is asked again later", async () => {
    let asked = 0;
    const loop = startClaimLoop({
      wanted: () => 1,
      claim: () => {
        asked += 1;
        return Promise.reject(new Error("connection lost"));
      },
      random: () => 0.5,
      log,
    });

    await vi.advanceTimersByTimeAsync(1_000);

    expect(asked).toBe(2);
    await loop.stop();
  });

  prop.prop([fc.array(fc.record({ got: fc.nat(3), finished: fc.nat(3), wake: fc.boolean() }), { maxLength: 30 })])(
    "never has more jobs than slots and never two questions open",
    async (rounds) => {
      const slots = 3;
      let running = 0;
      let open = 0;
      let round = 0;
      const loop = startClaimLoop({
        wanted: () => (round < rounds.length ? slots - running : 0),
        claim: async (limit) => {
          open += 1;
          expect(open).toBe(1);
          await Promise.resolve();
          const got = Math.min(limit, rounds[round]?.got ?? 0);
          running += got;
          expect(running).toBeLessThanOrEqual(slots);
          running -= Math.min(running, rounds[round]?.finished ?? 0);
          if (rounds[round]?.wake === true) loop.wake();
          round += 1;
          open -= 1;
          return got;
        },
        random: () => 0.5,
        log,
      });
      for (let step = 0; step < rounds.length * 2; step++) {
        loop.wake();
        await vi.advanceTimersByTimeAsync(0);
      }
      await loop.stop();
    },
  );
});
