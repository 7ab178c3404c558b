import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { alignWindow, hourlyBefore, type RouteDepth, summarizeRoutes } from "./statistics.ts";

const now = new Date("2026-03-10T12:34:56.789Z");

describe("a window", () => {
  test.each([
    { title: "of today: minutes", from: "2026-03-10T11:02:30Z", to: "2026-03-10T12:00:01Z", whole: ["11:02", "12:01"] },
    {
      title: "that is whole already",
      from: "2026-03-10T11:02:00Z",
      to: "2026-03-10T12:00:00Z",
      whole: ["11:02", "12:00"],
    },
  ])("$title", ({ from, to, whole }) => {
    const window = alignWindow({ from: new Date(from), to: new Date(to) }, now);

    expect([window.from, window.to].map((at) => at.toISOString().slice(11, 16))).toEqual(whole);
  });

  test("that begins two days ago begins with a whole hour", () => {
    const window = alignWindow({ from: new Date("2026-03-08T11:02:30Z"), to: new Date("2026-03-09T09:02:30Z") }, now);

    expect(window).toEqual({ from: new Date("2026-03-08T11:00:00Z"), to: new Date("2026-03-09T10:00:00Z") });
  });

  const instant = fc.date({ min: new Date("2026-03-01"), max: now, noInvalidDate: true });
  prop.prop([instant, instant])("is never made smaller, nor by an hour larger at either end", (a, b) => {
    const [from, to] = a < b ? [a, b] : [b, a];
    const window = alignWindow({ from, to }, now);

    const widened = [from.getTime() - window.from.getTime(), window.to.getTime() - to.getTime()];
    expect(widened.every((ms) => ms >= 0 && ms < 3_600_000)).toBe(true);
    if (window.from < hourlyBefore(now)) expect(window.from.getTime() % 3_600_000).toBe(0);
    if (window.to < hourlyBefore(now)) expect(window.to.getTime() % 3_600_000).toBe(0);
  });
});

describe("the depth", () => {
  const lane = fc.record({
    environment: fc.constantFrom("a", "b"),
    requires: fc.constantFrom<readonly string[]>([], ["ocr"], ["ocr", "sap"]),
    priority: fc.nat(3),
    pending: fc.nat(9),
    delayed: fc.nat(9),
    heldBack: fc.nat(9),
    running: fc.nat(9),
  });

  prop.prop([fc.array(lane)])("is that of all urgencies, and of all routes", (routes: readonly RouteDepth[]) => {
    const depth = summarizeRoutes(routes);

    for (const count of ["pending", "delayed", "heldBack", "running"] as const) {
      const sumOf = (parts: readonly { readonly [key in typeof count]: number }[]): number =>
        parts.reduce((sum, part) => sum + part[count], 0);
      expect([depth[count], sumOf(depth.priorities)]).toEqual([sumOf(routes), sumOf(routes)]);
    }
  });

  prop.prop([
    fc.uniqueArray(lane, { selector: (one) => JSON.stringify([one.environment, one.requires, one.priority]) }),
  ])("does not depend on the order of the lanes", (routes) => {
    expect(summarizeRoutes(routes.toReversed())).toEqual(summarizeRoutes(routes));
  });
});
