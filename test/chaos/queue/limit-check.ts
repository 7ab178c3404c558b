import type { Dossier, Dossiers } from "./dossier.ts";

/** A handler begins (1) or ends (-1). */
interface Change {
  readonly atMs: number;
  readonly by: 1 | -1;
  readonly what: string;
}

interface Key {
  readonly limit: number;
  readonly changes: Change[];
}

/**
 * Moments at which more handlers with one key were at work than its limit allows.
 *
 * A handler counts from its start, by its worker's journal, until it ended or its lease was over, whichever was first: one
 * that goes on after its lease cannot be stopped by any queue, and its place may be taken. One that was killed holds its
 * place until its lease is over.
 */
export function* findCrowds(dossiers: Dossiers): Iterable<string> {
  for (const [key, { limit, changes }] of keysOf(dossiers)) {
    for (const { running, change } of walk(changes)) {
      if (change.by === 1 && running > limit)
        yield `key ${key}: ${running} of ${limit} at ${change.atMs} with ${change.what}`;
    }
  }
}

/** How many keys reached their limit: without any, the check has seen nothing. */
export function countFullKeys(dossiers: Dossiers): number {
  return [...keysOf(dossiers).values()].filter(({ limit, changes }) =>
    [...walk(changes)].some(({ running }) => running >= limit),
  ).length;
}

/** Instants are cut to milliseconds: what ends in the same one in which another begins does not overlap it. */
function* walk(changes: readonly Change[]): Iterable<{ readonly running: number; readonly change: Change }> {
  let running = 0;
  for (const change of changes.toSorted((a, b) => a.atMs - b.atMs || a.by - b.by)) {
    running += change.by;
    yield { running, change };
  }
}

function keysOf(dossiers: Dossiers): ReadonlyMap<string, Key> {
  const keys = new Map<string, Key>();
  for (const dossier of dossiers.values()) {
    const rule = dossier.job?.limit;
    if (rule === undefined) continue;
    const entry = keys.get(rule.key) ?? { limit: rule.limit, changes: [] };
    keys.set(rule.key, entry);
    entry.changes.push(...changesOf(dossier));
  }
  return keys;
}

function changesOf({ jobId, starts, ends, attempts }: Dossier): Change[] {
  return starts.flatMap(({ attempt, atMs }): Change[] => {
    const leaseEndMs = attempts.find((row) => row.attempt === attempt)?.endedAtMs ?? Number.POSITIVE_INFINITY;
    const handlerEndMs = ends.find((end) => end.attempt === attempt)?.atMs ?? Number.POSITIVE_INFINITY;
    const endMs = Math.floor(Math.min(leaseEndMs, handlerEndMs));
    if (endMs <= atMs) return [];
    const what = `attempt ${attempt} at job ${jobId}`;
    return [
      { atMs, by: 1, what },
      { atMs: endMs, by: -1, what },
    ];
  });
}
