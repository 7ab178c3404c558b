import type { Clock } from "../../core/clock.ts";
import { messageOf } from "../../core/errors.ts";
import type { TenantId } from "../../core/ids.ts";
import type { EventRepository, WorkflowRepository } from "../../persistence/index.ts";
import type { JobQueue } from "../../queue/index.ts";
import type { ItemHolder, TenantHolder, WorkItemStore } from "../../queue/items/index.ts";
import type { OrchestratorLog } from "../log.ts";
import { carryOut, type StartParts } from "./carry-out-starts.ts";
import { createCoalescer } from "./coalescer.ts";

/** What ties work items to jobs. */
export interface WorkDesk {
  readonly store: WorkItemStore;
  /**
   * Items of the queue may be there to be taken: starts jobs by the queue's rule, at once. Never rejects: the items are
   * there, and a pass makes up for what failed.
   */
  consider(tenantId: TenantId, queueId: string): Promise<void>;
  /** An attempt at a job has ended, however: its items are given to others, and its place to another job. Never rejects. */
  attemptEnded(tenantId: TenantId, attempt: ItemHolder): Promise<void>;
  /** Does what nobody has told of: holders and started jobs that ended unseen, items that became due, retention. */
  pass(): Promise<void>;
}

/** What the desk works with; all of it belongs to the caller. */
export interface WorkDeskParts {
  readonly store: WorkItemStore;
  readonly queue: Pick<JobQueue, "enqueue" | "get">;
  readonly workflows: Pick<WorkflowRepository, "summarize">;
  readonly events: Pick<EventRepository, "append">;
  readonly clock: Clock;
  readonly log: OrchestratorLog;
}

/** Items that go with one pass for their age. */
const PRUNED_PER_PASS = 1_000;
/** A start without a job that is younger than this is being carried out at this moment, milliseconds. */
const START_GRACE_MS = 10_000;

/** Ties the store to the queue of jobs. Keeps nothing that another replica would miss; nothing to close. */
export function createWorkDesk(parts: WorkDeskParts): WorkDesk {
  const { store, log } = parts;
  const coalesced = createCoalescer();

  const consider = (tenantId: TenantId, queueId: string): Promise<void> =>
    coalesced(`${tenantId}/${queueId}`, async () => {
      try {
        await startJobs(parts, tenantId, queueId);
      } catch (error) {
        log.warn({ tenantId, queueId, problem: messageOf(error) }, "jobs for work items not started");
      }
    });

  /** @param attempt one that does not run any more. */
  async function end(tenantId: TenantId, attempt: ItemHolder): Promise<void> {
    const abandoned = await store.endHolder(tenantId, attempt);
    for (const { itemId, state } of abandoned) {
      log.warn({ tenantId, itemId, state, jobId: attempt.jobId, attempt: attempt.attempt }, "work item left behind");
    }
    const queues = new Set(abandoned.filter(({ state }) => state === "retried").map(({ queueId }) => queueId));
    const start = await store.startOf(tenantId, attempt.jobId);
    if (start !== undefined && (await hasEnded(parts, tenantId, attempt.jobId))) {
      await store.forgetStart(start);
      queues.add(start.queueId);
    }
    for (const queueId of queues) await consider(tenantId, queueId);
  }

  async function attemptEnded(tenantId: TenantId, attempt: ItemHolder): Promise<void> {
    try {
      await end(tenantId, attempt);
    } catch (error) {
      log.warn({ tenantId, jobId: attempt.jobId, problem: messageOf(error) }, "work items of a job not seen to");
    }
  }

  /** A queue that makes trouble must not keep the others from their turn. */
  async function revise(tenantId: TenantId, queueId: string): Promise<void> {
    try {
      await reviseStarts(parts, tenantId, queueId);
    } catch (error) {
      log.warn({ tenantId, queueId, problem: messageOf(error) }, "started jobs of a work queue not looked at");
    }
    await consider(tenantId, queueId);
  }

  return {
    store,
    consider,
    attemptEnded,
    async pass() {
      for await (const holder of allHolders(store)) {
        if (!(await isRunning(parts, holder))) await attemptEnded(holder.tenantId, holder);
      }
      for (const { tenantId, queueId } of await store.startingQueues()) await revise(tenantId, queueId);
      await store.prune(PRUNED_PER_PASS);
    },
  };
}

async function startJobs(parts: StartParts & WorkDeskParts, tenantId: TenantId, queueId: string): Promise<void> {
  const planned = await parts.store.planStarts(tenantId, queueId);
  if (planned !== undefined && planned.starts.length > 0) await carryOut(parts, planned.rule, planned.starts);
}

/** Forgets starts whose jobs have ended, and carries out those that were decided by a process which did not live to do it. */
async function reviseStarts(parts: WorkDeskParts, tenantId: TenantId, queueId: string): Promise<void> {
  const rule = (await parts.store.findQueue(tenantId, queueId))?.startRule;
  const dueBefore = parts.clock.now().getTime() - START_GRACE_MS;
  for (const start of await parts.store.openStarts(tenantId, queueId)) {
    if (start.jobId === undefined) {
      if (rule !== undefined && start.plannedAt.getTime() < dueBefore) await carryOut(parts, rule, [start]);
    } else if (await hasEnded(parts, tenantId, start.jobId)) {
      await parts.store.forgetStart(start);
    }
  }
}

const OPEN: ReadonlySet<string> = new Set(["pending", "running", "waiting"]);

/** A job that is not known any more has ended long ago. */
async function hasEnded({ queue }: WorkDeskParts, tenantId: TenantId, jobId: string): Promise<boolean> {
  const job = await queue.get(tenantId, jobId);
  return job === undefined || !OPEN.has(job.state);
}

async function isRunning({ queue }: WorkDeskParts, { tenantId, jobId, attempt }: TenantHolder): Promise<boolean> {
  const job = await queue.get(tenantId, jobId);
  return job?.state === "running" && job.attempt === attempt;
}

async function* allHolders(store: WorkItemStore): AsyncGenerator<TenantHolder, void, void> {
  let last: TenantHolder | undefined;
  do {
    const page = await store.holders(last);
    yield* page;
    last = page.at(-1);
  } while (last !== undefined);
}
