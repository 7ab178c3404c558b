import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { BOUNDS_MS, placeOf, toHistogram } from "./histogram.ts";

describe("a histogram", () => {
  test("counts a duration in the bucket of the first bound that it does not exceed, and in all above", () => {
    const { buckets, count, sumMs } = toHistogram([
      { place: placeOf(0), count: 1, sumMs: 0 },
      { place: placeOf(10), count: 2, sumMs: 20 },
      { place: placeOf(11), count: 1, sumMs: 11 },
    ]);

    const upTo = (leMs: number): number | undefined => buckets.find((bucket) => bucket.leMs === leMs)?.count;
    expect([upTo(1), upTo(5), upTo(10), upTo(20), upTo(100_000_000)]).toEqual([1, 1, 3, 4, 4]);
    expect({ count, sumMs }).toEqual({ count: 4, sumMs: 31 });
  });

  test("has what is above all bounds in its count alone", () => {
    const { buckets, count } = toHistogram([{ place: placeOf(100_000_001), count: 1, sumMs: 100_000_001 }]);

    expect(buckets.at(-1)?.count).toBe(0);
    expect(count).toBe(1);
  });

  prop.prop([fc.array(fc.nat(200_000_000))])(
    "rises, and each bucket holds what is not above its bound",
    (durations) => {
      const { buckets, count, sumMs } = toHistogram(
        durations.map((ms) => ({ place: placeOf(ms), count: 1, sumMs: ms })),
      );

      expect(buckets).toEqual(
        BOUNDS_MS.map((leMs) => ({ leMs, count: durations.filter((duration) => duration <= leMs).length })),
      );
      expect(count).toBe(durations.length);
      expect(sumMs).toBe(durations.reduce((sum, ms) => sum + ms, 0));
    },
  );
});
