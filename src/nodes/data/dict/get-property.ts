import { z } from "zod";
import { textOr } from "../../../execution/index.ts";
import { defineNode } from "../../capabilities.ts";
import { followPath, parsePath } from "../../property-path.ts";
import { theDict } from "./dict-parameters.ts";

export const getPropertyNode = defineNode({
  type: "GetPropertyNode",
  category: "data",
  summary: "The value at a path inside of a dict; null, and a warning in the log, when the path leads nowhere",
  needs: [],
  effect: "none",
  config: z.object({
    object: theDict(),
    property_path: textOr("").describe("Path like customer.orders[0].id; the whole dict when empty"),
  }),
  inputs: { object: "DICT", property_path: "STRING" },
  outputs: { value: "ANY" },
  configAliases: { dict: "object", path: "property_path" },
  run({ config, log }) {
    const value = followPath(config.object, parsePath(config.property_path));
    if (value === undefined) log("warning", `${config.property_path} leads nowhere in this dict`);
    return { outputs: { value: value ?? null } };
  },
});
