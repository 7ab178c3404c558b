import { executionErrors } from "./errors.ts";

/** A piece of text with references: plain, an expression in marks, or the old forms that may be plain text after all. */
export type Segment =
  | { readonly kind: "text"; readonly text: string }
  /** `{{source}}`; `position` is where the source starts. */
  | { readonly kind: "expression"; readonly source: string; readonly position: number }
  /** `@{source}`: an expression if it reads as one, else the text `raw`. */
  | { readonly kind: "call"; readonly source: string; readonly position: number; readonly raw: string }
  /** `${source}` or `%source%`: a path if it names something, else the text `raw`. */
  | { readonly kind: "legacy"; readonly source: string; readonly position: number; readonly raw: string };

/** Characters of one expression; what is longer is refused by the parser. */
export const MAX_EXPRESSION_LENGTH = 10_000;
const MAX_CALL_LENGTH = 1_000;
/** Each costs a search for its end, found or not. */
const MAX_CALLS = 10_000;

// In `user@{{domain}}` and `${{amount}}` the character in front is text.
const OPENING = /\{\{|@\{(?!\{)|\$\{(?!\{)|%/g;
const PATH = String.raw`[A-Za-z_]\w*(?:\.[A-Za-z_]\w*|\[\d+\])*`;
const DOLLAR = new RegExp(String.raw`\$\{\s*(${PATH})\s*\}`, "y");
const PERCENT = new RegExp(`%(${PATH})%`, "y");

/** True when text may hold references at all; cheap. */
export function mayHoldReferences(text: string): boolean {
  return text.includes("{{") || text.includes("${") || text.includes("@{") || text.includes("%");
}

/**
 * Cuts text into segments, lazily: a caller that stops at a bad expression pays for no more.
 *
 * @throws EXPRESSION_TOO_LONG for more than 10 000 `@{`
 *
 * `{{` without a `}}` behind it is text. A brace in front of `{{` is text, so that `{"a":{{x}}}` works.
 */
export function* scanTemplate(text: string): Generator<Segment, void> {
  let plainFrom = 0;
  let position = 0;
  let anyClose = true;
  let calls = 0;
  for (;;) {
    OPENING.lastIndex = position;
    const opening = OPENING.exec(text);
    if (opening === null) break;
    const start = opening.index;
    position = start + 1;
    if (opening[0] === "{{" && (!anyClose || text[start + 2] === "{")) continue;
    if (opening[0] === "@{" && ++calls > MAX_CALLS) {
      throw executionErrors.EXPRESSION_TOO_LONG({ what: "The list of @{…}", limit: MAX_CALLS, position: start });
    }
    const found = segmentAt(text, start, opening[0]);
    anyClose = anyClose && !(opening[0] === "{{" && found === undefined);
    if (found === undefined) continue;
    if (start > plainFrom) yield { kind: "text", text: text.slice(plainFrom, start) };
    yield found.segment;
    plainFrom = found.end;
    position = found.end;
  }
  if (plainFrom < text.length) yield { kind: "text", text: text.slice(plainFrom) };
}

function segmentAt(text: string, start: number, opening: string): { segment: Segment; end: number } | undefined {
  switch (opening) {
    case "{{":
      return expressionAt(text, start);
    case "@{":
      return callAt(text, start);
    case "${":
      return legacyAt(text, start, DOLLAR);
    default:
      return legacyAt(text, start, PERCENT);
  }
}

function expressionAt(text: string, start: number): { segment: Segment; end: number } | undefined {
  const from = start + 2;
  const nearest = text.indexOf("}}", from);
  if (nearest < 0) return undefined;
  // A }} inside quotes or inside a dict does not close; if none closes properly, the nearest one does and the parser says what is wrong.
  const close = closingBrace(text, from, MAX_EXPRESSION_LENGTH, "}}") ?? nearest;
  return { segment: { kind: "expression", source: text.slice(from, close), position: from }, end: close + 2 };
}

function callAt(text: string, start: number): { segment: Segment; end: number } | undefined {
  const from = start + 2;
  const close = closingBrace(text, from, MAX_CALL_LENGTH, "}");
  if (close === undefined) return undefined;
  const end = close + 1;
  return {
    segment: { kind: "call", source: text.slice(from, close), position: from, raw: text.slice(start, end) },
    end,
  };
}

function legacyAt(text: string, start: number, pattern: RegExp): { segment: Segment; end: number } | undefined {
  pattern.lastIndex = start;
  const match = pattern.exec(text);
  const source = match?.[1];
  if (!match || source === undefined) return undefined;
  const raw = match[0];
  return {
    segment: { kind: "legacy", source, position: start + raw.indexOf(source), raw },
    end: start + raw.length,
  };
}

/** Where the expression that starts at `from` is closed, looking past quotes and nested braces, at most `limit` characters far. */
function closingBrace(text: string, from: number, limit: number, closing: "}}" | "}"): number | undefined {
  let depth = 0;
  let quote: string | undefined;
  const last = Math.min(text.length, from + limit + 1);
  for (let i = from; i < last; i++) {
    const character = text[i];
    if (quote !== undefined) {
      if (character === "\\") i++;
      else if (character === quote) quote = undefined;
      continue;
    }
    if (character === "'" || character === '"') quote = character;
    if (character === "{") depth++;
    if (character !== "}") continue;
    if (depth === 0 && text.startsWith(closing, i)) return i;
    depth--;
  }
  return undefined;
}
