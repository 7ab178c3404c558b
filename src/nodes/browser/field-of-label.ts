import type { Locator } from "playwright-core";

const FIELD =
  "self::textarea or self::select or self::input[not(@type='hidden' or @type='submit' or @type='button' or @type='reset')] or @contenteditable='true'";

/**
 * The field that belongs to a label (or to any caption) which is not tied to it: inside it, else the next one after it
 * beside it or beside its parent. Undefined when there is none, or the element is gone.
 */
export async function fieldOfLabel(caption: Locator): Promise<Locator | undefined> {
  const candidates = [
    `xpath=.//*[${FIELD}]`,
    `xpath=following-sibling::*[${FIELD}]`,
    `xpath=following-sibling::*[1]//*[${FIELD}]`,
    `xpath=../following-sibling::*[1]/descendant-or-self::*[${FIELD}]`,
    `xpath=preceding-sibling::*[1]/self::*[${FIELD}]`,
  ];
  for (const path of candidates) {
    const field = caption.locator(path).first();
    if ((await field.count()) > 0) return field;
  }
  return undefined;
}
