import type { JsonValue } from "../core/json.ts";
import {
  type Call,
  type ExpressionFunction,
  finite,
  integerArg,
  listArg,
  numberArg,
  refuse,
} from "./expression-call.ts";
import { commonOrder, isTruthy, kindOf, numberOf } from "./expression-values.ts";

/** Functions about numbers and conversions. */
export const NUMBER_FUNCTIONS: Readonly<Record<string, ExpressionFunction>> = {
  int: {
    min: 1,
    max: 1,
    call(args, call) {
      const number = numberArg(args, 0, call);
      if (typeof args[0] === "string" && !Number.isInteger(number)) return refuse(call, "the text is no whole number");
      return finite(Math.trunc(number), call);
    },
  },
  float: { min: 1, max: 1, call: (args, call) => numberArg(args, 0, call) },
  bool: { min: 1, max: 1, call: (args) => isTruthy(args[0] ?? null) },
  abs: { min: 1, max: 1, call: (args, call) => Math.abs(numberArg(args, 0, call)) },
  min: { min: 1, max: Number.POSITIVE_INFINITY, call: (args, call) => extreme(args, -1, call) },
  max: { min: 1, max: Number.POSITIVE_INFINITY, call: (args, call) => extreme(args, 1, call) },
  round: {
    min: 1,
    max: 2,
    call(args, call) {
      const digits = args.length === 2 ? integerArg(args, 1, call) : 0;
      if (Math.abs(digits) > 15) return refuse(call, "argument 2 must lie between -15 and 15");
      return finite(roundAwayFromZero(numberArg(args, 0, call), digits), call);
    },
  },
  sum: {
    min: 1,
    max: 1,
    call(args, call) {
      let total = 0;
      for (const item of listArg(args, 0, call)) {
        total += numberOf(item) ?? refuse(call, `the list holds ${kindOf(item)} where numbers are needed`);
      }
      return finite(total, call);
    },
  },
  rand: { min: 0, max: 0, call: (_args, call) => call.random() },
  randint: {
    min: 1,
    max: 2,
    call(args, call) {
      const [low, high] =
        args.length === 2 ? [integerArg(args, 0, call), integerArg(args, 1, call)] : [0, integerArg(args, 0, call) - 1];
      if (high < low) return refuse(call, "the upper bound lies below the lower one");
      return low + Math.floor(call.random() * (high - low + 1));
    },
  },
};

function extreme(args: readonly JsonValue[], sign: 1 | -1, call: Call): JsonValue {
  const values = args.length === 1 ? listArg(args, 0, call) : args;
  let best = values[0];
  if (best === undefined) return refuse(call, "the list is empty");
  const order = commonOrder(values) ?? refuse(call, "the values have no common order");
  for (const value of values) if (order(value, best) * sign > 0) best = value;
  return best;
}

/** 2.5 → 3, -2.5 → -3; decimal digits are shifted as text, so that 1.005 becomes 1.01. */
function roundAwayFromZero(value: number, digits: number): number {
  const size = Math.abs(value);
  const [mantissa = "0", exponent = "0"] = String(size).split("e");
  const shifted = Math.round(Number(`${mantissa}e${Number(exponent) + digits}`));
  const [back = "0", backExponent = "0"] = String(shifted).split("e");
  return Math.sign(value) * Number(`${back}e${Number(backExponent) - digits}`);
}
