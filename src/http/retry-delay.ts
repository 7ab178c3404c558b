/** When to try again, and whether at all. Pure. */

const RETRIED_STATUSES = new Set([429, 502, 503, 504]);
const LONGEST_DELAY_MS = 30_000;

export function isRetriedStatus(status: number): boolean {
  return RETRIED_STATUSES.has(status);
}

/**
 * Milliseconds to wait before the next try.
 *
 * @param attempt 1-based number of the try that has just failed.
 * @param retryAfter the answer's header: seconds, or an HTTP date; it wins over the backoff.
 * @param dice in [0, 1); spreads the backoff over the upper half of the delay.
 */
export function retryDelayMs(
  attempt: number,
  plan: { readonly baseMs: number; readonly retryAfter: string | undefined; readonly now: Date; readonly dice: number },
): number {
  const asked = readRetryAfter(plan.retryAfter, plan.now);
  if (asked !== undefined) return asked;
  const fullMs = Math.min(plan.baseMs * 2 ** (attempt - 1), LONGEST_DELAY_MS);
  return (fullMs / 2) * (1 + plan.dice);
}

function readRetryAfter(text: string | undefined, now: Date): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d+$/.test(text.trim())) return Number(text) * 1_000;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now.getTime());
}
