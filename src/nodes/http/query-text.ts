import type { JsonValue } from "../../core/json.ts";
import { asText } from "../../execution/index.ts";

/**
 * Adds parameters to the query of a URL, in front of its fragment; what is there already stays as it is written.
 *
 * A list gives its name once for each item; null is left out.
 */
export function withQuery(url: string, params: Readonly<Record<string, JsonValue>>): string {
  const added = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) {
    const items: readonly JsonValue[] = Array.isArray(value) ? value : [value];
    for (const item of items) if (item !== null) added.append(name, asText(item));
  }
  const query = added.toString();
  if (query === "") return url;
  const hash = url.indexOf("#");
  const [address, fragment] = hash < 0 ? [url, ""] : [url.slice(0, hash), url.slice(hash)];
  const joint = address.includes("?") ? (/[?&]$/.test(address) ? "" : "&") : "?";
  return address + joint + query + fragment;
}
