import { fc, test as prop } from "@fast-check/vitest";
import { Ansis } from "ansis";
import { describe, expect, test } from "vitest";
import { renderBox } from "./box.ts";
import { lengthOf } from "./format.ts";

const style = new Ansis(0);

describe("renderBox", () => {
  test("frames labels, text and gaps", () => {
    const text = renderBox("Title", [{ label: "API", value: "http://x" }, { kind: "gap" }, { text: "go on:" }], {
      style,
      columns: 80,
    });

    expect(text.split("\n")).toEqual([
      "┌ Title ───────────────┐",
      "│ API  http://x        │",
      "│                      │",
      "│ go on:               │",
      "└──────────────────────┘",
    ]);
  });

  test("never cuts a value", () => {
    const value = "x".repeat(300);

    expect(renderBox("T", [{ label: "key", value }], { style, columns: 40 })).toContain(value);
  });

  prop.prop([
    fc.string({ minLength: 1, maxLength: 30 }),
    fc.array(fc.stringMatching(/^[a-z ]{0,40}$/), { maxLength: 5 }),
  ])("all lines are equally wide when the terminal is wide enough", (title, texts) => {
    const lines = renderBox(
      title,
      texts.map((text) => ({ text })),
      { style, columns: 200 },
    ).split("\n");

    expect(new Set(lines.map(lengthOf)).size).toBe(1);
  });
});
