import { nodeErrors } from "../../errors.ts";
import { finite } from "../../finite.ts";

export const OPERATIONS = [
  "add",
  "subtract",
  "multiply",
  "divide",
  "floor_divide",
  "power",
  "modulo",
  "min",
  "max",
  "abs",
  "sqrt",
  "floor",
  "ceil",
  "round",
  "sin",
  "cos",
  "tan",
  "log",
  "log10",
  "exp",
  "negate",
] as const;

export type Operation = (typeof OPERATIONS)[number];

/** Which operations look at `a` only; `log` takes b as its base unless it is 0. */
const COMPUTE: Readonly<Record<Operation, (a: number, b: number) => number>> = {
  add: (a, b) => a + b,
  subtract: (a, b) => a - b,
  multiply: (a, b) => a * b,
  divide: (a, b) => a / divisor(b, "divide"),
  floor_divide: (a, b) => Math.floor(a / divisor(b, "floor_divide")),
  power: (a, b) => a ** b,
  modulo: (a, b) => moduloOf(a, divisor(b, "modulo")),
  min: (a, b) => Math.min(a, b),
  max: (a, b) => Math.max(a, b),
  abs: (a) => Math.abs(a),
  sqrt: (a) => Math.sqrt(a),
  floor: (a) => Math.floor(a),
  ceil: (a) => Math.ceil(a),
  round: (a) => roundTo(a, 0),
  sin: (a) => Math.sin(a),
  cos: (a) => Math.cos(a),
  tan: (a) => Math.tan(a),
  log: (a, b) => (b === 0 ? Math.log(a) : Math.log(a) / Math.log(b)),
  log10: (a) => Math.log10(a),
  exp: (a) => Math.exp(a),
  negate: (a) => -a,
};

/**
 * Computes one operation.
 *
 * @param digits decimals the result is rounded to, undefined for no rounding.
 * @returns a finite number; -0 becomes 0. Throws NODE_DIVISION_BY_ZERO, NODE_NUMBER_INVALID.
 */
export function calculate(operation: Operation, operands: { a: number; b: number }, digits?: number): number {
  const result = finite(COMPUTE[operation](operands.a, operands.b), operation);
  return (digits === undefined ? result : roundTo(result, digits)) + 0;
}

function divisor(b: number, operation: string): number {
  if (b === 0) throw nodeErrors.NODE_DIVISION_BY_ZERO({ operation });
  return b;
}

/** The remainder that has the sign of the divisor, so that it fits floor division. */
function moduloOf(a: number, b: number): number {
  const rest = a % b;
  return rest !== 0 && rest < 0 !== b < 0 ? rest + b : rest;
}

/** Rounds the decimal number as it is written, halves away from zero: 1.005 to two digits is 1.01. */
export function roundTo(value: number, digits: number): number {
  const [mantissa = "0", exponent = "0"] = String(Math.abs(value)).split("e");
  const shifted = Math.round(Number(`${mantissa}e${Number(exponent) + digits}`));
  const [whole = "0", power = "0"] = String(shifted).split("e");
  const rounded = Number(`${whole}e${Number(power) - digits}`);
  return Number.isFinite(rounded) ? Math.sign(value) * rounded : value;
}
