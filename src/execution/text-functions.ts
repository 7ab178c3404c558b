import type { JsonValue } from "../core/json.ts";
import { codePoints } from "./code-points.ts";
import { checkLength, type ExpressionFunction, integerArg, listArg, refuse, textArg } from "./expression-call.ts";
import { asText, kindOf } from "./expression-values.ts";

/** Functions about text. Positions and lengths count characters (code points). */
export const TEXT_FUNCTIONS: Readonly<Record<string, ExpressionFunction>> = {
  concat: {
    min: 1,
    max: Number.POSITIVE_INFINITY,
    call(args, call) {
      const texts = args.map(asText);
      checkLength(lengthOf(texts), call);
      return texts.join("");
    },
  },
  upper: { min: 1, max: 1, call: (args, call) => textArg(args, 0, call).toUpperCase() },
  lower: { min: 1, max: 1, call: (args, call) => textArg(args, 0, call).toLowerCase() },
  trim: { min: 1, max: 1, call: (args, call) => textArg(args, 0, call).trim() },
  split: {
    min: 1,
    max: 2,
    call(args, call) {
      const text = textArg(args, 0, call);
      call.spend(text.length);
      if (args.length === 1 || args[1] === null) return text.split(/\s+/).filter((word) => word !== "");
      const separator = textArg(args, 1, call);
      if (separator === "") return refuse(call, "the separator is empty; leave it out to split at white space");
      return text.split(separator);
    },
  },
  join: {
    min: 1,
    max: 2,
    call(args, call) {
      // Both orders are known from other languages: join(list, ", ") and join(", ", list).
      const [listAt, separatorAt] = Array.isArray(args[0]) ? [0, 1] : [1, 0];
      const texts = listArg(args, listAt, call).map(asText);
      const separator = args.length === 2 ? textArg(args, separatorAt, call) : "";
      checkLength(lengthOf(texts) + separator.length * texts.length, call);
      return texts.join(separator);
    },
  },
  replace: {
    min: 3,
    max: 3,
    call(args, call) {
      const [text, old, by] = [textArg(args, 0, call), textArg(args, 1, call), textArg(args, 2, call)];
      if (old === "") return refuse(call, "the text to replace is empty");
      call.spend(text.length);
      const pieces = text.split(old);
      checkLength(text.length + (pieces.length - 1) * (by.length - old.length), call);
      return pieces.join(by);
    },
  },
  substring: {
    min: 2,
    max: 3,
    call(args, call) {
      const characters = codePoints(textArg(args, 0, call));
      call.spend(characters.length);
      const end = args.length === 3 ? integerArg(args, 2, call) : characters.length;
      return characters.slice(integerArg(args, 1, call), end).join("");
    },
  },
  startswith: { min: 2, max: 2, call: (args, call) => textArg(args, 0, call).startsWith(textArg(args, 1, call)) },
  endswith: { min: 2, max: 2, call: (args, call) => textArg(args, 0, call).endsWith(textArg(args, 1, call)) },
  json: { min: 1, max: 1, call: (args) => JSON.stringify(args[0] ?? null) },
  parse_json: {
    min: 1,
    max: 1,
    call(args, call) {
      const text = args[0] ?? null;
      if (typeof text !== "string") return refuse(call, `argument 1 must be text, not ${kindOf(text)}`);
      call.spend(text.length);
      const parsed = parseJson(text);
      return parsed === undefined ? refuse(call, "argument 1 is not JSON") : parsed;
    },
  },
};

function parseJson(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    // The caller says what is wrong without quoting the text.
    return undefined;
  }
}

function lengthOf(texts: readonly string[]): number {
  return texts.reduce((sum, text) => sum + text.length, 0);
}
