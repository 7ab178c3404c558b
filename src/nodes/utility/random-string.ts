import { randomInt } from "node:crypto";
import { z } from "zod";
import { flag, integer, textOr, withDefault } from "../../execution/index.ts";
import { defineNode } from "../capabilities.ts";
import { charactersOf } from "../code-points.ts";
import { nodeErrors } from "../errors.ts";

const UPPERCASE = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const DIGITS = "0123456789";
const SPECIAL = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";

export const randomStringNode = defineNode({
  type: "RandomStringNode",
  category: "utility",
  summary: "Random text, good enough for passwords",
  needs: [],
  effect: "idempotent",
  config: z.object({
    length: withDefault(integer({ min: 1, max: 1_000_000 }), 8).describe("How many characters"),
    include_uppercase: withDefault(flag(), true).describe("Use A to Z"),
    include_lowercase: withDefault(flag(), true).describe("Use a to z"),
    include_digits: withDefault(flag(), true).describe("Use 0 to 9"),
    include_special: withDefault(flag(), false).describe("Use the punctuation of ASCII"),
    custom_chars: textOr("").describe("Use these characters instead of all others"),
  }),
  inputs: { length: "INTEGER" },
  outputs: { result: "STRING" },
  run({ config }) {
    const alphabet = charactersOf(config.custom_chars || charactersFor(config));
    if (alphabet.length === 0) {
      throw nodeErrors.NODE_VALUE_INVALID({ parameter: "custom_chars", reason: "is empty and all others are off" });
    }
    // Not the run's dice: what comes out may become a password.
    const result = Array.from({ length: config.length }, () => alphabet[randomInt(alphabet.length)]).join("");
    return { outputs: { result } };
  },
});

function charactersFor(config: Readonly<Record<string, unknown>>): string {
  return (
    (config["include_uppercase"] === true ? UPPERCASE : "") +
    (config["include_lowercase"] === true ? UPPERCASE.toLowerCase() : "") +
    (config["include_digits"] === true ? DIGITS : "") +
    (config["include_special"] === true ? SPECIAL : "")
  );
}
