import { describe, expect, test } from "vitest";
import { readOptions } from "./options.ts";

describe("readOptions", () => {
  test("asks for five minutes and more than a hundred thousand jobs by default", () => {
    expect(readOptions([], 7)).toEqual({ minutes: 5, jobs: 110_000, seed: 7, workers: 4 });
  });

  test("offers as many jobs as fit into the time", () => {
    expect(readOptions(["--minutes", "0.5"], 7)).toMatchObject({ minutes: 0.5, jobs: 11_000 });
  });

  test("takes what is given", () => {
    const args = ["--minutes", "1", "--jobs", "50", "--seed", "3", "--workers", "2"];

    expect(readOptions(args, 7)).toEqual({ minutes: 1, jobs: 50, seed: 3, workers: 2 });
  });

  test.each([
    ["--minutes", "0"],
    ["--minutes", "soon"],
    ["--jobs", "1.5"],
    ["--jobs", ""],
    ["--seed", "-1"],
    ["--workers", "1"],
    ["--workers", "33"],
  ])("refuses %s %s and says what fits", (name, value) => {
    expect(() => readOptions([`${name}=${value}`], 7)).toThrow(new RegExp(`^${name} ${value} must be a`));
  });

  test("refuses what it does not know", () => {
    expect(() => readOptions(["--hours", "1"], 7)).toThrow(/--hours/);
  });
});
