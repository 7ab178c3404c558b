import { AppError } from "../core/errors.ts";
import { isJsonObject, type JsonValue } from "../core/json.ts";
import { type Closure, createEvaluator, partClosure, textClosure } from "./closures.ts";
import { parseTemplate } from "./expression-parser.ts";
import { type Reference, referencesIn } from "./references.ts";
import { mayHoldReferences } from "./template-scanner.ts";
import { expressionsIn } from "./tree-depth.ts";
import type { ValueScope } from "./value-scope.ts";

/** A value with references in its texts, at any depth. */
export interface CompiledTemplate {
  /** What it refers to by a fixed name. */
  readonly references: readonly Reference[];
  /**
   * The value with all references replaced. A text that is nothing but one reference becomes the value itself, with its
   * type; in longer text, values become text.
   *
   * @throws EXPRESSION_… and WORKFLOW_REFERENCE_UNKNOWN, with a position in the text that holds the reference.
   */
  resolve(scope: ValueScope): JsonValue;
}

/** A text of the value that could not be compiled. */
interface TemplateFault {
  /** Where in the value: `""`, `.headers`, `[2].name`. */
  readonly path: string;
  readonly error: AppError;
}

/** What compiling a value gives: `template` is undefined when it holds no reference at all. */
export interface TemplateResult {
  readonly template: CompiledTemplate | undefined;
  readonly faults: readonly TemplateFault[];
}

/** Compiles the references in a value; keys of dicts stay as they are. Reports every faulty text, and throws nothing. */
export function compileTemplate(value: JsonValue): TemplateResult {
  const references: Reference[] = [];
  const faults: TemplateFault[] = [];
  const closure = closureOfValue(value, "", { references, faults });
  const template =
    closure === undefined ? undefined : { references, resolve: (scope: ValueScope) => closure(createEvaluator(scope)) };
  return { template, faults };
}

interface Findings {
  readonly references: Reference[];
  readonly faults: TemplateFault[];
}

/** Undefined when the value is the same in every run. */
function closureOfValue(value: JsonValue, path: string, findings: Findings): Closure | undefined {
  if (typeof value === "string") return closureOfText(value, path, findings);
  if (Array.isArray(value)) return closureOfList(value, path, findings);
  return isJsonObject(value) ? closureOfDict(value, path, findings) : undefined;
}

function closureOfText(text: string, path: string, findings: Findings): Closure | undefined {
  if (!mayHoldReferences(text)) return undefined;
  try {
    const parts = parseTemplate(text);
    if (parts.every((part) => part.kind === "text")) return undefined;
    findings.references.push(...referencesIn(expressionsIn(parts)));
    const [only] = parts;
    return only !== undefined && parts.length === 1 ? partClosure(only) : textClosure(parts);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    findings.faults.push({ path, error });
    return undefined;
  }
}

function closureOfList(list: readonly JsonValue[], path: string, findings: Findings): Closure | undefined {
  const closures = list.map((item, index) => closureOfValue(item, `${path}[${index}]`, findings));
  if (closures.every((closure) => closure === undefined)) return undefined;
  const items = list.map((item, index) => [item, closures[index]] as const);
  return (evaluator) => items.map(([item, closure]) => (closure === undefined ? item : closure(evaluator)));
}

function closureOfDict(
  dict: Readonly<Record<string, JsonValue>>,
  path: string,
  findings: Findings,
): Closure | undefined {
  const entries = Object.entries(dict).map(
    ([key, item]) => [key, item, closureOfValue(item, `${path}.${key}`, findings)] as const,
  );
  if (entries.every(([, , closure]) => closure === undefined)) return undefined;
  return (evaluator) =>
    Object.fromEntries(entries.map(([key, item, closure]) => [key, closure === undefined ? item : closure(evaluator)]));
}
