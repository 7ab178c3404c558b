import { AppError } from "../core/errors.ts";
import { executionErrors } from "./errors.ts";
import type { ArithmeticOperator, ComparisonStep, Expression, TemplatePart } from "./expression-ast.ts";
import { functionNamed, functionNames } from "./expression-functions.ts";
import { didYouMean } from "./near-name.ts";
import { neverReached } from "./never.ts";
import {
  BINDING,
  COMPARISON_ALIASES,
  COMPARISON_BINDING,
  CONDITIONAL_BINDING,
  LITERALS,
  NOT_BINDING,
  SIGN_BINDING,
  WORDS,
} from "./operators.ts";
import { readLoosePath, readPath } from "./reference-path.ts";
import { SYSTEM_NAMES } from "./system-values.ts";
import { MAX_EXPRESSION_LENGTH, type Segment, scanTemplate } from "./template-scanner.ts";
import { TokenCursor } from "./token-cursor.ts";
import { isDeeperThan } from "./tree-depth.ts";

/** Levels of brackets, operators and calls inside each other. */
const MAX_NESTING = 64;
/** Levels of the parsed tree; a long `a + b + c …` is one level per operator. */
const MAX_TREE_DEPTH = 400;
const MAX_TEMPLATE_PARTS = 10_000;

/**
 * Parses a whole expression.
 *
 * @throws EXPRESSION_SYNTAX, EXPRESSION_NUMBER_INVALID, EXPRESSION_TOO_LONG, EXPRESSION_TOO_DEEP,
 * EXPRESSION_FUNCTION_UNKNOWN, EXPRESSION_ARGUMENTS_INVALID, WORKFLOW_REFERENCE_UNKNOWN (system values only).
 */
export function parseExpression(source: string): Expression {
  return parseWhole(source, 0, 0);
}

/** Parses text with references into its parts. @throws as `parseExpression`, with positions in this text. */
export function parseTemplate(text: string): readonly TemplatePart[] {
  return parseParts(text, 0);
}

function parseParts(text: string, nesting: number): readonly TemplatePart[] {
  const parts: TemplatePart[] = [];
  for (const segment of scanTemplate(text)) {
    if (parts.length >= MAX_TEMPLATE_PARTS) {
      throw executionErrors.EXPRESSION_TOO_LONG({ what: "The list of references", limit: parts.length, position: 0 });
    }
    parts.push(parsePart(segment, nesting));
  }
  return parts;
}

function parsePart(segment: Segment, nesting: number): TemplatePart {
  if (segment.kind === "text") return segment;
  const { source, position } = segment;
  if (segment.kind === "legacy") return { kind: "legacy", path: readPath(source, position), raw: segment.raw };
  if (segment.kind === "expression") return { kind: "expression", expression: parseMarked(source, position, nesting) };
  try {
    return { kind: "expression", expression: parseWhole(source, position, nesting) };
  } catch (error) {
    // Other languages have @{…} too: what does not read as an expression is text.
    if (error instanceof AppError && error.code === "EXPRESSION_SYNTAX") return { kind: "text", text: segment.raw };
    throw error;
  }
}

/** What stands between `{{` and `}}`; a path may have dashes and digits where names have them. */
function parseMarked(source: string, offset: number, nesting: number): Expression {
  const loose = source.length > MAX_EXPRESSION_LENGTH ? undefined : readLoosePath(source, offset);
  if (loose === undefined) return parseWhole(source, offset, nesting);
  if (!loose.ambiguous) return loose.path;
  try {
    return { kind: "loose", path: loose.path, otherwise: parseWhole(source, offset, nesting) };
  } catch {
    // It does not read as arithmetic, so it can only be the name.
    return loose.path;
  }
}

function parseWhole(source: string, offset: number, nesting: number): Expression {
  if (source.length > MAX_EXPRESSION_LENGTH) {
    throw executionErrors.EXPRESSION_TOO_LONG({
      what: "The expression",
      limit: MAX_EXPRESSION_LENGTH,
      position: offset,
    });
  }
  const parser = new Parser(source, offset, nesting);
  const expression = parser.expression(0);
  parser.expectEnd();
  if (nesting === 0 && isDeeperThan(expression, MAX_TREE_DEPTH)) {
    throw executionErrors.EXPRESSION_TOO_DEEP({ limit: MAX_TREE_DEPTH, position: offset });
  }
  return expression;
}

/** Precedence climbing (a Pratt parser) over tokens that are read one by one. */
class Parser {
  readonly #cursor: TokenCursor;
  #nesting: number;

  constructor(source: string, offset: number, nesting: number) {
    this.#cursor = new TokenCursor(source, offset);
    this.#nesting = nesting;
  }

  expectEnd(): void {
    if (this.#cursor.token.kind !== "end") this.#cursor.fail(`${this.#cursor.describe()} does not belong here`);
  }

  /** @param binding operators that bind no tighter than this are left to the caller. */
  expression(binding: number): Expression {
    this.#nesting++;
    if (this.#nesting > MAX_NESTING) {
      throw executionErrors.EXPRESSION_TOO_DEEP({ limit: MAX_NESTING, position: this.#cursor.at });
    }
    let left = this.#prefix();
    for (;;) {
      const operator = this.#cursor.operator;
      const tightness = operator === undefined ? undefined : BINDING.get(operator);
      if (operator === undefined || tightness === undefined || tightness <= binding) break;
      if (operator === "not" && !this.#isNotIn()) break;
      left = this.#infix(left, operator, tightness);
    }
    this.#nesting--;
    return left;
  }

  #prefix(): Expression {
    const token = this.#cursor.token;
    switch (token.kind) {
      case "number":
        this.#cursor.advance();
        return { kind: "literal", value: token.value };
      case "text":
        this.#cursor.advance();
        return this.#text(token.value, token.start);
      case "name":
        return this.#name(token.value);
      case "symbol":
        return this.#prefixSymbol(token.value);
      case "end":
        return this.#cursor.fail("Something is missing at the end");
    }
    return neverReached(token);
  }

  #prefixSymbol(symbol: string): Expression {
    const at = this.#cursor.at;
    switch (symbol) {
      case "-":
      case "+":
        this.#cursor.advance();
        return { kind: "unary", operator: symbol, operand: this.expression(SIGN_BINDING), at };
      case "!":
        this.#cursor.advance();
        return { kind: "unary", operator: "not", operand: this.expression(SIGN_BINDING), at };
      case "(":
        return this.#group();
      case "[":
        this.#cursor.advance();
        return { kind: "list", items: this.#items("]") };
      case "{":
        return this.#dict();
      case "{{":
        return this.#reference();
      case "${":
      case "@{":
        this.#cursor.advance();
        return this.#closed("}");
      case "%":
        return this.#percentReference();
      default:
        return this.#cursor.fail(`${this.#cursor.describe()} does not belong here`);
    }
  }

  #closed(closing: string): Expression {
    const inner = this.expression(0);
    this.#cursor.expect(closing);
    return inner;
  }

  #text(value: string, start: number): Expression {
    try {
      const parts = parseParts(value, this.#nesting);
      return parts.every((part) => part.kind === "text") ? { kind: "literal", value } : { kind: "template", parts };
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      // Escapes shift positions inside of the text; its start is what can be told for certain.
      const reason = `In this text: ${error.message}`;
      throw executionErrors.EXPRESSION_SYNTAX({ reason, position: this.#cursor.offset + start }, { cause: error });
    }
  }

  #name(name: string): Expression {
    const at = this.#cursor.at;
    const literal = LITERALS.get(name);
    if (literal !== undefined) {
      this.#cursor.advance();
      return { kind: "literal", value: literal };
    }
    if (name === "not") {
      this.#cursor.advance();
      return { kind: "unary", operator: "not", operand: this.expression(NOT_BINDING), at };
    }
    if (this.#cursor.isFollowedBy("(")) return this.#call(name);
    if (WORDS.has(name)) return this.#cursor.fail(`The word ${name} does not belong here`);
    this.#checkSystemName(name, at);
    this.#cursor.advance();
    return { kind: "path", head: name, steps: [], at };
  }

  #checkSystemName(name: string, at: number): void {
    if (!name.startsWith("$") || SYSTEM_NAMES.includes(name)) return;
    throw executionErrors.WORKFLOW_REFERENCE_UNKNOWN({
      name,
      reason: name.startsWith("$secret")
        ? "secrets are not read by references; pass the value as a sensitive variable"
        : `there is no such system value, only ${SYSTEM_NAMES.join(", ")}`,
      position: at,
      suggestion: didYouMean(name, SYSTEM_NAMES),
    });
  }

  #call(name: string): Expression {
    const at = this.#cursor.at;
    const called = functionNamed(name);
    if (called === undefined) {
      const suggestion = didYouMean(name, functionNames());
      throw executionErrors.EXPRESSION_FUNCTION_UNKNOWN({ name, position: at, suggestion });
    }
    this.#cursor.advance();
    this.#cursor.advance();
    const args = this.#items(")");
    if (args.length < called.min || args.length > called.max) {
      const most = called.max === Number.POSITIVE_INFINITY ? "or more" : `to ${called.max}`;
      const wanted = called.min === called.max ? `${called.min}` : `${called.min} ${most}`;
      const reason = `takes ${wanted} arguments, ${args.length} given`;
      throw executionErrors.EXPRESSION_ARGUMENTS_INVALID({ name, reason, position: at });
    }
    return { kind: "call", name, args, at };
  }

  /** Brackets, or with commas a list. */
  #group(): Expression {
    this.#cursor.advance();
    if (this.#cursor.isSymbol(")")) {
      this.#cursor.advance();
      return { kind: "list", items: [] };
    }
    const first = this.expression(0);
    if (!this.#cursor.isSymbol(",")) {
      this.#cursor.expect(")");
      return first;
    }
    this.#cursor.advance();
    return { kind: "list", items: [first, ...this.#items(")")] };
  }

  #items(closing: string): Expression[] {
    const items: Expression[] = [];
    while (!this.#cursor.isSymbol(closing)) {
      items.push(this.expression(0));
      if (!this.#cursor.isSymbol(",")) break;
      this.#cursor.advance();
    }
    this.#cursor.expect(closing);
    return items;
  }

  #dict(): Expression {
    this.#cursor.advance();
    const entries: [string, Expression][] = [];
    while (!this.#cursor.isSymbol("}")) {
      const key = this.#cursor.token;
      if (key.kind !== "text" && key.kind !== "number") return this.#cursor.fail("A key must be text in quotes");
      this.#cursor.advance();
      this.#cursor.expect(":");
      entries.push([String(key.value), this.expression(0)]);
      if (!this.#cursor.isSymbol(",")) break;
      this.#cursor.advance();
    }
    this.#cursor.expect("}");
    return { kind: "dict", entries };
  }

  /** `{{…}}` inside an expression is a reference, not the text it stands for. */
  #reference(): Expression {
    const from = this.#cursor.token.end;
    const close = this.#cursor.source.indexOf("}}", from);
    const content = close < 0 ? undefined : this.#cursor.source.slice(from, close);
    if (content === undefined || readLoosePath(content, 0) === undefined) {
      this.#cursor.advance();
      const inner = this.#closed("}");
      this.#cursor.expect("}");
      return inner;
    }
    const expression = parseMarked(content, this.#cursor.offset + from, this.#nesting);
    this.#cursor.jump(close + 2);
    return expression;
  }

  /** Where an operand is wanted, `%` cannot be the remainder, so it opens `%name%`. */
  #percentReference(): Expression {
    const { start } = this.#cursor.token;
    const [segment] = scanTemplate(this.#cursor.source.slice(start));
    if (segment?.kind !== "legacy") return this.#cursor.fail(`${this.#cursor.describe()} does not belong here`);
    this.#cursor.jump(start + segment.raw.length);
    return readPath(segment.source, this.#cursor.offset + start + segment.position);
  }

  #infix(left: Expression, operator: string, tightness: number): Expression {
    const at = this.#cursor.at;
    switch (operator) {
      case "?":
        this.#cursor.advance();
        return this.#conditional(left);
      case "if":
        this.#cursor.advance();
        return this.#pythonConditional(left);
      case "or":
      case "||":
        this.#cursor.advance();
        return { kind: "logic", operator: "or", left, right: this.expression(tightness) };
      case "and":
      case "&&":
        this.#cursor.advance();
        return { kind: "logic", operator: "and", left, right: this.expression(tightness) };
      case ".":
        return this.#member(left);
      case "[":
        return this.#index(left);
      case "(":
        return this.#cursor.fail(
          "Only functions can be called, by name; there are no methods: write upper(x), not x.upper()",
        );
      case "**":
        this.#cursor.advance();
        // Binds to the right: 2 ** 3 ** 2 is 2 ** 9, and 2 ** -1 has a sign behind it.
        return { kind: "arithmetic", operator: "**", left, right: this.expression(SIGN_BINDING - 1), at };
      default:
        if (tightness === COMPARISON_BINDING) return this.#comparison(left);
        this.#cursor.advance();
        return {
          kind: "arithmetic",
          operator: operator as ArithmeticOperator,
          left,
          right: this.expression(tightness),
          at,
        };
    }
  }

  #conditional(test: Expression): Expression {
    const whenTrue = this.expression(0);
    this.#cursor.expect(":");
    return { kind: "conditional", test, whenTrue, otherwise: this.expression(0) };
  }

  #pythonConditional(whenTrue: Expression): Expression {
    const test = this.expression(CONDITIONAL_BINDING);
    if (this.#cursor.operator !== "else") this.#cursor.fail(`else is missing before ${this.#cursor.describe()}`);
    this.#cursor.advance();
    return { kind: "conditional", test, whenTrue, otherwise: this.expression(0) };
  }

  #member(object: Expression): Expression {
    this.#cursor.advance();
    const token = this.#cursor.token;
    if (token.kind !== "name") return this.#cursor.fail("A name is missing behind the dot");
    const at = this.#cursor.at;
    this.#cursor.advance();
    return step(object, token.value, at);
  }

  #index(object: Expression): Expression {
    const at = this.#cursor.at;
    this.#cursor.advance();
    const key = this.#closed("]");
    const fixed = key.kind === "literal" ? key.value : undefined;
    if (typeof fixed === "string" || (typeof fixed === "number" && Number.isInteger(fixed))) {
      return step(object, fixed, at);
    }
    return { kind: "member", object, key, at };
  }

  #comparison(first: Expression): Expression {
    const rest: ComparisonStep[] = [];
    for (;;) {
      const at = this.#cursor.at;
      const operator = this.#comparisonOperator();
      if (operator === undefined) return { kind: "comparison", first, rest };
      rest.push({ operator, operand: this.expression(COMPARISON_BINDING), at });
    }
  }

  /** Reads the operator, if there is one. */
  #comparisonOperator(): ComparisonStep["operator"] | undefined {
    const word = this.#cursor.operator;
    if (word === undefined || BINDING.get(word) !== COMPARISON_BINDING) return undefined;
    if (word === "not" && !this.#isNotIn()) return undefined;
    this.#cursor.advance();
    if (word === "not") {
      this.#cursor.advance();
      return "not in";
    }
    if (word !== "is") return COMPARISON_ALIASES.get(word) ?? (word as ComparisonStep["operator"]);
    if (this.#cursor.operator !== "not") return "==";
    this.#cursor.advance();
    return "!=";
  }

  #isNotIn(): boolean {
    return this.#cursor.isFollowedBy("in");
  }
}

function step(object: Expression, key: string | number, at: number): Expression {
  if (object.kind === "path" && !object.head.startsWith("$")) return { ...object, steps: [...object.steps, key] };
  return { kind: "member", object, key: { kind: "literal", value: key }, at };
}
