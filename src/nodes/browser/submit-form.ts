import type { Locator, Page } from "playwright-core";
import type { CallLimits } from "./act.ts";

interface FormElement {
  requestSubmit(): void;
}

/** How long a form without a button is watched for the page that it may lead to. */
const NAVIGATION_WITHIN_MS = 1_000;

/**
 * Submits the form that the element is, is in, or holds, with its submit button if it has one; the form's own checks and
 * scripts run. Resolves when a page that follows has begun to load. Rejects when there is no form.
 */
export async function submitForm(element: Locator, limits: CallLimits, page: Page): Promise<void> {
  await element.waitFor({ ...limits, state: "attached" });
  const form = element.locator("xpath=(ancestor-or-self::form | descendant::form)[1]");
  if ((await form.count()) === 0) throw new Error("Element is not a form, and neither is in one nor holds one");
  const button = form.locator("button:not([type]), button[type=submit], input[type=submit], input[type=image]").first();
  if ((await button.count()) > 0) return button.click(limits);
  const navigation = page.waitForEvent("framenavigated", { timeout: NAVIGATION_WITHIN_MS, signal: limits.signal });
  // A form may be handled by a script of the page, which stays.
  const settled = navigation.catch(() => undefined);
  await form.evaluate((found: FormElement) => found.requestSubmit(), undefined, limits);
  await settled;
}
