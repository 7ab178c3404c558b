import { RE2JS } from "re2js";

/**
 * Does a name fit a pattern of `*`, `?`, `[a-z]`, `[!a-z]`, and, for paths, two stars and a slash for any folders? Capital and small letters differ.
 *
 * Matched by RE2, so that no pattern takes more than linear time.
 */
export function globMatcher(pattern: string): (name: string) => boolean {
  const source = pattern.replace(/\*\*\/|\[!?\]?[^\]]*\]|[\s\S]/gu, (token) => {
    if (token === "**/") return "(?:.*/)?";
    if (token === "*") return "[^/]*";
    if (token === "?") return "[^/]";
    if (token.length === 1 || !token.startsWith("[")) return RE2JS.quote(token);
    const isNegated = token.startsWith("[!");
    const members = token.slice(isNegated ? 2 : 1, -1).replace(/[\\\]^[]/g, "\\$&");
    return `[${isNegated ? "^" : ""}${members}]`;
  });
  const compiled = RE2JS.compile(source, RE2JS.DOTALL);
  return (name) => compiled.matcher(name).matches();
}
