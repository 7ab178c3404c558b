import { pause } from "../../core/deadline.ts";
import type { Queryable } from "../../database/index.ts";
import { queueErrors } from "../errors.ts";
import type { ClaimedJob } from "../job.ts";
import type { ClaimRequest } from "../queue.ts";
import { isStoredId } from "../stored-id.ts";
import type { Admit } from "./admission.ts";
import { promoteDueJobs } from "./delayed-jobs.ts";
import type { ExchangeDesk } from "./exchange-desk.ts";
import type { PlacedJob } from "./exchange-jobs.ts";
import type { RouteBook } from "./route-book.ts";

/** Looks at a line in which others have locked all that is there, before giving up until the next wake-up. */
const MAX_CONTENDED_LOOKS = 6;
/** Before the second of these looks; before each further one twice as long. */
const LONGEST_PAUSE_MS = 4;
const PROMOTE_AT_ONCE = 1_000;

/**
 * Takes jobs for a session; see `JobQueue.claim`.
 *
 * Delayed jobs that are due are moved into the line when it has less than was asked for, so that nobody waits for the reaper.
 */
export async function claim(tools: ClaimTools, request: ClaimRequest): Promise<readonly ClaimedJob[]> {
  const { desk, routes } = tools;
  const { tenantId, sessionId, limit } = request;
  if (!isStoredId(sessionId)) throw queueErrors.QUEUE_SESSION_EXPIRED({ sessionId });
  const taken: PlacedJob[] = [];
  let looks = 0;
  let promotes = true;
  let isHungry = false;
  while (taken.length < limit) {
    const lanes = routes.servedBy(tenantId, request.environment, request.capabilities);
    const round = await desk.claim(tenantId, { sessionId, lanes, seats: limit - taken.length, isHungry });
    taken.push(...round.jobs);
    if (!round.live && taken.length === 0) throw queueErrors.QUEUE_SESSION_EXPIRED({ sessionId });
    if (!round.live || taken.length >= limit) break;
    if (await routes.learn(tenantId, round.newestRoute)) continue;
    if (round.putAside > 0) continue;
    if (round.due && promotes) {
      const { count, touched } = await promoteDueJobs(tools.database, tenantId, PROMOTE_AT_ONCE);
      await tools.admit(touched);
      promotes = count > 0;
      desk.rewind(tenantId);
      continue;
    }
    // The caller will come back for what has returned to the beginning of the line; what was found must not wait for it.
    if (taken.length > 0 && !round.hasMore) break;
    if (!round.isSweep && !isHungry) {
      isHungry = true;
      continue;
    }
    if (taken.length > 0 || !round.hasMore || ++looks >= MAX_CONTENDED_LOOKS) break;
    await pause(tools.dice() * LONGEST_PAUSE_MS * 2 ** (looks - 1));
  }
  return taken.length < 2 ? taken.map(({ job }) => job) : taken.toSorted(byUrgency).map(({ job }) => job);
}

/** What a claim works with. */
export interface ClaimTools {
  readonly database: Queryable;
  readonly desk: ExchangeDesk;
  readonly routes: RouteBook;
  readonly dice: () => number;
  readonly admit: Admit;
}

function byUrgency(a: PlacedJob, b: PlacedJob): number {
  return b.job.priority - a.job.priority || a.line - b.line;
}
