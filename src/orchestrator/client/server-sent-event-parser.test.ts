import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { createServerSentEventParser } from "./server-sent-event-parser.ts";

const parse = (...pieces: readonly string[]) => {
  const parser = createServerSentEventParser();
  return pieces.flatMap((piece) => parser.push(piece));
};

describe("a stream of events", () => {
  test.each([
    { text: "data: a\n\n", expected: [{ name: "message", data: "a" }] },
    { text: "id: 7\ndata: a\ndata: b\n\n", expected: [{ id: "7", name: "message", data: "a\nb" }] },
    {
      text: "event: closing\ndata:x\n\ndata: y\n\n",
      expected: [
        { name: "closing", data: "x" },
        { name: "message", data: "y" },
      ],
    },
    { text: ": comment\n\nretry: 10\n\nid: 1\n\n", expected: [] },
    {
      text: "data: a\r\n\r\ndata: b\r\r",
      expected: [
        { name: "message", data: "a" },
        { name: "message", data: "b" },
      ],
    },
    { text: "data\n\n", expected: [{ name: "message", data: "" }] },
    { text: "data: unfinished\n", expected: [] },
    { text: "id: a\u0000b\nevent:\ndata: x\n\n", expected: [{ name: "message", data: "x" }] },
  ])("$text", ({ text, expected }) => {
    expect(parse(text)).toEqual(expected);
  });

  prop.prop([
    fc.array(fc.record({ id: fc.nat().map(String), data: fc.string({ unit: fc.constantFrom("a", " ", ":", "é") }) })),
    fc.constantFrom("\n", "\r\n", "\r"),
    fc.array(fc.nat(20)),
  ])("is read the same however it is cut into pieces", (events, lineEnd, cuts) => {
    const text = events.map(({ id, data }) => `id: ${id}${lineEnd}data: ${data}${lineEnd}${lineEnd}`).join("");
    const pieces: string[] = [];
    let rest = text;
    for (const cut of cuts) {
      pieces.push(rest.slice(0, cut));
      rest = rest.slice(cut);
    }

    expect(parse(...pieces, rest)).toEqual(events.map((event) => ({ ...event, name: "message" })));
  });
});
