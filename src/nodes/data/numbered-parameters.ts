import type { JsonValue } from "../../core/json.ts";

/** The parameters `<prefix>1`, `<prefix>2` … that were given, in the order of their numbers. */
export function numbered(
  parameters: Readonly<Record<string, JsonValue | undefined>>,
  prefix: string,
): readonly { readonly number: number; readonly value: JsonValue }[] {
  return Object.entries(parameters)
    .flatMap(([name, value]) => {
      const digits = name.startsWith(prefix) ? name.slice(prefix.length) : "";
      return /^[1-9]\d*$/.test(digits) && value !== undefined ? [{ number: Number(digits), value }] : [];
    })
    .toSorted((a, b) => a.number - b.number);
}
