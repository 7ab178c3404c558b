import { nodeErrors } from "./errors.ts";

/**
 * The number itself, if it is one: what left the range of numbers or has no value must not go on as if nothing were.
 *
 * @param operation named in the message. Throws NODE_NUMBER_INVALID.
 */
export function finite(value: number, operation: string): number {
  if (Number.isFinite(value)) return value;
  throw nodeErrors.NODE_NUMBER_INVALID({
    operation,
    reason: Number.isNaN(value)
      ? "the result is not defined for these numbers"
      : "the result is too large for a number",
  });
}
