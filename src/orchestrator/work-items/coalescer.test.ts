import { expect, test } from "vitest";
import { createCoalescer } from "./coalescer.ts";

function gatedWork() {
  const gates: (() => void)[] = [];
  let begun = 0;
  let atOnce = 0;
  let most = 0;
  const work = async (): Promise<void> => {
    begun += 1;
    atOnce += 1;
    most = Math.max(most, atOnce);
    await new Promise<void>((resolve) => gates.push(resolve));
    atOnce -= 1;
  };
  return { work, begun: () => begun, most: () => most, openNext: () => gates.shift()?.() };
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("calls that come while the work runs share one further run", async () => {
  const coalesced = createCoalescer();
  const { work, begun, most, openNext } = gatedWork();

  const first = coalesced("a", work);
  const later = [coalesced("a", work), coalesced("a", work), coalesced("a", work)];
  openNext();
  await first;
  await settle();
  expect(begun()).toBe(2);
  openNext();
  await Promise.all(later);

  expect(begun()).toBe(2);
  expect(most()).toBe(1);
});

test("a call after the end begins anew, and keys do not wait for each other", async () => {
  const coalesced = createCoalescer();
  const { work, begun, openNext } = gatedWork();

  const both = [coalesced("a", work), coalesced("b", work)];
  expect(begun()).toBe(2);
  openNext();
  openNext();
  await Promise.all(both);
  const third = coalesced("a", work);
  expect(begun()).toBe(3);
  openNext();
  await third;
});

test("a call that comes during the further run gets one of its own", async () => {
  const coalesced = createCoalescer();
  const { work, begun, most, openNext } = gatedWork();

  const first = coalesced("a", work);
  const second = coalesced("a", work);
  openNext();
  await first;
  await settle();
  const third = coalesced("a", work);
  openNext();
  await second;
  await settle();
  openNext();
  await third;

  expect(begun()).toBe(3);
  expect(most()).toBe(1);
});
