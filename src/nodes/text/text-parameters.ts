import { flag, textOr, withDefault } from "../../execution/index.ts";

/** The text a node works on; none is empty text. */
export function theText() {
  return textOr("").describe("The text; empty when it is left out");
}

export function caseSensitive() {
  return withDefault(flag(), true).describe("Capital and small letters differ");
}

/** Makes texts comparable: as they are, or all in small letters. */
export function folded(text: string, sensitive: boolean): string {
  return sensitive ? text : text.toLowerCase();
}
