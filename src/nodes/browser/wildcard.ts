const WILD = /^([a-z][\w-]*)?([#.])([\w-]*)\*([\w-]*)$/i;
const WILD_ATTRIBUTE = /^([a-z][\w-]*)?\[([\w-]+)=(["']?)([^"'*\]]*)\*([^"'*\]]*)\3\]$/i;

/**
 * CSS for the wildcard selectors of old workflows: `#row*`, `#*total`, `.btn*`, `div.a*b`, `[name=user*]`.
 *
 * Only what is no CSS by itself is touched: `[href*="x"]` and `*` mean what CSS says. Pure.
 */
export function expandWildcard(css: string): string {
  const wild = WILD.exec(css);
  if (wild !== null) {
    const [, tag = "", mark, before = "", after = ""] = wild;
    if (before === "" && after === "") return css;
    // One class of many may stand anywhere in the attribute; an id is the whole of it.
    return mark === "." ? tag + containing("class", [before, after]) : tag + framing("id", before, after);
  }
  const attribute = WILD_ATTRIBUTE.exec(css);
  if (attribute === null) return css;
  const [, tag = "", name = "", , before = "", after = ""] = attribute;
  return before === "" && after === "" ? `${tag}[${name}]` : tag + framing(name, before, after);
}

function containing(attribute: string, parts: readonly string[]): string {
  return parts
    .filter((part) => part !== "")
    .map((part) => `[${attribute}*="${part}"]`)
    .join("");
}

function framing(attribute: string, before: string, after: string): string {
  const starts = before === "" ? "" : `[${attribute}^="${before}"]`;
  return starts + (after === "" ? "" : `[${attribute}$="${after}"]`);
}
