import type { JsonValue } from "../core/json.ts";

/** A parsed expression. `at` is the character it starts at, for messages. */
export type Expression =
  | { readonly kind: "literal"; readonly value: JsonValue }
  | { readonly kind: "template"; readonly parts: readonly TemplatePart[] }
  | PathExpression
  /** `{{my-node.result}}`: a path if its head is known, else what it says as arithmetic. */
  | { readonly kind: "loose"; readonly path: PathExpression; readonly otherwise: Expression | undefined }
  | { readonly kind: "member"; readonly object: Expression; readonly key: Expression; readonly at: number }
  | {
      readonly kind: "unary";
      readonly operator: "-" | "+" | "not";
      readonly operand: Expression;
      readonly at: number;
    }
  | {
      readonly kind: "arithmetic";
      readonly operator: ArithmeticOperator;
      readonly left: Expression;
      readonly right: Expression;
      readonly at: number;
    }
  /** `a < b <= c`: every neighboring pair has to hold. */
  | { readonly kind: "comparison"; readonly first: Expression; readonly rest: readonly ComparisonStep[] }
  | {
      readonly kind: "logic";
      readonly operator: "and" | "or";
      readonly left: Expression;
      readonly right: Expression;
    }
  | {
      readonly kind: "conditional";
      readonly test: Expression;
      readonly whenTrue: Expression;
      readonly otherwise: Expression;
    }
  | { readonly kind: "call"; readonly name: string; readonly args: readonly Expression[]; readonly at: number }
  | { readonly kind: "list"; readonly items: readonly Expression[] }
  | { readonly kind: "dict"; readonly entries: readonly (readonly [string, Expression])[] };

/** A variable, node output or system value, with the fixed steps behind it. */
export interface PathExpression {
  readonly kind: "path";
  readonly head: string;
  readonly steps: readonly (string | number)[];
  readonly at: number;
}

export type ArithmeticOperator = "+" | "-" | "*" | "/" | "//" | "%" | "**";

export interface ComparisonStep {
  readonly operator: "==" | "!=" | "<" | "<=" | ">" | ">=" | "in" | "not in";
  readonly operand: Expression;
  readonly at: number;
}

export type TemplatePart =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "expression"; readonly expression: Expression }
  /** `${x}` or `%x%`: stays `raw` when it names nothing. */
  | { readonly kind: "legacy"; readonly path: PathExpression; readonly raw: string };
