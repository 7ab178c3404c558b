import { pause } from "../../core/deadline.ts";
import type { Queryable } from "../../database/index.ts";
import { queueErrors } from "../errors.ts";
import type { ClaimedJob } from "../job.ts";
import type { ClaimRequest } from "../queue.ts";
import { isStoredId } from "../stored-id.ts";
import { claimJobs, type PlacedJob } from "./claim-jobs.ts";
import { promoteDueJobs } from "./delayed-jobs.ts";
import type { RouteBook } from "./route-book.ts";

/** Looks at a line in which others have locked all that is there, before giving up until the next wake-up. */
const MAX_CONTENDED_LOOKS = 8;
const LONGEST_PAUSE_MS = 4;
const PROMOTE_AT_ONCE = 1_000;

/**
 * Takes jobs for a session; see `JobQueue.claim`.
 *
 * Delayed jobs that are due are moved into the line when it has less than was asked for, so that nobody waits for the reaper.
 */
export async function claim(
  tools: { readonly database: Queryable; readonly routes: RouteBook; readonly dice: () => number },
  request: ClaimRequest,
): Promise<readonly ClaimedJob[]> {
  const { database, routes } = tools;
  const { tenantId, sessionId, limit } = request;
  if (!isStoredId(sessionId)) throw queueErrors.QUEUE_SESSION_EXPIRED({ sessionId });
  const taken: PlacedJob[] = [];
  let looks = 0;
  let promotes = true;
  while (taken.length < limit) {
    const routeIds = routes.servedBy(tenantId, request.environment, request.capabilities);
    const round = await claimJobs(database, { tenantId, sessionId, routeIds, limit: limit - taken.length });
    taken.push(...round.jobs);
    if (!round.live && taken.length === 0) throw queueErrors.QUEUE_SESSION_EXPIRED({ sessionId });
    if (!round.live || taken.length >= limit) break;
    if (await routes.learn(tenantId, round.newestRoute)) continue;
    if (round.overdue > 0) continue;
    if (round.due && promotes) {
      promotes = (await promoteDueJobs(database, tenantId, PROMOTE_AT_ONCE)) > 0;
      continue;
    }
    if (taken.length > 0 || !round.contended || ++looks >= MAX_CONTENDED_LOOKS) break;
    await pause(tools.dice() * LONGEST_PAUSE_MS);
  }
  return taken.toSorted(byUrgency).map(({ job }) => job);
}

function byUrgency(a: PlacedJob, b: PlacedJob): number {
  return b.job.priority - a.job.priority || (a.line < b.line ? -1 : 1);
}
