import { z } from "zod";
import { dict, textOr, withDefault } from "../../execution/index.ts";
import { defineNode } from "../capabilities.ts";
import { mergeHeaders } from "./merge-headers.ts";

export const setHttpHeadersNode = defineNode({
  type: "SetHttpHeadersNode",
  category: "http",
  summary: "Puts headers together; later ones replace earlier ones of the same name",
  needs: [],
  effect: "none",
  config: z.object({
    base_headers: withDefault(dict(), {}).describe("Headers to start from"),
    headers_json: withDefault(dict(), {}).describe("Further headers"),
    header_name: textOr("").describe("Name of one more header"),
    header_value: textOr("").describe("Its value"),
  }),
  inputs: { base_headers: "DICT", header_name: "STRING", header_value: "STRING", headers_json: "DICT" },
  outputs: { headers: "DICT" },
  configAliases: { headers: "headers_json" },
  run({ config }) {
    const single = { [config.header_name]: config.header_value };
    return { outputs: { headers: mergeHeaders(config.base_headers, config.headers_json, single) } };
  },
});
