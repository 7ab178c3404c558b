/**
 * The characters of a text: code points, as people and the files of the predecessor count, so that an emoji is one and
 * not two.
 */
export function charactersOf(text: string): string[] {
  return Array.from(text);
}

const SURROGATES = /[\uD800-\uDFFF]/;

export function lengthOf(text: string): number {
  return SURROGATES.test(text) ? charactersOf(text).length : text.length;
}

/** Like `String.prototype.slice`, in code points. */
export function sliceOf(text: string, start: number, end?: number): string {
  return SURROGATES.test(text) ? charactersOf(text).slice(start, end).join("") : text.slice(start, end);
}

/** Position of the first occurrence in code points; -1 when there is none. */
export function positionOf(text: string, search: string): number {
  const index = text.indexOf(search);
  return index < 0 ? index : lengthOf(text.slice(0, index));
}

/** How often `search` occurs without overlaps; 0 for empty text. */
export function occurrencesOf(text: string, search: string): number {
  return search === "" ? 0 : text.split(search).length - 1;
}
