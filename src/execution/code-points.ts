/** The characters of text as people count them in code: by code point, so that an emoji is not cut in two. */
export function codePoints(text: string): string[] {
  return Array.from(text);
}
