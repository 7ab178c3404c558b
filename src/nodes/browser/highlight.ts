import type { Locator } from "playwright-core";

interface Outlined {
  readonly style: { outline: string };
}

const SHOWN_MS = 300;

/** Draws a red frame around the element for a moment, for people who watch. */
export async function highlightBriefly(element: Locator): Promise<void> {
  await element.evaluate((found: Outlined, shownMs) => {
    const before = found.style.outline;
    found.style.outline = "3px solid red";
    setTimeout(() => {
      found.style.outline = before;
    }, shownMs);
  }, SHOWN_MS);
}
