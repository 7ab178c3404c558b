import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import { LaneMarks } from "./lanes.ts";

describe("LaneMarks", () => {
  test("begins at the beginning until what was taken has settled", () => {
    const marks = new LaneMarks();
    expect(marks.startOf(1)).toBe(0);

    marks.took(1, 10, 0);
    marks.took(1, 20, 100);
    expect(marks.startOf(1)).toBe(0);
    marks.took(1, 30, 500);
    expect(marks.startOf(1)).toBe(10);
    marks.took(1, 40, 999);
    expect(marks.startOf(1)).toBe(10);
    marks.took(1, 50, 1_000);
    expect(marks.startOf(1)).toBe(30);
    expect(marks.startOf(2)).toBe(0);
  });

  test("sweeps first, then from time to time, and after a rewind", () => {
    const marks = new LaneMarks();
    expect(marks.needsSweep(0, false)).toBe(true);

    marks.swept(0, 1);
    expect(marks.needsSweep(199, false)).toBe(false);
    expect(marks.needsSweep(200, false)).toBe(true);

    marks.swept(200, 1);
    marks.rewind();
    expect(marks.needsSweep(201, false)).toBe(true);
  });

  test("sweeps for the hungry while that is cheap, and spends a twentieth of the time on it when it is dear", () => {
    const marks = new LaneMarks();
    marks.swept(0, 1);
    expect(marks.needsSweep(1, true)).toBe(true);

    marks.swept(1, 50);
    expect(marks.needsSweep(1_000, true)).toBe(false);
    expect(marks.needsSweep(1_001, true)).toBe(true);
  });

  test.prop([fc.array(fc.tuple(fc.nat(1_000), fc.nat(2_000)))])(
    "never begins behind what was taken half a second ago",
    (steps) => {
      const marks = new LaneMarks();
      const taken: { line: number; atMs: number }[] = [];
      let nowMs = 0;
      for (const [line, afterMs] of steps) {
        nowMs += afterMs;
        marks.took(1, line, nowMs);
        taken.push({ line: line, atMs: nowMs });
        const largest = taken
          .filter(({ atMs }) => nowMs - atMs >= 500)
          .reduce((max, one) => (one.line > max ? one.line : max), 0);
        expect(marks.startOf(1) <= largest).toBe(true);
      }
    },
  );
});
