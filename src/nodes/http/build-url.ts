import { z } from "zod";
import { dict, textOr, withDefault } from "../../execution/index.ts";
import { defineNode } from "../capabilities.ts";
import { nodeErrors } from "../errors.ts";
import { requiredText } from "../required.ts";
import { withQuery } from "./query-text.ts";

export const buildUrlNode = defineNode({
  type: "BuildUrlNode",
  category: "http",
  summary: "Puts an address together of a base, a path and query parameters",
  needs: [],
  effect: "none",
  config: z.object({
    base_url: requiredText().describe("Absolute http or https address"),
    path: textOr("").describe("Added with exactly one slash in between"),
    params: withDefault(dict(), {}).describe("Parameters added to the query; a list repeats its name"),
  }),
  inputs: { base_url: "STRING", path: "STRING", params: "DICT" },
  outputs: { url: "STRING" },
  run({ config }) {
    const base = config.base_url.trim();
    const joined = config.path === "" ? base : `${base.replace(/\/+$/, "")}/${config.path.replace(/^\/+/, "")}`;
    const url = withQuery(joined, config.params);
    if (!/^https?:\/\//i.test(url) || !URL.canParse(url)) {
      throw nodeErrors.NODE_URL_INVALID({ parameter: "base_url", reason: "it must begin with http:// or https://" });
    }
    return { outputs: { url } };
  },
});
