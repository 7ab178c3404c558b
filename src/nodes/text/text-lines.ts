import { z } from "zod";
import { asText, choice, flag, list, withDefault } from "../../execution/index.ts";
import { defineNode } from "../capabilities.ts";
import { theText } from "./text-parameters.ts";

const SEPARATORS = { newline: "\n", crlf: "\r\n", comma: "," } as const;

export const textLinesNode = defineNode({
  type: "TextLinesNode",
  category: "text",
  summary: "Splits text into lines, or joins lines to text; any kind of line end splits",
  needs: [],
  effect: "none",
  config: z.object({
    text: theText(),
    lines: withDefault(list(), []).describe("The lines to join"),
    mode: withDefault(choice(["split", "join"]), "split").describe("What is done"),
    line_separator: withDefault(choice(["newline", "crlf", "comma"]), "newline").describe(
      "What stands between lines when they are joined; comma also splits at commas",
    ),
    remove_empty: withDefault(flag(), false).describe("Leave out lines that hold nothing but white space"),
  }),
  inputs: { text: "STRING", lines: "LIST" },
  outputs: { text: "STRING", lines: "LIST", count: "INTEGER" },
  run({ config }) {
    const all = config.mode === "join" ? config.lines.map(asText) : splitLines(config.text, config.line_separator);
    const lines = config.remove_empty ? all.filter((line) => line.trim() !== "") : all;
    const text = config.mode === "join" ? lines.join(SEPARATORS[config.line_separator]) : config.text;
    return { outputs: { text, lines, count: lines.length } };
  },
});

function splitLines(text: string, separator: keyof typeof SEPARATORS): string[] {
  if (text === "") return [];
  return text.split(separator === "comma" ? "," : /\r\n|\n|\r/);
}
