/** Which faults hit when. Pure: the same seed and length give the same plan. */
import { createDice } from "./dice.ts";

/** Mean milliseconds between two faults of a kind, and how long before the end the last one may begin. */
const KINDS = {
  "worker-kill": { everyMs: 9_000, tailMs: 0 },
  "worker-pause": { everyMs: 10_000, tailMs: 0 },
  "worker-stop": { everyMs: 20_000, tailMs: 0 },
  "worker-stall": { everyMs: 12_000, tailMs: 0 },
  "worker-clock": { everyMs: 8_000, tailMs: 0 },
  "producer-kill": { everyMs: 30_000, tailMs: 0 },
  "backend-terminate": { everyMs: 6_000, tailMs: 0 },
  "backend-kill": { everyMs: 60_000, tailMs: 0 },
  "postmaster-kill": { everyMs: 30_000, tailMs: 0 },
  "network-cut": { everyMs: 12_000, tailMs: 0 },
  "network-refuse": { everyMs: 30_000, tailMs: 0 },
  "network-freeze": { everyMs: 16_000, tailMs: 0 },
  "network-slow": { everyMs: 25_000, tailMs: 0 },
  // What is lost in it is found out by time limits of half a minute.
  "network-blackhole": { everyMs: 60_000, tailMs: 45_000 },
  "server-crowded": { everyMs: 75_000, tailMs: 5_000 },
  "server-pinned": { everyMs: 60_000, tailMs: 20_000 },
} as const satisfies Record<string, { readonly everyMs: number; readonly tailMs: number }>;

export type FaultKind = keyof typeof KINDS;
export const FAULT_KINDS = Object.keys(KINDS) as readonly FaultKind[];

export interface PlannedFault {
  /** Names its dice. */
  readonly number: number;
  readonly kind: FaultKind;
  /** Milliseconds from the beginning of the run. */
  readonly atMs: number;
}

/** The first moments are for getting under way. */
const HEAD_MS = 2_000;

/** In order of time. Every kind comes at least once if there is time for it; in a long run as often as its mean says. */
export function planFaults(seed: number, durationMs: number): readonly PlannedFault[] {
  const faults = FAULT_KINDS.flatMap((kind) => {
    const { everyMs, tailMs } = KINDS[kind];
    const untilMs = durationMs - tailMs;
    if (untilMs <= HEAD_MS) return [];
    const dice = createDice(seed, "fault-times", kind);
    const count = Math.max(1, Math.round((untilMs - HEAD_MS) / everyMs));
    const slotMs = (untilMs - HEAD_MS) / count;
    // One in each slot: not all at the end, and not in step with the other kinds.
    return Array.from({ length: count }, (_, slot) => ({
      kind,
      atMs: Math.round(HEAD_MS + (slot + dice.roll()) * slotMs),
    }));
  });
  return faults
    .toSorted((a, b) => a.atMs - b.atMs || FAULT_KINDS.indexOf(a.kind) - FAULT_KINDS.indexOf(b.kind))
    .map((fault, number) => ({ ...fault, number }));
}
