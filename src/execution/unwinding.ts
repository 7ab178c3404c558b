import type { RunError } from "./run-events.ts";
import type { Frame, TryFrame, Unwinding } from "./run-state.ts";

/** What the handlers of a try are, as the plan tells. */
export interface Handlers {
  /** The first catch of the try that takes this error. */
  catchFor(tryNode: string, error: RunError): string | undefined;
  finallyOf(tryNode: string): string | undefined;
}

/** Where control lands when it leaves blocks. */
export type Landing =
  /** The top frame is a try in phase catch; the handler has to run. */
  | { readonly kind: "catch"; readonly frames: Frame[]; readonly handler: string; readonly error: RunError }
  /** The top frame is a try in phase finally; the unwinding goes on behind it. */
  | { readonly kind: "finally"; readonly frames: Frame[]; readonly handler: string }
  /** The top frame is the loop, with nothing left to do in this iteration. */
  | { readonly kind: "loop"; readonly frames: Frame[] }
  /** Nobody takes it: the run fails. */
  | { readonly kind: "uncaught"; readonly frames: Frame[]; readonly error: RunError };

/**
 * Leaves blocks from the inside out until one takes control.
 *
 * A finally always gets its turn. Control that leaves a finally body by itself replaces what was pending there, as in
 * other languages. A break whose loop is not open is the caller's bug.
 */
export function unwind(frames: readonly Frame[], cause: Unwinding, handlers: Handlers): Landing {
  for (let depth = frames.length - 1; depth >= 0; depth--) {
    const frame = frames[depth];
    if (frame === undefined || frame.kind === "root") continue;
    const below = frames.slice(0, depth);
    if (frame.kind === "try") {
      const landing = landInTry(below, frame, cause, handlers);
      if (landing !== undefined) return landing;
    } else if (cause.kind !== "throw" && frame.node === cause.loop) {
      const loop = { ...frame, queue: [], broken: frame.broken || cause.kind === "break" };
      return { kind: "loop", frames: [...below, loop] };
    }
  }
  if (cause.kind !== "throw") throw new RangeError(`The loop ${cause.loop} is not open`);
  return { kind: "uncaught", frames: [...frames], error: cause.error };
}

// Four parameters: the frame, what lies below it, and what the decision rests on.
function landInTry(
  below: readonly Frame[],
  frame: TryFrame,
  cause: Unwinding,
  handlers: Handlers,
): Landing | undefined {
  if (frame.phase === "finally") return undefined;
  const hadError = frame.hadError || cause.kind === "throw";
  if (frame.phase === "body" && cause.kind === "throw") {
    const handler = handlers.catchFor(frame.node, cause.error);
    if (handler !== undefined) {
      const caught = { ...frame, phase: "catch", queue: [], done: [], hadError } as const;
      return { kind: "catch", frames: [...below, caught], handler, error: cause.error };
    }
  }
  const handler = handlers.finallyOf(frame.node);
  if (handler === undefined) return undefined;
  const last = { ...frame, phase: "finally", queue: [], done: [], hadError, pending: cause } as const;
  return { kind: "finally", frames: [...below, last], handler };
}

/** Does any open try take this error? */
export function isCaught(frames: readonly Frame[], error: RunError, handlers: Handlers): boolean {
  return frames.some(
    (frame) => frame.kind === "try" && frame.phase === "body" && handlers.catchFor(frame.node, error) !== undefined,
  );
}

/** Words in `error_types` that take every error. */
const ALL_ERRORS: ReadonlySet<string> = new Set(["*", "error", "exception"]);

/** Does `error_types` (codes separated by commas; none for all) take an error with this code? */
export function takesError(errorTypes: string, code: string): boolean {
  const wanted = errorTypes
    .split(",")
    .map((word) => word.trim().toLowerCase())
    .filter((word) => word !== "");
  return wanted.length === 0 || wanted.some((word) => ALL_ERRORS.has(word) || word === code.toLowerCase());
}
