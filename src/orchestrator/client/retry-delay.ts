import { AppError } from "../../core/errors.ts";

const FIRST_MS = 250;
const LONGEST_MS = 5_000;

/**
 * How long to wait before sending a request again; undefined when it is not to be sent again.
 *
 * @param attempt 1-based number of the attempt that has just failed.
 * @param dice in [0, 1).
 */
export function retryDelayMs(
  error: unknown,
  policy: { readonly attempt: number; readonly retries: number; readonly dice: number },
): number | undefined {
  const { attempt, retries, dice } = policy;
  if (attempt > retries || !(error instanceof AppError) || !error.retryable) return undefined;
  return Math.min(LONGEST_MS, FIRST_MS * 2 ** (attempt - 1)) * (0.5 + dice / 2);
}
