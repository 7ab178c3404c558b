import { EXIT } from "../exit-codes.ts";

export type AfterExit =
  | { readonly kind: "restart"; readonly delayMs: number }
  | { readonly kind: "give-up"; readonly reason: string };

const FIRST_DELAY_MS = 500;
const BUSY_DELAY_MS = 2_000;
const LONGEST_DELAY_MS = 30_000;

/** A robot that ran at least this long, milliseconds, has proven itself: the delay starts afresh. */
export const PROVEN_AFTER_MS = 60_000;

/**
 * What to do after the robot process ended by itself.
 *
 * @param exitCode undefined when a signal ended it.
 * @param quickExits how often in a row it ended before PROVEN_AFTER_MS, this time included; 0 when it had proven itself.
 */
export function decideAfterExit(exitCode: number | undefined, quickExits: number): AfterExit {
  if (exitCode === EXIT.configuration) return { kind: "give-up", reason: "its settings are invalid" };
  if (exitCode === EXIT.notAuthorized) return { kind: "give-up", reason: "its key is not accepted any more" };
  if (exitCode === EXIT.usage) return { kind: "give-up", reason: "it was started wrongly" };
  // The robot of a process that was killed still finishes its jobs; it goes by itself.
  if (exitCode === EXIT.busy) return { kind: "restart", delayMs: BUSY_DELAY_MS };
  return { kind: "restart", delayMs: Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.max(0, quickExits - 1)) };
}
