import { isJsonObject, type JsonValue } from "../core/json.ts";
import { codePoints } from "./code-points.ts";
import { type Call, type ExpressionFunction, integerArg, listArg, refuse } from "./expression-call.ts";
import { asText, commonOrder, equalValues, isTruthy, kindOf } from "./expression-values.ts";

/** Functions about lists, dicts and values of any kind. */
export const LIST_FUNCTIONS: Readonly<Record<string, ExpressionFunction>> = {
  len: { min: 1, max: 1, call: (args, call) => sizeOf(args[0] ?? null, call) },
  type: { min: 1, max: 1, call: (args) => typeName(args[0] ?? null) },
  str: { min: 1, max: 1, call: (args) => asText(args[0] ?? null) },
  first: { min: 1, max: 1, call: (args, call) => itemsOf(args[0] ?? null, call)[0] ?? null },
  last: { min: 1, max: 1, call: (args, call) => itemsOf(args[0] ?? null, call).at(-1) ?? null },
  list: { min: 1, max: 1, call: (args, call) => itemsOf(args[0] ?? null, call) },
  keys: { min: 1, max: 1, call: (args, call) => Object.keys(dictArg(args[0] ?? null, call)) },
  values: { min: 1, max: 1, call: (args, call) => Object.values(dictArg(args[0] ?? null, call)) },
  contains: { min: 2, max: 2, call: (args, call) => holds(args[0] ?? null, args[1] ?? null, call) },
  range: {
    min: 1,
    max: 3,
    call(args, call) {
      const [start, end] =
        args.length === 1 ? [0, integerArg(args, 0, call)] : [integerArg(args, 0, call), integerArg(args, 1, call)];
      const step = args.length === 3 ? integerArg(args, 2, call) : 1;
      if (step === 0) return refuse(call, "the step is 0");
      const count = Math.max(0, Math.ceil((end - start) / step));
      call.spend(count);
      return Array.from({ length: count }, (_, index) => start + index * step);
    },
  },
  slice: {
    min: 2,
    max: 3,
    call(args, call) {
      const items = itemsOf(args[0] ?? null, call);
      const end = args.length === 3 ? integerArg(args, 2, call) : items.length;
      const part = items.slice(integerArg(args, 1, call), end);
      return typeof args[0] === "string" ? part.map(asText).join("") : part;
    },
  },
  sorted: {
    min: 1,
    max: 2,
    call(args, call) {
      const items = [...itemsOf(args[0] ?? null, call)];
      call.spend(items.length * Math.ceil(Math.log2(items.length + 1)));
      const order = commonOrder(items) ?? refuse(call, "the elements have no common order");
      items.sort(order);
      return isTruthy(args[1] ?? null) ? items.toReversed() : items;
    },
  },
  any: { min: 1, max: 1, call: (args, call) => listArg(args, 0, call).some(isTruthy) },
  all: { min: 1, max: 1, call: (args, call) => listArg(args, 0, call).every(isTruthy) },
};

/** Is the needle an element of the list, a key of the dict or a part of the text? */
export function holds(haystack: JsonValue, needle: JsonValue, call: Call): boolean {
  if (Array.isArray(haystack)) {
    const items: readonly JsonValue[] = haystack;
    call.spend(items.length);
    return items.some((item) => equalValues(item, needle, call.spend));
  }
  if (typeof haystack === "string") {
    call.spend(Math.ceil(haystack.length / 100));
    if (needle === null || typeof needle === "object") return refuse(call, `text cannot hold ${kindOf(needle)}`);
    return haystack.includes(asText(needle));
  }
  if (isJsonObject(haystack)) return Object.hasOwn(haystack, asText(needle));
  return refuse(call, `${kindOf(haystack)} holds nothing; a list, a dict or text is needed`);
}

function sizeOf(value: JsonValue, call: Call): number {
  if (typeof value === "string") {
    call.spend(Math.ceil(value.length / 100));
    return codePoints(value).length;
  }
  if (typeof value === "object" && value !== null) return Object.keys(value).length;
  return refuse(call, `${kindOf(value)} has no length; a list, a dict or text is needed`);
}

/** Elements of a list, keys of a dict, characters of text. */
function itemsOf(value: JsonValue, call: Call): readonly JsonValue[] {
  if (isJsonObject(value)) return Object.keys(value);
  if (typeof value !== "string") return listArg([value], 0, call);
  call.spend(value.length);
  return codePoints(value);
}

function dictArg(value: JsonValue, call: Call): Readonly<Record<string, JsonValue>> {
  if (!isJsonObject(value)) return refuse(call, `argument 1 must be a dict, not ${kindOf(value)}`);
  call.spend(Object.keys(value).length);
  return value;
}

function typeName(value: JsonValue): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "list";
  if (typeof value === "object") return "dict";
  return typeof value;
}
