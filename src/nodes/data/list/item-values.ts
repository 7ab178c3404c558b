import { setImmediate } from "node:timers/promises";
import type { JsonValue } from "../../../core/json.ts";
import { followPath, parsePath } from "../../property-path.ts";

/** Reads the value of an item that a key path means; null where the path leads nowhere. */
export function valueReader(keyPath: string): (item: JsonValue) => JsonValue {
  const steps = parsePath(keyPath);
  return (item) => followPath(item, steps) ?? null;
}

const ITEMS_PER_TURN = 500;

/**
 * Computes something for each item, in order, giving way to other work now and then, so that a long list does not keep
 * the robot from its heartbeats.
 *
 * Rejects with the signal's reason when it aborts.
 */
export async function mapItems<T>(
  items: readonly JsonValue[],
  signal: AbortSignal,
  compute: (item: JsonValue, index: number) => T,
): Promise<T[]> {
  const results: T[] = [];
  for (const [index, item] of items.entries()) {
    if (index % ITEMS_PER_TURN === ITEMS_PER_TURN - 1) {
      await setImmediate();
      signal.throwIfAborted();
    }
    results.push(compute(item, index));
  }
  return results;
}
