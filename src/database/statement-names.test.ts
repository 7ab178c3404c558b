import { describe, expect, test } from "vitest";
import { StatementNames } from "./statement-names.ts";

describe("StatementNames", () => {
  test("names a text from its third use on, always the same", () => {
    const names = new StatementNames();

    const given = [1, 2, 3, 4].map(() => names.nameFor("select $1"));

    expect(given).toEqual([undefined, undefined, "casare_0", "casare_0"]);
  });

  test("gives different texts different names", () => {
    const names = new StatementNames();
    const nameOf = (text: string) => [1, 2, 3].map(() => names.nameFor(text)).at(-1);

    expect(nameOf("select $1")).not.toBe(nameOf("select $2"));
  });

  test("ever-changing texts neither get names nor cost a frequent text its own", () => {
    const names = new StatementNames();
    for (let use = 0; use < 3; use++) names.nameFor("frequent");

    const rare = Array.from({ length: 5_000 }, (_, index) => names.nameFor(`rare ${index}`));

    expect(new Set(rare)).toEqual(new Set([undefined]));
    expect(names.nameFor("frequent")).toBe("casare_0");
  });

  test("stops naming at a bound that keeps the server's memory small", () => {
    const names = new StatementNames();

    const given = Array.from({ length: 600 }, (_, index) => [1, 2, 3].map(() => names.nameFor(`text ${index}`)).at(-1));

    expect(given.filter((name) => name !== undefined)).toHaveLength(500);
  });
});
