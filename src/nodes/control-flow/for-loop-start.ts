import { z } from "zod";
import { anything, choice, integer, textOr, withDefault } from "../../execution/index.ts";
import { defineNode } from "../capabilities.ts";

export const forLoopStartNode = defineNode({
  type: "ForLoopStartNode",
  category: "control_flow",
  summary: "Runs its body once for each item of a list, dict or text, or for each number of a range",
  structure: "for",
  needs: [],
  effect: "none",
  config: z.object({
    mode: withDefault(choice(["items", "range"]), "items").describe("What is counted through"),
    items: anything().describe("List, dict or text to go through; JSON text of a list is read"),
    list_var: anything().describe("Name of the variable that holds the items, or a list, when items is not given"),
    item_var: textOr("item").describe("Variable that holds the item; <name>_index and <name>_key go with it"),
    start: withDefault(integer(), 0).describe("First number of the range"),
    end: withDefault(integer(), 10).describe("The range stops before this number"),
    step: withDefault(integer(), 1).describe("Distance of the numbers; not 0, negative to count down"),
  }),
  inputs: { items: "ANY", end: "INTEGER" },
  outputs: { current_item: "ANY", current_index: "INTEGER", current_key: "ANY" },
  execOutputs: ["body", "completed"],
  portAliases: { loop: "body", item: "current_item", index: "current_index", key: "current_key" },
  run: () => ({}),
});
