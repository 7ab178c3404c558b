import { defineErrors } from "./errors.ts";

export const deadlineErrors = defineErrors({
  CORE_TIMED_OUT: {
    status: 504,
    retryable: true,
    message: (d: { what: string; timeoutMs: number }) => `${d.what} did not finish within ${d.timeoutMs} ms`,
  },
  CORE_ABORTED: {
    status: 499,
    message: (d: { what: string }) => `${d.what} was aborted`,
  },
});

/**
 * Waits, unless the signal aborts first.
 *
 * @param ms milliseconds, ≥ 0.
 * @returns true when the time has passed, false when the signal aborted; never rejects.
 */
export function pause(ms: number, signal?: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve(false);
    const onAbort = (): void => {
      clearTimeout(timer);
      resolve(false);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", onAbort);
      resolve(true);
    }, ms);
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}

export interface Deadline {
  /** Aborts when the time is up (reason CORE_TIMED_OUT) or the parent aborts (its reason). */
  readonly signal: AbortSignal;
  /** Stops the timer; call it when the work is done. */
  clear(): void;
}

/**
 * A signal that aborts after `timeoutMs`, or with its parent.
 *
 * @param timeoutMs milliseconds; 0 means no limit.
 */
export function startDeadline(what: string, timeoutMs: number, parent?: AbortSignal): Deadline {
  const controller = new AbortController();
  const onParentAbort = (): void => controller.abort(parent?.reason);
  if (parent?.aborted) controller.abort(parent.reason);
  parent?.addEventListener("abort", onParentAbort, { once: true });
  const timer =
    timeoutMs > 0
      ? setTimeout(() => controller.abort(deadlineErrors.CORE_TIMED_OUT({ what, timeoutMs })), timeoutMs)
      : undefined;
  return {
    signal: controller.signal,
    clear() {
      clearTimeout(timer);
      parent?.removeEventListener("abort", onParentAbort);
    },
  };
}

/**
 * Settles with the work, or rejects with the signal's reason as soon as it aborts.
 *
 * The work itself goes on if it ignores the signal; its late failure is swallowed, because the caller has gone.
 */
export function raceAbort<T>(work: Promise<T>, signal: AbortSignal, what: string): Promise<T> {
  const reasonOf = (): unknown => signal.reason ?? deadlineErrors.CORE_ABORTED({ what });
  if (signal.aborted) {
    work.catch(() => undefined);
    return Promise.reject(reasonOf());
  }
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(reasonOf());
    signal.addEventListener("abort", onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}
