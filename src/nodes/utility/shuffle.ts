import type { JsonValue } from "../../core/json.ts";

/**
 * A copy in random order, every order being equally likely.
 *
 * @param random in [0, 1).
 * @see Knuth: The Art of Computer Programming, Vol. 2, §3.4.2, Algorithm P.
 */
export function shuffled(items: readonly JsonValue[], random: () => number): JsonValue[] {
  const result = [...items];
  for (let last = result.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [result[last], result[other]] = [result[other] ?? null, result[last] ?? null];
  }
  return result;
}
