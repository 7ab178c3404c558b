/** Plain JSON data: what is stored, sent and kept in a run's state. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue };

export type JsonObject = { readonly [key: string]: JsonValue };

/** True for objects that JSON calls objects: not arrays, not null. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Size of the value as UTF-8 JSON text, in bytes. */
export function jsonSizeBytes(value: JsonValue): number {
  return Buffer.byteLength(JSON.stringify(value));
}

/**
 * How deep the value nests: a scalar is 0, `[]` is 1, `[[]]` is 2.
 *
 * Stops counting above `limit`, so hostile input costs no more than it must; iterative, so it cannot overflow the stack.
 */
export function jsonDepth(value: unknown, limit: number): number {
  let level: unknown[] = [value];
  for (let depth = 0; depth <= limit; depth++) {
    const next: unknown[] = [];
    for (const item of level) {
      if (typeof item === "object" && item !== null) for (const child of Object.values(item)) next.push(child);
    }
    if (next.length === 0) return level.some((item) => typeof item === "object" && item !== null) ? depth + 1 : depth;
    level = next;
  }
  return limit + 1;
}

/**
 * Makes text safe for PostgreSQL `json` columns, which refuse U+0000 and lone surrogates.
 *
 * Both become U+FFFD, the replacement character; everything else is unchanged.
 */
export function storableText(text: string): string {
  return text.replaceAll("\u0000", "\uFFFD").toWellFormed();
}
