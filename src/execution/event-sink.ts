import type { Clock } from "../core/clock.ts";
import type { Masker } from "../core/mask.ts";
import type { RunEvent, RunEventBody } from "./run-events.ts";

/** Where a run reports what happens: stamped with the time, masked, in order. */
export interface EventSink {
  emit(event: RunEventBody): void;
  /** What the listener threw; the run must not go on, whoever called `emit`. */
  readonly broken: { readonly cause: unknown } | undefined;
}

/** An event without secrets; numbers count as values only in what a workflow logs. */
function maskEvent(event: RunEventBody, masker: Masker): RunEventBody {
  const masked = masker.data(event);
  return masked.type === "log" && masked.data !== undefined ? { ...masked, data: masker.values(masked.data) } : masked;
}

export function createEventSink(
  listener: ((event: RunEvent) => void) | undefined,
  { clock, masker }: { readonly clock: Clock; readonly masker: Masker },
): EventSink {
  let broken: { readonly cause: unknown } | undefined;
  return {
    get broken() {
      return broken;
    },
    emit(event) {
      if (listener === undefined || broken !== undefined) return;
      try {
        listener({ ...maskEvent(event, masker), at: clock.now().toISOString() });
      } catch (error) {
        broken = { cause: error };
        throw error;
      }
    },
  };
}
