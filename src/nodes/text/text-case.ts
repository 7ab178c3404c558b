import { z } from "zod";
import { choice, withDefault } from "../../execution/index.ts";
import { defineNode } from "../capabilities.ts";
import { theText } from "./text-parameters.ts";

const CASES = ["upper", "lower", "title", "capitalize", "swapcase"] as const;

const CHANGE: Readonly<Record<(typeof CASES)[number], (text: string) => string>> = {
  upper: (text) => text.toUpperCase(),
  lower: (text) => text.toLowerCase(),
  title: (text) => text.replace(/\p{L}+/gu, capitalize),
  capitalize,
  swapcase: (text) =>
    Array.from(text, (letter) => (letter === letter.toUpperCase() ? letter.toLowerCase() : letter.toUpperCase())).join(
      "",
    ),
};

export const textCaseNode = defineNode({
  type: "TextCaseNode",
  category: "text",
  summary: "Changes capital and small letters",
  needs: [],
  effect: "none",
  config: z.object({
    text: theText(),
    case: withDefault(choice(CASES), "lower").describe(
      "title: each word begins with a capital; capitalize: only the text",
    ),
  }),
  inputs: { text: "STRING" },
  outputs: { result: "STRING" },
  run: ({ config }) => ({ outputs: { result: CHANGE[config.case](config.text) } }),
});

function capitalize(text: string): string {
  const [first = "", ...rest] = text;
  return first.toUpperCase() + rest.join("").toLowerCase();
}
