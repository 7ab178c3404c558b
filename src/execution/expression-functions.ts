import type { JsonValue } from "../core/json.ts";
import { DATE_FUNCTIONS } from "./date-functions.ts";
import { type Call, type ExpressionFunction, refuse } from "./expression-call.ts";
import { equalValues, isTruthy, kindOf, orderOf } from "./expression-values.ts";
import { LIST_FUNCTIONS } from "./list-functions.ts";
import { NUMBER_FUNCTIONS } from "./number-functions.ts";
import { TEXT_FUNCTIONS } from "./text-functions.ts";

/** Operators in the form of functions, as the `@{…}` language has them. */
const LOGIC_FUNCTIONS: Readonly<Record<string, ExpressionFunction>> = {
  equals: { min: 2, max: 2, call: (args, call) => equalValues(args[0] ?? null, args[1] ?? null, call.spend) },
  gt: { min: 2, max: 2, call: (args, call) => order(args, call) > 0 },
  gte: { min: 2, max: 2, call: (args, call) => order(args, call) >= 0 },
  lt: { min: 2, max: 2, call: (args, call) => order(args, call) < 0 },
  lte: { min: 2, max: 2, call: (args, call) => order(args, call) <= 0 },
  and: { min: 1, max: Number.POSITIVE_INFINITY, call: (args) => args.every(isTruthy) },
  or: { min: 1, max: Number.POSITIVE_INFINITY, call: (args) => args.some(isTruthy) },
};

function order(args: readonly JsonValue[], call: Call): number {
  const [left = null, right = null] = args;
  return orderOf(left, right) ?? refuse(call, `${kindOf(left)} and ${kindOf(right)} have no order`);
}

/** Their arguments are evaluated one by one, by the evaluator itself. */
const LAZY_FUNCTIONS = {
  /** The first argument that is neither null nor unknown; null when there is none. */
  coalesce: { min: 1, max: Number.POSITIVE_INFINITY },
  /** Is the reference known? */
  defined: { min: 1, max: 1 },
  if: { min: 2, max: 3 },
} as const;

export type LazyFunction = keyof typeof LAZY_FUNCTIONS;

export function isLazyFunction(name: string): name is LazyFunction {
  return Object.hasOwn(LAZY_FUNCTIONS, name);
}

const FUNCTIONS: ReadonlyMap<string, ExpressionFunction> = new Map(
  Object.entries({
    ...TEXT_FUNCTIONS,
    ...NUMBER_FUNCTIONS,
    ...LIST_FUNCTIONS,
    ...DATE_FUNCTIONS,
    ...LOGIC_FUNCTIONS,
  }),
);

/** Other spellings of the same functions. */
const ALIASES: ReadonlyMap<string, string> = new Map([
  ["length", "len"],
  ["string", "str"],
  ["tuple", "list"],
  ["to_json", "json"],
  ["starts_with", "startswith"],
  ["ends_with", "endswith"],
  ["startsWith", "startswith"],
  ["endsWith", "endswith"],
]);

/** The function of this name that gets its arguments evaluated; undefined for lazy and unknown ones. */
export function eagerFunction(name: string): ExpressionFunction | undefined {
  return FUNCTIONS.get(ALIASES.get(name) ?? name);
}

/** How many arguments a function takes; undefined when there is no such function. */
export function functionNamed(name: string): { readonly min: number; readonly max: number } | undefined {
  return isLazyFunction(name) ? LAZY_FUNCTIONS[name] : eagerFunction(name);
}

/** All function names, for suggestions and the documentation. */
export function functionNames(): readonly string[] {
  return [...FUNCTIONS.keys(), ...Object.keys(LAZY_FUNCTIONS), ...ALIASES.keys()];
}
