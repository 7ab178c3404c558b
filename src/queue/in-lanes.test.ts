import { describe, expect, test } from "vitest";
import { inLanes } from "./in-lanes.ts";

const later = () => new Promise((resolve) => setImmediate(resolve));

describe("inLanes", () => {
  test("does all of it, a few at the same time, and keeps the order", async () => {
    const items = Array.from({ length: 50 }, (_, index) => index);
    let [underWay, most] = [0, 0];

    const results = await inLanes(items, async (item) => {
      most = Math.max(most, ++underWay);
      if (item % 3 === 0) await later();
      await later();
      underWay--;
      return item * 2;
    });

    expect(results).toEqual(items.map((item) => item * 2));
    expect(most).toBe(4);
  });

  test("rejects with the first failure, and begins nothing after it", async () => {
    const begun: number[] = [];
    const ended: number[] = [];

    const failing = inLanes([1, 2, 3, 4, 5, 6, 7, 8], async (item) => {
      begun.push(item);
      await later();
      if (item === 1) throw new Error("broken");
      ended.push(item);
    });

    await expect(failing).rejects.toThrow("broken");
    expect(begun).toEqual([1, 2, 3, 4]);
    expect(ended).toEqual([2, 3, 4]);
  });

  test("does nothing with nothing", async () => {
    expect(await inLanes([], async (item) => item)).toEqual([]);
  });
});
