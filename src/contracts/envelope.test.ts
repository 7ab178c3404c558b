import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { openMessage } from "./envelope.ts";

const header = { v: 1, type: "ack", id: "m1" };

describe("openMessage", () => {
  test.each([
    { text: "", expected: { kind: "malformed", problem: "not JSON" } },
    { text: "[1", expected: { kind: "malformed", problem: "not JSON" } },
    { text: "null", expected: { kind: "malformed", problem: "v, type or id is missing" } },
    { text: '{"v":1,"type":"ack"}', expected: { kind: "malformed", problem: "v, type or id is missing" } },
    { text: '{"v":1,"type":"ack","id":""}', expected: { kind: "malformed", problem: "v, type or id is missing" } },
    { text: '{"v":2,"type":"ack","id":"m1"}', expected: { kind: "other-version", id: "m1" } },
    { text: JSON.stringify(header), expected: { kind: "opened", message: header, type: "ack", id: "m1" } },
  ])("$text", ({ text, expected }) => {
    expect(openMessage(text)).toEqual(expected);
  });

  test("refuses what nests so deep that reading it would overflow a stack", () => {
    const deep = `{"v":1,"type":"ack","id":"m1","payload":${"[".repeat(50_000)}${"]".repeat(50_000)}}`;

    expect(openMessage(deep)).toEqual({ kind: "malformed", problem: "nested deeper than 200" });
  });

  prop.prop([fc.oneof(fc.string(), fc.json())])("never throws, whatever arrives", (text) => {
    expect(["opened", "other-version", "malformed"]).toContain(openMessage(text).kind);
  });
});
