import { AppError } from "../core/errors.ts";
import type { JsonValue } from "../core/json.ts";
import { executionErrors } from "./errors.ts";
import type { ArithmeticOperator, ComparisonStep, Expression, PathExpression, TemplatePart } from "./expression-ast.ts";
import { type Call, checkLength, finite, MAX_STEPS } from "./expression-call.ts";
import { eagerFunction, isLazyFunction, type LazyFunction } from "./expression-functions.ts";
import { asText, equalValues, isTruthy, kindOf, numberOf, orderOf } from "./expression-values.ts";
import { holds } from "./list-functions.ts";
import { neverReached } from "./never.ts";
import { readPath, readPathOrNothing, stepInto } from "./read-path.ts";
import type { ValueScope } from "./value-scope.ts";

/** One evaluation: what it sees, and what it has left to spend. */
export interface Evaluator {
  readonly scope: ValueScope;
  /** @throws EXPRESSION_TOO_MANY_STEPS */
  readonly spend: (steps: number) => void;
}

export type Closure = (evaluator: Evaluator) => JsonValue;

/** @param maxSteps work that the evaluation may cost in all. */
export function createEvaluator(scope: ValueScope, maxSteps: number = MAX_STEPS): Evaluator {
  let left = maxSteps;
  return {
    scope,
    spend(steps) {
      left -= steps;
      if (left < 0) throw executionErrors.EXPRESSION_TOO_MANY_STEPS({ limit: maxSteps });
    },
  };
}

/** Turns a parsed expression into a function; nothing is parsed or looked up by name of syntax any more when it runs. */
export function closureOf(expression: Expression): Closure {
  const inner = closureOfKind(expression);
  return (evaluator) => {
    evaluator.spend(1);
    return inner(evaluator);
  };
}

function closureOfKind(expression: Expression): Closure {
  switch (expression.kind) {
    case "literal": {
      const { value } = expression;
      return () => value;
    }
    case "template":
      return textClosure(expression.parts);
    case "path":
      return ({ scope }) => readPath(expression, scope);
    case "loose":
      return looseClosure(expression.path, expression.otherwise);
    case "member": {
      const [object, key] = [closureOf(expression.object), closureOf(expression.key)];
      return (evaluator) => stepInto(object(evaluator), key(evaluator), { what: "The value", at: expression.at });
    }
    case "unary":
      return unaryClosure(expression.operator, closureOf(expression.operand), expression.at);
    case "arithmetic":
      return arithmeticClosure(expression);
    case "comparison":
      return comparisonClosure(closureOf(expression.first), expression.rest);
    case "logic": {
      const [left, right] = [closureOf(expression.left), closureOf(expression.right)];
      const stopsAt = expression.operator === "or";
      return (evaluator) => {
        const value = left(evaluator);
        return isTruthy(value) === stopsAt ? value : right(evaluator);
      };
    }
    case "conditional": {
      const [test, whenTrue, otherwise] = [expression.test, expression.whenTrue, expression.otherwise].map(closureOf);
      return (evaluator) => (test && isTruthy(test(evaluator)) ? whenTrue : otherwise)?.(evaluator) ?? null;
    }
    case "call":
      return callClosure(expression.name, expression.args.map(closureOf), expression.at);
    case "list": {
      const items = expression.items.map(closureOf);
      return (evaluator) => items.map((item) => item(evaluator));
    }
    case "dict": {
      const entries = expression.entries.map(([key, value]) => [key, closureOf(value)] as const);
      return (evaluator) => Object.fromEntries(entries.map(([key, value]) => [key, value(evaluator)]));
    }
  }
  return neverReached(expression);
}

/** Joins the parts into text. */
export function textClosure(parts: readonly TemplatePart[]): Closure {
  const pieces = parts.map(partClosure);
  return (evaluator) => {
    let text = "";
    for (const piece of pieces) {
      text += asText(piece(evaluator));
      checkLength(text.length, { name: "the text", at: 0, ...callBasics(evaluator) });
    }
    return text;
  };
}

/** A part's value; the old forms give their own text back when they name nothing. */
export function partClosure(part: TemplatePart): Closure {
  switch (part.kind) {
    case "text":
      return () => part.text;
    case "expression":
      return closureOf(part.expression);
    case "legacy":
      return ({ scope }) => {
        const value = readPathOrNothing(part.path, scope);
        return value === undefined ? part.raw : value;
      };
  }
  return neverReached(part);
}

function looseClosure(path: PathExpression, otherwise: Expression | undefined): Closure {
  const alternative = otherwise === undefined ? undefined : closureOf(otherwise);
  return (evaluator) => {
    if (alternative === undefined) return readPath(path, evaluator.scope);
    const value = readPathOrNothing(path, evaluator.scope);
    return value === undefined ? alternative(evaluator) : value;
  };
}

function unaryClosure(operator: "-" | "+" | "not", operand: Closure, at: number): Closure {
  if (operator === "not") return (evaluator) => !isTruthy(operand(evaluator));
  const sign = operator === "-" ? -1 : 1;
  return (evaluator) => {
    const value = operand(evaluator);
    const number = numberOf(value);
    if (number === undefined) return mismatch(`${operator} needs a number, not ${kindOf(value)}`, at);
    return finite(sign * number, { at });
  };
}

function arithmeticClosure(expression: Expression & { readonly kind: "arithmetic" }): Closure {
  const { operator, at } = expression;
  const [left, right] = [closureOf(expression.left), closureOf(expression.right)];
  return (evaluator) => {
    const [a, b] = [left(evaluator), right(evaluator)];
    if (operator === "+") {
      if (typeof a === "string" && typeof b === "string") {
        checkLength(a.length + b.length, { name: "+", at, ...callBasics(evaluator) });
        return a + b;
      }
      if (Array.isArray(a) && Array.isArray(b)) {
        const items: readonly JsonValue[] = [...a, ...b];
        evaluator.spend(items.length);
        return items;
      }
    }
    const [x, y] = [numberOf(a), numberOf(b)];
    if (x === undefined || y === undefined) {
      const help = operator === "+" ? "; str(x) makes text of a number, float(x) a number of text" : "";
      return mismatch(`${operator} does not go with ${kindOf(a)} and ${kindOf(b)}${help}`, at);
    }
    return finite(calculate(operator, x, y, at), { at });
  };
}

function calculate(operator: ArithmeticOperator, x: number, y: number, at: number): number {
  switch (operator) {
    case "+":
      return x + y;
    case "-":
      return x - y;
    case "*":
      return x * y;
    case "**":
      return x ** y;
    case "/":
      return x / nonZero(y, at);
    case "//":
      return Math.floor(x / nonZero(y, at));
    case "%": {
      // The sign follows the divisor, as in Python.
      const rest = x % nonZero(y, at);
      return rest !== 0 && rest < 0 !== y < 0 ? rest + y : rest;
    }
  }
  return neverReached(operator);
}

function nonZero(divisor: number, at: number): number {
  if (divisor === 0) throw executionErrors.EXPRESSION_DIVISION_BY_ZERO({ position: at });
  return divisor;
}

function comparisonClosure(first: Closure, rest: readonly ComparisonStep[]): Closure {
  const steps = rest.map(({ operator, operand, at }) => ({ operator, operand: closureOf(operand), at }));
  return (evaluator) => {
    let left = first(evaluator);
    for (const { operator, operand, at } of steps) {
      const right = operand(evaluator);
      if (!compare(operator, left, right, { name: operator, at, ...callBasics(evaluator) })) return false;
      left = right;
    }
    return true;
  };
}

function compare(operator: ComparisonStep["operator"], left: JsonValue, right: JsonValue, call: Call): boolean {
  switch (operator) {
    case "==":
      return equalValues(left, right, call.spend);
    case "!=":
      return !equalValues(left, right, call.spend);
    case "in":
      return holds(right, left, call);
    case "not in":
      return !holds(right, left, call);
    case "<":
      return order(left, right, call) < 0;
    case "<=":
      return order(left, right, call) <= 0;
    case ">":
      return order(left, right, call) > 0;
    case ">=":
      return order(left, right, call) >= 0;
  }
  return neverReached(operator);
}

function order(left: JsonValue, right: JsonValue, call: Call): number {
  const reason = `${call.name} does not go with ${kindOf(left)} and ${kindOf(right)}`;
  return orderOf(left, right) ?? mismatch(reason, call.at);
}

function callClosure(name: string, args: readonly Closure[], at: number): Closure {
  if (isLazyFunction(name)) return lazyClosure(name, args);
  const called = eagerFunction(name);
  // The parser has refused unknown names.
  if (called === undefined) throw new TypeError(`There is no function ${name}`);
  return (evaluator) =>
    called.call(
      args.map((arg) => arg(evaluator)),
      { name, at, ...callBasics(evaluator) },
    );
}

function lazyClosure(name: LazyFunction, args: readonly Closure[]): Closure {
  const [first, second, third] = args;
  switch (name) {
    case "coalesce":
      return (evaluator) => {
        for (const arg of args) {
          const value = valueIfKnown(arg, evaluator);
          if (value !== undefined && value !== null) return value;
        }
        return null;
      };
    case "defined":
      return (evaluator) => first !== undefined && valueIfKnown(first, evaluator) !== undefined;
    case "if":
      return (evaluator) => (first && isTruthy(first(evaluator)) ? second : third)?.(evaluator) ?? null;
  }
  return neverReached(name);
}

/** Undefined when the argument rests on something that is not there. */
function valueIfKnown(arg: Closure, evaluator: Evaluator): JsonValue | undefined {
  try {
    return arg(evaluator);
  } catch (error) {
    const isAbsence =
      error instanceof AppError &&
      (error.code === "WORKFLOW_REFERENCE_UNKNOWN" || error.code === "EXPRESSION_INDEX_OUT_OF_RANGE");
    if (isAbsence) return undefined;
    throw error;
  }
}

function callBasics({ scope, spend }: Evaluator): Omit<Call, "name" | "at"> {
  return { now: scope.now, random: scope.random, spend };
}

function mismatch(reason: string, position: number): never {
  throw executionErrors.EXPRESSION_TYPE_MISMATCH({ reason, position });
}
