import type { Locator } from "playwright-core";
import { asText } from "../../execution/index.ts";
import { type CallLimits, onElement } from "./act.ts";
import { type FormField, isChosen } from "./form-fields.ts";
import type { PageNode } from "./page-node.ts";

interface FormPlace {
  readonly form: string;
  /** Milliseconds for the field. */
  readonly timeoutMs: number;
}

/** Fills one field of a form with what suits it. Rejects as `onElement` does. */
export async function fillField(node: PageNode, field: FormField, { form, timeoutMs }: FormPlace): Promise<void> {
  const selector = field.isSelector ? field.key : await selectorOf(node, field.key, { form, timeoutMs });
  await onElement(node, { selector, action: "Filling", timeoutMs }, (element, limits) => fill(element, field, limits));
}

/** A key without the form of a selector is a label, or else a name, an id or a placeholder. */
async function selectorOf(node: PageNode, key: string, { form, timeoutMs }: FormPlace): Promise<string> {
  const quoted = JSON.stringify(key);
  const named = `css=[name=${quoted}], [id=${quoted}], [placeholder=${quoted}]`;
  const whole = { selector: form, action: "Filling", timeoutMs };
  const [labels, names] = await onElement(node, whole, (element) =>
    Promise.all([element.getByLabel(key).count(), element.locator(named).count()]),
  );
  return labels === 0 && names > 0 ? `${form} >> ${named}` : `${form} >> label=${key}`;
}

async function fill(element: Locator, field: FormField, limits: CallLimits): Promise<void> {
  const type = field.type ?? (await typeOf(element, limits));
  const value = asText(field.value);
  switch (type) {
    case "checkbox":
      return element.setChecked(isChosen(field.value), limits);
    case "radio":
      if (isChosen(field.value)) await element.check(limits);
      return;
    case "select":
      // Playwright compares text with both values and labels of the options.
      await element.selectOption(value, limits);
      return;
    case "text": {
      const before = field.clearFirst ? "" : await element.inputValue(limits);
      return element.fill(before + value, limits);
    }
  }
}

interface FieldElement {
  readonly tagName: string;
  readonly type?: string;
}

async function typeOf(element: Locator, limits: CallLimits): Promise<"text" | "select" | "checkbox" | "radio"> {
  const { tag, type } = await element.evaluate(
    (found: FieldElement) => ({ tag: found.tagName.toLowerCase(), type: found.type }),
    undefined,
    limits,
  );
  if (tag === "select") return "select";
  return type === "checkbox" || type === "radio" ? type : "text";
}
