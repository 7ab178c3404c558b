import { raceAbort, startDeadline } from "../core/deadline.ts";
import type { Queryable } from "../database/index.ts";
import { newestMigration } from "../persistence/index.ts";
import type { Readiness } from "./services.ts";

/** Milliseconds a probe waits for the database. */
const PROBE_MS = 2_000;

/**
 * What the probes ask, for a database that has just been migrated.
 *
 * A database that has lost migrations since (restored from an old backup, say) counts as not migrated.
 */
export async function watchReadiness(database: Queryable): Promise<() => Promise<Readiness>> {
  const expected = (await newestMigration(database)) ?? "";
  return async () => {
    const deadline = startDeadline("the database probe", PROBE_MS);
    try {
      const newest = await raceAbort(newestMigration(database), deadline.signal, "the database probe");
      return { database: "up", migrations: newest !== undefined && newest >= expected ? "done" : "pending" };
    } catch {
      // The answer says so; the reason is in the log of whatever needed the database.
      return { database: "down", migrations: "unknown" };
    } finally {
      deadline.clear();
    }
  };
}
