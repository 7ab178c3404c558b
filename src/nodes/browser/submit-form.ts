import type { Locator } from "playwright-core";
import type { CallLimits } from "./act.ts";

interface FormElement {
  requestSubmit?(): void;
  closest(selector: string): FormElement | null;
  querySelector(selector: string): FormElement | null;
}

/**
 * Submits the form that the element is, is in, or holds, as its submit button would: the form's own checks and scripts
 * run. Rejects when there is no form.
 */
export async function submitForm(element: Locator, limits: CallLimits): Promise<void> {
  const submitted = await element.evaluate(
    (found: FormElement) => {
      const form = found.closest("form") ?? found.querySelector("form");
      form?.requestSubmit?.();
      return form !== null;
    },
    undefined,
    limits,
  );
  if (!submitted) throw new Error("Element is not a form, and neither is in one nor holds one");
}
