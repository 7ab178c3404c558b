import type { PathExpression } from "./expression-ast.ts";
import { WORDS } from "./operators.ts";

const LOOSE_PATH = /^\s*(\w[\w-]*(?:\.[\w-]+|\[\d+\])*)\s*$/;
const PLAIN_PATH = /^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*|\[\d+\])*$/;

/** A path like `orders[0].id`; the text is known to be one. @param at where it starts. */
export function readPath(text: string, at: number): PathExpression {
  const [head = "", ...steps] = text.split(/[.[\]]+/).filter((step) => step !== "");
  return { kind: "path", head, steps: steps.map((step) => (/^\d+$/.test(step) ? Number(step) : step)), at };
}

/**
 * The content of `{{…}}` as a path with dashes or digits (`my-node.result`, `3f2a.text`, `rows.0`) or a word that is an
 * operator elsewhere (`{{in}}`); undefined when the grammar of expressions reads it rightly by itself.
 *
 * `ambiguous`: it may be arithmetic too (`a-b`).
 */
export function readLoosePath(
  source: string,
  offset: number,
): { readonly path: PathExpression; readonly ambiguous: boolean } | undefined {
  const text = LOOSE_PATH.exec(source)?.[1];
  if (text === undefined || Number.isFinite(Number(text))) return undefined;
  const path = readPath(text, offset + source.indexOf(text));
  if (!PLAIN_PATH.test(text)) return { path, ambiguous: true };
  return WORDS.has(path.head) ? { path, ambiguous: false } : undefined;
}
