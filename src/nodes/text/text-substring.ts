import { z } from "zod";
import { integer, maybe, withDefault } from "../../execution/index.ts";
import { defineNode } from "../capabilities.ts";
import { lengthOf, sliceOf } from "../code-points.ts";
import { theText } from "./text-parameters.ts";

export const textSubstringNode = defineNode({
  type: "TextSubstringNode",
  category: "text",
  summary: "The characters from start to before end; negative positions count from the end",
  needs: [],
  effect: "none",
  config: z.object({
    text: theText(),
    start: withDefault(integer(), 0).describe("Position of the first character taken"),
    end: maybe(integer()).describe("Position of the first character left out; the end of the text when not given"),
  }),
  inputs: { text: "STRING", start: "INTEGER", end: "INTEGER" },
  outputs: { result: "STRING", length: "INTEGER" },
  run({ config }) {
    const result = sliceOf(config.text, config.start, config.end);
    return { outputs: { result, length: lengthOf(result) } };
  },
});
