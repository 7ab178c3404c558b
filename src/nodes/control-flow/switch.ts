import { z } from "zod";
import type { JsonValue } from "../../core/json.ts";
import { anything, asText, list, textOr, withDefault } from "../../execution/index.ts";
import { defineNode } from "../capabilities.ts";
import { sameValue } from "../compare-values.ts";
import { nodeErrors } from "../errors.ts";

export const switchNode = defineNode({
  type: "SwitchNode",
  category: "control_flow",
  summary: "Takes the flow output of the first case that equals the value, as data or as text; else default",
  needs: [],
  effect: "none",
  config: z.object({
    value: anything().describe("The value to choose by"),
    expression: textOr("").describe("An expression that yields the value; wins over value"),
    cases: withDefault(list(), []).describe("The cases in order; case x leaves by case_x, or by case_0, case_1 …"),
  }),
  inputs: { value: "ANY" },
  execOutputs: ["default"],
  dynamicExecOutputs({ cases: raw }) {
    const cases = readCases(raw);
    return [...new Set(cases.flatMap((_, index) => namesOf(cases, index)))];
  },
  rawConfig: ["expression"],
  run({ config, evaluate }) {
    const value = config.expression.trim() === "" ? config.value : evaluate(config.expression);
    if (value === undefined) {
      throw nodeErrors.NODE_VALUE_INVALID({ parameter: "value", reason: "is missing; give value or expression" });
    }
    const index = config.cases.findIndex((item) => sameValue(item, value) || asText(item) === asText(value));
    return { route: index < 0 ? "default" : namesOf(config.cases, index) };
  },
});

/** The names a case may be wired by: its value, and for files that count its index, unless that is another case's value. */
function namesOf(cases: readonly JsonValue[], index: number): readonly string[] {
  const names = [`case_${asText(cases[index] ?? null)}`];
  return cases.some((item) => asText(item) === String(index)) ? names : [...names, `case_${index}`];
}

function readCases(raw: JsonValue | undefined): readonly JsonValue[] {
  const read = withDefault(list(), []).safeParse(raw);
  return read.success ? read.data : [];
}
