import { z } from "zod";
import { integer, maybe, withDefault } from "../../../execution/index.ts";
import { defineNode } from "../../capabilities.ts";
import { theList } from "./list-parameters.ts";

export const listSliceNode = defineNode({
  type: "ListSliceNode",
  category: "data",
  summary: "The items from start to before end; negative positions count from the end",
  needs: [],
  effect: "none",
  config: z.object({
    list: theList(),
    start: withDefault(integer(), 0).describe("Index of the first item taken"),
    end: maybe(integer()).describe("Index of the first item left out; the end of the list when not given"),
  }),
  inputs: { list: "LIST", start: "INTEGER", end: "INTEGER" },
  outputs: { result: "LIST" },
  run: ({ config }) => ({ outputs: { result: config.list.slice(config.start, config.end) } }),
});
