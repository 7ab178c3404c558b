import { browserNodeErrors } from "./errors.ts";
import { expandWildcard } from "./wildcard.ts";

/** One step of a selector: each narrows what the one before found. */
export type SelectorStep =
  | FrameStep
  | { readonly kind: "css" | "xpath" | "role"; readonly text: string }
  | { readonly kind: NamingKind; readonly text: string; readonly exact: boolean }
  | { readonly kind: "nth"; readonly index: number }
  | { readonly kind: "visible" };

/** Leads into a frame; the text is its CSS selector. */
export interface FrameStep {
  readonly kind: "frame";
  readonly text: string;
}

/** Kinds that go by what people read. */
type NamingKind = "text" | "itext" | "label" | "placeholder" | "testid";

/** The last step is an element; `nth` and `visible` follow one. */
export type Selector = readonly SelectorStep[];

const NAMING: readonly string[] = ["text", "itext", "label", "placeholder", "testid"] satisfies NamingKind[];

/**
 * Reads a selector as workflows write it.
 *
 * CSS; XPath (`xpath=`, `//`, `(//`, `./`, `/html`); `text=Sign in` and `itext=` (part of the text, any case);
 * `text="Sign in"` (the whole text); `label=`, `placeholder=`, `testid=`, `role=button[name="Save"]`, `id=`; steps joined
 * by `>>`, among them `frame=CSS`, `nth=0` (-1 the last) and `visible=true`. Pure.
 *
 * Throws NODE_SELECTOR_INVALID.
 */
export function readSelector(selector: string): Selector {
  const steps = splitSteps(selector).map((part) => readStep(part.trim(), selector));
  for (const [index, { kind }] of steps.entries()) {
    const before = steps[index - 1]?.kind;
    if ((kind === "nth" || kind === "visible") && (before === undefined || before === "frame")) {
      throw invalid(selector, `${kind}= must follow what it narrows`);
    }
  }
  if (steps.at(-1)?.kind === "frame") throw invalid(selector, "it names a frame and no element in it");
  return steps;
}

/** Cuts at `>>` outside of quotes. */
function splitSteps(selector: string): string[] {
  const steps: string[] = [];
  let quote = "";
  let start = 0;
  for (let index = 0; index < selector.length; index += 1) {
    const character = selector.charAt(index);
    if (quote !== "") {
      if (character === "\\") index += 1;
      else if (character === quote) quote = "";
    } else if (character === '"' || character === "'") {
      // An apostrophe within a word quotes nothing: text=Don't save
      if (!/\w/.test(selector.charAt(index - 1))) quote = character;
    } else if (selector.startsWith(">>", index)) {
      steps.push(selector.slice(start, index));
      index += 1;
      start = index + 1;
    }
  }
  return [...steps, selector.slice(start)];
}

function readStep(step: string, selector: string): SelectorStep {
  if (step === "") throw invalid(selector, selector.trim() === "" ? "it is empty" : 'there is nothing beside ">>"');
  if (/^(\(*\.{0,2}\/|\.\.$)/.test(step)) return { kind: "xpath", text: step };
  const engine = /^([a-z_][\w:-]*)\s*=(.*)$/is.exec(step);
  if (engine === null) return { kind: "css", text: expandWildcard(step) };
  const name = (engine[1] ?? "").toLowerCase();
  const text = (engine[2] ?? "").trim();
  if (text === "") throw invalid(selector, `nothing follows ${name}=`);
  if (NAMING.includes(name)) return { kind: name as NamingKind, ...unquote(text, selector) };
  return readEngine(name, text, selector);
}

function readEngine(name: string, text: string, selector: string): SelectorStep {
  switch (name) {
    case "css":
      return { kind: "css", text: expandWildcard(text) };
    case "xpath":
    case "role":
    case "frame":
      return { kind: name, text };
    case "id":
      return { kind: "css", text: `[id=${JSON.stringify(text)}]` };
    case "nth":
      if (/^-?\d+$/.test(text)) return { kind: "nth", index: Number(text) };
      throw invalid(selector, "nth= takes a whole number, 0 for the first and -1 for the last");
    case "visible":
      if (text === "true") return { kind: "visible" };
      throw invalid(selector, "visible= takes true");
    default:
      throw invalid(
        selector,
        `there is no kind ${name}=; use css, xpath, text, itext, label, placeholder, testid, role, id, frame, nth or visible`,
      );
  }
}

function unquote(text: string, selector: string): { readonly text: string; readonly exact: boolean } {
  const quoted = /^(["'])(.*)\1i?$/s.exec(text);
  if (quoted === null) return { text, exact: false };
  const inner = (quoted[2] ?? "").replaceAll(/\\(["'\\])/g, "$1");
  if (inner === "") throw invalid(selector, "there is nothing between the quotes");
  return { text: inner, exact: !text.endsWith("i") };
}

function invalid(selector: string, reason: string): Error {
  return browserNodeErrors.NODE_SELECTOR_INVALID({ selector, reason });
}
