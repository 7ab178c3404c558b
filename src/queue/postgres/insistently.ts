import { pause } from "../../core/deadline.ts";
import { AppError } from "../../core/errors.ts";

const MAX_TRIES = 4;
const FIRST_PAUSE_MS = 25;

/**
 * Runs work again that failed for a passing reason, such as a connection that broke before the answer to COMMIT came.
 *
 * @param work may be run any number of times with the effect of one.
 */
export async function insistently<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await work();
    } catch (error) {
      if (tries >= MAX_TRIES || !(error instanceof AppError && error.retryable)) throw error;
      await pause(FIRST_PAUSE_MS * 4 ** (tries - 1));
    }
  }
}
