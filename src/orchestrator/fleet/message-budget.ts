/** How many messages a peer may still send; refills with time. */
export interface MessageBudget {
  readonly tokens: number;
  readonly atMs: number;
}

export interface BudgetLimits {
  readonly perSecond: number;
  /** Messages that may come at once after a pause. */
  readonly burst: number;
}

export const fullBudget = (limits: BudgetLimits, nowMs: number): MessageBudget => ({
  tokens: limits.burst,
  atMs: nowMs,
});

/**
 * Takes one message off the budget.
 *
 * @returns what is left, and for how many milliseconds the peer should not be listened to; 0 when it kept to the rate.
 */
export function spendMessage(
  budget: MessageBudget,
  limits: BudgetLimits,
  nowMs: number,
): { readonly budget: MessageBudget; readonly pauseMs: number } {
  const refilled = budget.tokens + (Math.max(0, nowMs - budget.atMs) / 1_000) * limits.perSecond;
  const tokens = Math.min(limits.burst, refilled) - 1;
  const pauseMs = tokens >= 0 ? 0 : Math.ceil((-tokens / limits.perSecond) * 1_000);
  return { budget: { tokens, atMs: nowMs }, pauseMs };
}
