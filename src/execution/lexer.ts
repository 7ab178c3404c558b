import { executionErrors } from "./errors.ts";

/** A token of the expression language, with its place in the text: [start, end). */
export type Token = TokenBody & { readonly start: number; readonly end: number };

type TokenBody =
  | { readonly kind: "number"; readonly value: number }
  /** Escapes are replaced; templates inside are left as they are. */
  | { readonly kind: "text"; readonly value: string }
  /** A name, or a word like `and`; `$now` and `$secret:id` are names. */
  | { readonly kind: "name"; readonly value: string }
  | { readonly kind: "symbol"; readonly value: string }
  | { readonly kind: "end" };

const SPACE = /\s*/y;
const NUMBER = /(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y;
const NAME = /\$secret:[\w./-]+|\$?[A-Za-z_]\w*/y;
// Longer symbols first. `{{` opens a reference; `}}` is read as two closing braces, because dicts nest.
const SYMBOL = /\*\*|\/\/|===|!==|==|!=|<=|>=|<>|&&|\|\||\{\{|\$\{|@\{|[-+*/%<>!?:.,()[\]{}]/y;
const ESCAPES: Readonly<Record<string, string>> = {
  n: "\n",
  r: "\r",
  t: "\t",
  b: "\b",
  f: "\f",
  "0": "\0",
  "\\": "\\",
  "/": "/",
  "'": "'",
  '"': '"',
  "\n": "",
};

/**
 * The token at or after a position; `end` behind the last one.
 *
 * @param offset where the source stands in the text that messages speak of.
 * @throws EXPRESSION_SYNTAX for a character that starts no token, and for text that is not closed.
 */
export function tokenAt(source: string, position: number, offset: number): Token {
  const start = position + lengthOf(SPACE, source, position);
  const first = source[start];
  if (first === undefined) return { kind: "end", start, end: start };
  if (first === "'" || first === '"') return textAt(source, start, offset);
  const numberLength = lengthOf(NUMBER, source, start);
  if (numberLength > 0) return readNumber(source, { start, end: start + numberLength }, offset);
  const nameLength = lengthOf(NAME, source, start);
  if (nameLength > 0) return { kind: "name", ...spanAt(source, start, nameLength) };
  const symbolLength = lengthOf(SYMBOL, source, start);
  if (symbolLength > 0) return { kind: "symbol", ...spanAt(source, start, symbolLength) };
  throw executionErrors.EXPRESSION_SYNTAX({ reason: reasonFor(source, start), position: offset + start });
}

function lengthOf(pattern: RegExp, source: string, position: number): number {
  pattern.lastIndex = position;
  return pattern.exec(source)?.[0].length ?? 0;
}

function spanAt(source: string, start: number, length: number) {
  return { value: source.slice(start, start + length), start, end: start + length };
}

function readNumber(source: string, span: { readonly start: number; readonly end: number }, offset: number): Token {
  const { start, end } = span;
  const value = Number(source.slice(start, end));
  if (!Number.isFinite(value)) throw executionErrors.EXPRESSION_NUMBER_INVALID({ position: offset + start });
  if (/[A-Za-z_]/.test(source[end] ?? "")) {
    throw executionErrors.EXPRESSION_SYNTAX({
      reason: "A name must not start with a digit; quote it if it is text",
      position: offset + start,
    });
  }
  return { kind: "number", value, start, end };
}

function textAt(source: string, start: number, offset: number): Token {
  const quote = source[start];
  let value = "";
  let position = start + 1;
  for (;;) {
    const character = source[position];
    if (character === undefined) {
      throw executionErrors.EXPRESSION_SYNTAX({
        reason: `The text is not closed with ${quote}`,
        position: offset + start,
      });
    }
    if (character === quote) return { kind: "text", value, start, end: position + 1 };
    if (character === "\\") {
      const escaped = escapeAt(source, position + 1);
      value += escaped.value;
      position = escaped.end;
      continue;
    }
    value += character;
    position++;
  }
}

/** An unknown escape stays as it is written, backslash included, so that Windows paths and patterns survive. */
function escapeAt(source: string, position: number): { readonly value: string; readonly end: number } {
  const code = source[position];
  if (code === undefined) return { value: "\\", end: position };
  const digits = code === "u" ? /^[0-9a-fA-F]{4}/.exec(source.slice(position + 1, position + 5))?.[0] : undefined;
  if (digits !== undefined) return { value: String.fromCharCode(Number.parseInt(digits, 16)), end: position + 5 };
  return { value: Object.hasOwn(ESCAPES, code) ? (ESCAPES[code] ?? "") : `\\${code}`, end: position + 1 };
}

function reasonFor(source: string, position: number): string {
  const character = String.fromCodePoint(source.codePointAt(position) ?? 0);
  if (character === "=") return "A single = does not compare; write ==";
  if (character === "&") return "A single & means nothing here; write and, or &&";
  if (character === "|") return "A single | means nothing here; write or, or ||";
  return `The character ${JSON.stringify(character)} means nothing here`;
}
