import { describe, expect, test } from "vitest";
import { databaseErrors } from "../../database/index.ts";
import { insistently } from "./insistently.ts";

const lost = databaseErrors.DATABASE_UNAVAILABLE({ reason: "connection reset" });

describe("insistently", () => {
  test("runs work again while it fails for a passing reason", async () => {
    let tries = 0;

    const result = await insistently(async () => {
      if (++tries < 3) throw lost;
      return "done";
    });

    expect([result, tries]).toEqual(["done", 3]);
  });

  test("gives up after four tries, with the last error", async () => {
    let tries = 0;
    const work = insistently(async () => {
      tries++;
      throw lost;
    });

    await expect(work).rejects.toBe(lost);
    expect(tries).toBe(4);
  });

  test("does not try again what will fail again", async () => {
    let tries = 0;
    const work = insistently(async () => {
      tries++;
      throw new TypeError("bug");
    });

    await expect(work).rejects.toThrow("bug");
    expect(tries).toBe(1);
  });
});
