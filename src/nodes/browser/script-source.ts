/** Readings of a script that workflows contain; which one is meant is told by which one compiles. */

/** A function body, which may `return` and `await`, as an expression. Pure. */
export function bodySource(script: string, argument = "undefined"): string {
  return `(async (arg) => {\n${script}\n})(${argument})`;
}

/** An expression, which may `await`; if it yields a function, that is called with the argument. Pure. */
export function expressionSource(script: string, argument = "undefined"): string {
  return `(async (arg) => { const value = (\n${script}\n); return typeof value === "function" ? value(arg) : value; })(${argument})`;
}

/** JSON as JavaScript source. Pure. */
export function argumentSource(argument: unknown): string {
  return argument === undefined ? "undefined" : JSON.stringify(argument);
}

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t" };

/**
 * Reads a backslash and an n outside of strings, templates and regular expressions as a newline (r and t likewise).
 *
 * Some exported files hold them so, escaped once too often; in JavaScript a backslash cannot stand there. Pure.
 */
export function repairNewlines(script: string): string {
  let output = "";
  let state: "code" | "string" | "regex" | "line-comment" | "block-comment" = "code";
  let end = "";
  let lastCode = "";
  for (let index = 0; index < script.length; index += 1) {
    const character = script.charAt(index);
    const next = script.charAt(index + 1);
    const isEscape = character === "\\" && next in ESCAPES;
    if ((state === "code" || state === "line-comment") && isEscape) {
      output += ESCAPES[next] ?? "";
      if (next === "n") state = "code";
      index += 1;
      continue;
    }
    if (state === "string" || state === "regex") {
      const isEscaped = character === "\\";
      output += isEscaped ? character + next : character;
      if (isEscaped) index += 1;
      else if (state === "regex" && character === "[") end = "]";
      else if (character === end) {
        if (state === "regex" && end === "]") end = "/";
        else state = "code";
      }
      continue;
    }
    output += character;
    if (state === "line-comment") {
      if (character === "\n") state = "code";
    } else if (state === "block-comment") {
      if (character === "*" && next === "/") {
        output += next;
        index += 1;
        state = "code";
      }
    } else if (character === '"' || character === "'" || character === "`") {
      state = "string";
      end = character;
      lastCode = character;
    } else if (character === "/" && (next === "/" || next === "*")) {
      state = next === "/" ? "line-comment" : "block-comment";
    } else if (character === "/" && startsRegex(lastCode, output)) {
      state = "regex";
      end = "/";
      lastCode = character;
    } else if (character.trim() !== "") {
      lastCode = character;
    }
  }
  return output;
}

/** A slash after an operator or the beginning starts a regular expression; after a value it divides. */
function startsRegex(lastCode: string, output: string): boolean {
  return (
    lastCode === "" ||
    "(,=:[!&|?{};+-*%<>~^".includes(lastCode) ||
    /\b(return|typeof|case|in|of|do|else)\s*\/$/.test(output)
  );
}
