import type { FrameLocator, Locator, Page } from "playwright-core";
import type { FrameStep, Selector, SelectorStep } from "./selector.ts";

/** What a selector means on a page. */
export interface Target {
  /** All that matches. */
  readonly all: Locator;
  /** The one to act on. */
  readonly one: Locator;
  /** Narrower readings, tried when `one` matches several: the text taken as a whole, and only what is visible. */
  readonly narrower: readonly Locator[];
}

type ElementStep = Exclude<SelectorStep, FrameStep>;
type Scope = Page | FrameLocator | Locator;

/**
 * Turns a selector into locators. Nothing is looked up yet.
 *
 * CSS, XPath and text take the first of several matches unless `strict`, as workflows expect. Selectors that name
 * something (a label, a role) mean one thing: several matches are an error, because the first one may be the wrong field.
 */
export function locate(page: Page, selector: Selector, strict: boolean): Target {
  const all = follow(page, selector, false);
  const last = selector.at(-1)?.kind;
  const meansOne = last === "label" || last === "placeholder" || last === "testid" || last === "role";
  if (strict || !meansOne) return { all, one: strict ? all : all.first(), narrower: [] };
  const exact = follow(page, selector, true);
  return { all, one: all, narrower: [exact, exact.filter({ visible: true }), all.filter({ visible: true })] };
}

function follow(page: Page, selector: Selector, exact: boolean): Locator {
  let scope: Scope = page;
  let found = page.locator("html");
  for (const step of selector) {
    if (step.kind === "frame") {
      scope = scope.frameLocator(step.text);
    } else {
      found = narrow(scope, found, { step, exact });
      scope = found;
    }
  }
  return found;
}

function narrow(
  scope: Scope,
  found: Locator,
  { step, exact }: { readonly step: ElementStep; readonly exact: boolean },
): Locator {
  if (step.kind === "nth") return found.nth(step.index);
  if (step.kind === "visible") return found.filter({ visible: true });
  if (!("exact" in step)) return scope.locator(`${step.kind}=${step.text}`);
  const options = { exact: exact || step.exact };
  if (step.kind === "text") return scope.getByText(step.text, options);
  if (step.kind === "label") return scope.getByLabel(step.text, options);
  if (step.kind === "placeholder") return scope.getByPlaceholder(step.text, options);
  return step.kind === "testid" ? scope.getByTestId(step.text) : scope.getByText(anyCase(step.text, step.exact));
}

function anyCase(text: string, whole: boolean): RegExp {
  const escaped = text.replaceAll(/[.*+?^${}()|[\]\\/]/g, "\\$&");
  return new RegExp(whole ? `^\\s*${escaped}\\s*$` : escaped, "i");
}
