import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { FairSeats } from "./fair-seats.ts";

const { signal } = new AbortController();

describe("seats", () => {
  test("are dealt in turn, each taker its share", async () => {
    const seats = new FairSeats(10);

    expect(await Promise.all([seats.take(100, signal), seats.take(2, signal), seats.take(100, signal)])).toEqual([
      4, 2, 4,
    ]);
  });

  test("that become free together are dealt together", async () => {
    const seats = new FairSeats(3);
    await seats.take(3, signal);

    const next = seats.take(9, signal);
    seats.give(1);
    seats.give(2);

    expect(await next).toBe(3);
  });

  test("do not keep a newcomer waiting behind one that always wants more", async () => {
    const seats = new FairSeats(1);
    await seats.take(1, signal);
    const order: string[] = [];
    const greedy = async (): Promise<void> => {
      for (let turn = 0; turn < 5; turn++) {
        await seats.take(1, signal);
        order.push("greedy");
        seats.give(1);
      }
    };
    const working = greedy();
    const late = seats.take(1, signal);

    seats.give(1);
    await late;
    order.push("newcomer");
    seats.give(1);
    await working;

    expect(order.indexOf("newcomer")).toBe(1);
  });

  test("are not taken by who has left", async () => {
    const seats = new FairSeats(1);
    const leaving = new AbortController();
    const gone = seats.take(1, leaving.signal);
    leaving.abort();

    expect(await gone).toBe(0);
    expect(await seats.take(1, leaving.signal)).toBe(0);
    expect(await seats.take(1, signal)).toBe(1);
  });

  property.prop([fc.integer({ min: 1, max: 20 }), fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 12 })])(
    "are never more than there are, and nobody is left without a turn",
    async (total, wants) => {
      const seats = new FairSeats(total);
      let taken = 0;
      let largest = 0;
      const take = async (wanted: number): Promise<number> => {
        const got = await seats.take(wanted, signal);
        taken += got;
        largest = Math.max(largest, taken);
        await new Promise((resolve) => setImmediate(resolve));
        taken -= got;
        seats.give(got);
        return got;
      };

      const got = await Promise.all(wants.map(take));

      expect(largest).toBeLessThanOrEqual(total);
      for (const [index, count] of got.entries()) expect(count > 0 && count <= (wants[index] ?? 0)).toBe(true);
    },
  );
});
