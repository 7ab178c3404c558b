import { z } from "zod";
import type { JsonValue } from "../../core/json.ts";
import { anything, asText, choice, maybe } from "../../execution/index.ts";
import { defineNode } from "../capabilities.ts";
import { toBoolean, toDict, toInteger, toList, toNumber, toTable } from "../conversions.ts";
import { nodeErrors } from "../errors.ts";
import { parseJsonText } from "../json-text.ts";
import { requiredText } from "../required.ts";

const VARIABLE_TYPES = [
  "String",
  "Boolean",
  "Int32",
  "Float",
  "Object",
  "Array",
  "List",
  "Dict",
  "FilePath",
  "DataTable",
] as const;

type VariableType = (typeof VARIABLE_TYPES)[number];

const CONVERT: Readonly<Record<VariableType, (value: JsonValue, what: string) => JsonValue>> = {
  String: asText,
  FilePath: asText,
  Boolean: toBoolean,
  Int32: toInteger,
  Float: toNumber,
  Object: toObject,
  Dict: toDict,
  Array: toList,
  List: toList,
  DataTable: toTable,
};

export const setVariableNode = defineNode({
  type: "SetVariableNode",
  category: "variable",
  summary: "Stores a value in a variable of the run; its type is kept unless variable_type asks for another",
  needs: [],
  effect: "idempotent",
  config: z.object({
    variable_name: requiredText().describe("Name of the variable"),
    value: anything().describe("The value; without one, default_value is stored"),
    default_value: anything().describe("Stored when no value is given"),
    variable_type: maybe(choice(VARIABLE_TYPES)).describe(
      "The value is converted to this type; without it, it is kept",
    ),
  }),
  inputs: { value: "ANY", variable_name: "STRING" },
  outputs: { value: "ANY" },
  run({ config, variables }) {
    const name = config.variable_name.trim();
    const given = config.value ?? config.default_value ?? null;
    const value =
      config.variable_type === undefined || given === null
        ? given
        : CONVERT[config.variable_type](given, `The value of variable ${name}`);
    variables.set(name, value);
    return { outputs: { value } };
  },
});

function toObject(value: JsonValue, what: string): JsonValue {
  const data = typeof value === "string" ? parseJsonText(value, what).data : value;
  if (typeof data === "object") return data;
  throw nodeErrors.NODE_CONVERSION_FAILED({ what, from: "a plain value", to: "a dict or list" });
}
