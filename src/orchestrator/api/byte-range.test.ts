import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { chooseDelivery } from "./byte-range.ts";

const content = { etag: '"abc"', sizeBytes: 10 };
const whole = { kind: "whole" };
const part = (start: number, end: number) => ({ kind: "part", range: { start, end } });

describe("chooseDelivery", () => {
  test.each([
    [{}, whole],
    [{ "if-none-match": '"abc"' }, { kind: "not-modified" }],
    [{ "if-none-match": '"x", W/"abc"', range: "bytes=0-1" }, { kind: "not-modified" }],
    [{ "if-none-match": "*" }, { kind: "not-modified" }],
    [{ "if-none-match": '"x"' }, whole],
    [{ range: "bytes=0-3" }, part(0, 3)],
    [{ range: "Bytes = 2-2" }, part(2, 2)],
    [{ range: "bytes=4-" }, part(4, 9)],
    [{ range: "bytes=4-99999999999999999999" }, part(4, 9)],
    [{ range: "bytes=-3" }, part(7, 9)],
    [{ range: "bytes=-30" }, part(0, 9)],
    [{ range: "bytes=10-" }, { kind: "out-of-range" }],
    [{ range: "bytes=99999999999999999999-" }, { kind: "out-of-range" }],
    [{ range: "bytes=-0" }, { kind: "out-of-range" }],
    [{ range: "bytes=3-2" }, whole],
    [{ range: "bytes=-" }, whole],
    [{ range: "bytes=0-1,3-4" }, whole],
    [{ range: "lines=0-1" }, whole],
    [{ range: "bytes=a-b" }, whole],
    [{ range: "bytes=0-3", "if-range": '"abc"' }, part(0, 3)],
    [{ range: "bytes=0-3", "if-range": '"old"' }, whole],
    [{ range: "bytes=0-3", "if-range": "Wed, 21 Oct 2015 07:28:00 GMT" }, whole],
  ])("%j leads to %j", (headers, expected) => {
    expect(chooseDelivery(headers, content)).toEqual(expected);
  });

  test("nothing can be a part of an empty content", () => {
    for (const range of ["bytes=0-", "bytes=0-0", "bytes=-1"]) {
      expect(chooseDelivery({ range }, { ...content, sizeBytes: 0 })).toEqual({ kind: "out-of-range" });
    }
  });

  prop.prop([fc.string(), fc.nat(), fc.option(fc.nat()), fc.option(fc.nat())])(
    "a part always lies within the content",
    (noise, sizeBytes, first, last) => {
      for (const range of [noise, `bytes=${first ?? ""}-${last ?? ""}`]) {
        const delivery = chooseDelivery({ range }, { ...content, sizeBytes });
        if (delivery.kind !== "part") continue;
        expect(delivery.range.start).toBeGreaterThanOrEqual(0);
        expect(delivery.range.start).toBeLessThanOrEqual(delivery.range.end);
        expect(delivery.range.end).toBeLessThan(sizeBytes);
      }
    },
  );
});
