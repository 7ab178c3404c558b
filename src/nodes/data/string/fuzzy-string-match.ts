import { z } from "zod";
import { asText, decimal, list, textOr, withDefault } from "../../../execution/index.ts";
import { defineNode } from "../../capabilities.ts";
import { roundTo } from "../math/arithmetic.ts";
import { similarity } from "./similarity.ts";

export const fuzzyStringMatchNode = defineNode({
  type: "FuzzyStringMatchNode",
  category: "data",
  summary:
    "Finds the candidate most like a text; leaves by match_found or no_match, or by exec_out if that is not wired",
  needs: [],
  effect: "none",
  config: z.object({
    search_string: textOr("").describe("The text to find"),
    candidates: withDefault(list(), []).describe("Texts to choose from; the first wins when two are equally alike"),
    threshold: withDefault(decimal({ min: 0, max: 1 }), 0.6).describe("How alike a match must be at least, 0 to 1"),
  }),
  inputs: { search_string: "STRING", candidates: "LIST", threshold: "FLOAT" },
  outputs: {
    matched_string: "STRING",
    match_score: "FLOAT",
    match_index: "INTEGER",
    is_match: "BOOLEAN",
    all_scores: "DICT",
  },
  execOutputs: ["match_found", "no_match", "exec_out"],
  run({ config }) {
    const candidates = config.candidates.map(asText);
    const scores = candidates.map((candidate) => roundTo(similarity(config.search_string, candidate), 4));
    const best = scores.reduce((highest, score) => Math.max(highest, score), 0);
    const index = scores.length > 0 && best >= config.threshold ? scores.indexOf(best) : -1;
    return {
      // Files that do not branch wire exec_out only.
      route: [index < 0 ? "no_match" : "match_found", "exec_out"],
      outputs: {
        matched_string: candidates[index] ?? "",
        match_score: best,
        match_index: index,
        is_match: index >= 0,
        all_scores: Object.fromEntries(candidates.map((candidate, i) => [candidate, scores[i] ?? 0])),
      },
    };
  },
});
