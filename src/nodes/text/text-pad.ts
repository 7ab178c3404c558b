import { z } from "zod";
import { choice, integer, textOr, withDefault } from "../../execution/index.ts";
import { defineNode } from "../capabilities.ts";
import { lengthOf } from "../code-points.ts";
import { theText } from "./text-parameters.ts";

/** Enough for any column of any report; keeps a wrong number from filling the memory. */
const LONGEST = 1_000_000;

const ALIASES = { width: "length" };

export const textPadNode = defineNode({
  type: "TextPadNode",
  category: "text",
  summary: "Fills text up to a length; left puts the filling before the text",
  needs: [],
  effect: "none",
  config: z.object({
    text: theText(),
    length: withDefault(integer({ min: 0, max: LONGEST }), 0).describe("Length to reach; longer text stays as it is"),
    mode: withDefault(choice(["left", "right", "center"]), "left").describe("Where the filling goes"),
    fill_char: textOr(" ")
      .refine((value) => lengthOf(value) === 1, "must be exactly one character")
      .describe("The character to fill with"),
  }),
  inputs: { text: "STRING", length: "INTEGER" },
  outputs: { result: "STRING" },
  configAliases: { ...ALIASES, pad_char: "fill_char", side: "mode" },
  portAliases: ALIASES,
  run({ config: { text, length, mode, fill_char: filler } }) {
    const missing = Math.max(0, length - lengthOf(text));
    const before = { left: missing, right: 0, center: Math.floor(missing / 2) }[mode];
    return { outputs: { result: filler.repeat(before) + text + filler.repeat(missing - before) } };
  },
});
