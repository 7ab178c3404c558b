import { z } from "zod";
import { choice, textOr, withDefault } from "../../execution/index.ts";
import { defineNode } from "../capabilities.ts";
import { charactersOf } from "../code-points.ts";
import { theText } from "./text-parameters.ts";

export const textTrimNode = defineNode({
  type: "TextTrimNode",
  category: "text",
  summary: "Removes white space, or other characters, from the ends of text",
  needs: [],
  effect: "none",
  config: z.object({
    text: theText(),
    mode: withDefault(choice(["both", "left", "right"]), "both").describe("Which ends"),
    characters: textOr("").describe("The characters to remove, in any order; white space when empty"),
  }),
  inputs: { text: "STRING" },
  outputs: { result: "STRING" },
  run({ config: { text, mode, characters } }) {
    const result = characters === "" ? trimSpace(text, mode) : trimCharacters(text, mode, new Set(characters));
    return { outputs: { result } };
  },
});

type Ends = "both" | "left" | "right";

function trimSpace(text: string, ends: Ends): string {
  if (ends === "both") return text.trim();
  return ends === "left" ? text.trimStart() : text.trimEnd();
}

function trimCharacters(text: string, ends: Ends, unwanted: ReadonlySet<string>): string {
  const characters = charactersOf(text);
  const first = ends === "right" ? 0 : characters.findIndex((character) => !unwanted.has(character));
  const last =
    ends === "left" ? characters.length - 1 : characters.findLastIndex((character) => !unwanted.has(character));
  return first < 0 ? "" : characters.slice(first, last + 1).join("");
}
