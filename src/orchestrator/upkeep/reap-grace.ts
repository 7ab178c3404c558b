/** When jobs may be taken from robots that fell silent. */
export interface ReapGrace {
  /** Nothing is taken before this, milliseconds of the wall clock. */
  readonly untilMs: number;
  /** When the last pass was, milliseconds of the wall clock. */
  readonly lastPassMs: number;
}

/**
 * Robots renew their leases through us: while we or the database were away, none could. So after each such time they get
 * one whole lease to come back before their silence means anything.
 */
export function startGrace(nowMs: number, leaseMs: number): ReapGrace {
  return { untilMs: nowMs + leaseMs, lastPassMs: nowMs };
}

/** The grace after a look at the database: a failed one, and a pause as long as a lease (a machine that slept), start it anew. */
export function nextGrace(
  grace: ReapGrace,
  look: { readonly nowMs: number; readonly leaseMs: number; readonly failed: boolean },
): ReapGrace {
  const { nowMs, leaseMs, failed } = look;
  const slept = nowMs - grace.lastPassMs >= leaseMs || nowMs < grace.lastPassMs;
  return failed || slept ? startGrace(nowMs, leaseMs) : { ...grace, lastPassMs: nowMs };
}

export function mayReap(grace: ReapGrace, nowMs: number): boolean {
  return nowMs >= grace.untilMs;
}
