import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { findNearName } from "./near-name.ts";

describe("findNearName", () => {
  const names = ["CASARE_QUEUE_LEASE_MS", "CASARE_QUEUE_POLL_MS", "CASARE_HOME"];

  test.each([
    { name: "CASARE_QUEUE_LEASEMS", expected: "CASARE_QUEUE_LEASE_MS" },
    { name: "CASARE_QUEUE_POOL_MS", expected: "CASARE_QUEUE_POLL_MS" },
    { name: "CASARE_HOEM", expected: "CASARE_HOME" },
    { name: "SOMETHING_ELSE", expected: undefined },
    { name: "", expected: undefined },
  ])("$name", ({ name, expected }) => {
    expect(findNearName(name, names)).toBe(expected);
  });

  prop.prop([fc.string({ minLength: 4 }), fc.nat()])("finds a name with one letter left out", (name, at) => {
    const index = at % name.length;

    expect(findNearName(name.slice(0, index) + name.slice(index + 1), [name])).toBe(name);
  });
});
