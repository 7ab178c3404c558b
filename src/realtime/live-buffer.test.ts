import { fc, test as prop } from "@fast-check/vitest";
import { expect, test } from "vitest";
import { createLiveBuffer } from "./live-buffer.ts";

test("hands out what was offered, in order, to a reader that waits and to one that comes later", async () => {
  const buffer = createLiveBuffer<number>(3);

  const waiting = buffer.take();
  buffer.offer(1);
  buffer.offer(2);

  expect(await waiting).toEqual({ kind: "item", item: 1 });
  expect(await buffer.take()).toEqual({ kind: "item", item: 2 });
});

test("drops everything when it is full, and says so from then on", async () => {
  const buffer = createLiveBuffer<number>(2);

  expect([1, 2, 3, 4].map((item) => buffer.offer(item))).toEqual([true, true, false, false]);

  expect(await buffer.take()).toEqual({ kind: "overflow" });
  expect(await buffer.take()).toEqual({ kind: "overflow" });
});

test("lets the reader take what is there before it ends", async () => {
  const buffer = createLiveBuffer<number>(2);
  buffer.offer(1);
  buffer.end();

  expect(buffer.offer(2)).toBe(false);
  expect(await buffer.take()).toEqual({ kind: "item", item: 1 });
  expect(await buffer.take()).toEqual({ kind: "ended" });
});

test("ends a reader that waits", async () => {
  const buffer = createLiveBuffer<number>(2);
  const waiting = buffer.take();

  buffer.end();

  expect(await waiting).toEqual({ kind: "ended" });
});

prop.prop([fc.array(fc.oneof(fc.constant("offer" as const), fc.constant("take" as const)))])(
  "whatever the order of offers and takes, items come once and in order until the buffer overflows",
  async (steps) => {
    const buffer = createLiveBuffer<number>(4);
    let offered = 0;
    let taken = 0;
    let isOpen = true;
    for (const step of steps) {
      if (step === "offer") isOpen = buffer.offer(offered++) && isOpen;
      else if (isOpen && taken < offered) expect(await buffer.take()).toEqual({ kind: "item", item: taken++ });
    }

    expect(isOpen).toBe(offered - taken <= 4);
  },
);
