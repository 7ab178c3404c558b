import { describe, expect, test } from "vitest";
import { livenessOf, robotSocketUrl } from "./tunnel-config.ts";

describe("robotSocketUrl", () => {
  test.each([
    ["http://127.0.0.1:8000", "ws://127.0.0.1:8000/ws/robot"],
    ["http://127.0.0.1:8000/", "ws://127.0.0.1:8000/ws/robot"],
    ["https://rpa.example.com", "wss://rpa.example.com/ws/robot"],
    ["https://example.com/rpa/", "wss://example.com/rpa/ws/robot"],
    ["wss://example.com", "wss://example.com/ws/robot"],
  ])("%s leads to %s", (given, expected) => {
    expect(robotSocketUrl(given)).toBe(expected);
  });

  test.each(["", "localhost:8000", "ftp://example.com", "http://me:pw@example.com", "http://example.com?key=1"])(
    'refuses "%s"',
    (given) => {
      expect(() => robotSocketUrl(given)).toThrow(expect.objectContaining({ code: "TUNNEL_BAD_URL" }));
    },
  );

  test("never repeats a password that was written into the address", () => {
    expect(() => robotSocketUrl("http://me:hunter22@example.com")).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining("hunter22") }),
    );
  });
});

test("a dead connection is noticed in half the lease", () => {
  expect(livenessOf(30_000)).toEqual({ pingMs: 5_000, silenceMs: 15_000 });
});
