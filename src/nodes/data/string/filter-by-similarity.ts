import { z } from "zod";
import { asText, decimal, list, textOr, withDefault } from "../../../execution/index.ts";
import { defineNode } from "../../capabilities.ts";
import { roundTo } from "../math/arithmetic.ts";
import { similarity } from "./similarity.ts";

export const filterBySimilarityNode = defineNode({
  type: "FilterBySimilarityNode",
  category: "data",
  summary: "Keeps the texts of a list that are like another text",
  needs: [],
  effect: "none",
  config: z.object({
    input_list: withDefault(list(), []).describe("Texts to choose from"),
    filter_string: textOr("").describe("The text they are compared with"),
    threshold: withDefault(decimal({ min: 0, max: 1 }), 0.6).describe("How alike they must be at least, 0 to 1"),
  }),
  inputs: { input_list: "LIST", filter_string: "STRING", threshold: "FLOAT" },
  outputs: { filtered_list: "LIST", scores: "DICT", count: "INTEGER" },
  run({ config }) {
    const scored = config.input_list.map((item) => ({
      item,
      score: roundTo(similarity(config.filter_string, asText(item)), 4),
    }));
    const kept = scored.filter(({ score }) => score >= config.threshold);
    return {
      outputs: {
        filtered_list: kept.map(({ item }) => item),
        scores: Object.fromEntries(kept.map(({ item, score }) => [asText(item), score])),
        count: kept.length,
      },
    };
  },
});
