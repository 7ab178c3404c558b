import { describe, expect, test } from "vitest";
import { z } from "zod";
import { descriptionOf, isSecret, readText } from "./setting-schema.ts";

describe("what a schema says", () => {
  test.each([
    { name: "meta last", schema: z.string().optional().meta({ secret: true }) },
    { name: "meta inside", schema: z.string().meta({ secret: true }).optional() },
    { name: "meta before the description", schema: z.string().meta({ secret: true }).describe("x").default("y") },
    {
      name: "meta before a transform",
      schema: z
        .string()
        .meta({ secret: true })
        .transform((text) => text.length),
    },
  ])("a secret is one, wherever the chain says so: $name", ({ schema }) => {
    expect(isSecret(schema)).toBe(true);
  });

  test("other settings are no secrets", () => {
    expect(isSecret(z.string().describe("x"))).toBe(false);
  });

  test.each([z.string().describe("what it is").optional(), z.string().optional().describe("what it is")])(
    "the description is found wherever it was given",
    (schema) => {
      expect(descriptionOf(schema)).toBe("what it is");
    },
  );

  test("text is not a number just because the runtime would make one of it", () => {
    expect(readText(z.coerce.number().default(1), "0x10")).toEqual({ problem: "must be a number" });
    expect(
      readText(
        z.number().transform((n) => n * 2),
        " -1.5 ",
      ),
    ).toEqual({ value: -1.5 });
  });
});
