/** A process whose clocks are wrong, as those of a machine are after a step of NTP, a suspend or a mistaken operator. */

export interface ShiftedClock {
  /** Moves what `Date` says, forward or back. Milliseconds. */
  shiftDate(ms: number): void;
  /** Moves what `performance.now()` says, forward only: that clock never goes back on any platform. Milliseconds. */
  shiftMonotonic(ms: number): void;
  /** The instant it really is, milliseconds since 1970 with fractions. */
  trueNowMs(): number;
}

/** Replaces the clocks of this process, for all code that asks for the time from now on. */
export function shiftClocks(): ShiftedClock {
  const TrueDate = Date;
  const trueDateNow = TrueDate.now.bind(TrueDate);
  const trueMonotonic = performance.now.bind(performance);
  let dateShiftMs = 0;
  let monotonicShiftMs = 0;
  const shiftedNow = (): number => trueDateNow() + dateShiftMs;
  globalThis.Date = new Proxy(TrueDate, {
    construct: (target, args: unknown[], newTarget) =>
      Reflect.construct(target, args.length === 0 ? [shiftedNow()] : args, newTarget) as Date,
    apply: () => new TrueDate(shiftedNow()).toString(),
    get: (target, name, receiver): unknown => (name === "now" ? shiftedNow : Reflect.get(target, name, receiver)),
  });
  performance.now = () => trueMonotonic() + monotonicShiftMs;
  return {
    shiftDate(ms) {
      dateShiftMs += ms;
    },
    shiftMonotonic(ms) {
      monotonicShiftMs += Math.max(0, ms);
    },
    trueNowMs: trueDateNow,
  };
}
