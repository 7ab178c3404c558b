import type { TenantId } from "../../core/ids.ts";
import { type AcceptedJob, acceptJobs } from "../accepted-job.ts";
import type { EnqueueOutcome, EnqueueRequest } from "../job.ts";
import { coalesce } from "./coalesce.ts";

/** Takes in the jobs of many callers with few commits. */
export interface EnqueueDesk {
  /** Resolves once the caller's jobs are durable. Rejects with QUEUE_INVALID for this caller alone. */
  enqueue(tenantId: TenantId, requests: readonly EnqueueRequest[]): Promise<readonly EnqueueOutcome[]>;
  /** Waits until everything handed in so far is settled. */
  drain(): Promise<void>;
}

interface Call {
  readonly jobs: readonly AcceptedJob[];
  readonly resolve: (outcomes: readonly EnqueueOutcome[]) => void;
  readonly reject: (error: unknown) => void;
}

type Store = (tenantId: TenantId, jobs: readonly AcceptedJob[]) => Promise<readonly EnqueueOutcome[]>;

/** Jobs per commit, unless one caller has more. */
const MAX_BATCH = 1_000;

/** @param store stores jobs, all or none, and answers for each in order. */
export function createEnqueueDesk(store: Store): EnqueueDesk {
  const calls = coalesce<Call>({ takeBatch: takeCalls, send: (tenantId, batch) => storeAll(store, tenantId, batch) });
  return {
    async enqueue(tenantId, requests) {
      const jobs = acceptJobs(requests);
      if (jobs.length === 0) return [];
      return new Promise((resolve, reject) => calls.hand(tenantId, { jobs, resolve, reject }));
    },
    drain: () => calls.drain(),
  };
}

function takeCalls(waiting: Call[]): Call[] {
  let size = 0;
  let count = 0;
  for (const { jobs } of waiting) {
    if (count > 0 && size + jobs.length > MAX_BATCH) break;
    size += jobs.length;
    count++;
  }
  return waiting.splice(0, count);
}

async function storeAll(store: Store, tenantId: TenantId, batch: readonly Call[]): Promise<void> {
  try {
    const outcomes = await store(
      tenantId,
      batch.flatMap((call) => call.jobs),
    );
    let next = 0;
    for (const { jobs, resolve } of batch) {
      resolve(outcomes.slice(next, next + jobs.length));
      next += jobs.length;
    }
  } catch (error) {
    for (const { reject } of batch) reject(error);
  }
}
