import type { TenantId } from "../../core/ids.ts";
import type { JsonObject } from "../../core/json.ts";

/** What follows exceptions of one type. */
export interface RetryRule {
  /** Attempts that may follow an exception of this type; 0: none. */
  readonly maxRetries: number;
  /** Milliseconds before the next attempt may begin. */
  readonly delayMs: number;
}

/**
 * When an item is tried again. `application`: something did not work (a site was down, a job died); `business`: the item
 * itself is wrong, and trying again does not make it right.
 */
export interface RetryRules {
  readonly application: RetryRule;
  readonly business: RetryRule;
  /** Attempts at one item in all, whatever they ended with. */
  readonly maxAttempts: number;
}

/** The rules of queues that bring none: three more attempts after application exceptions, none after business exceptions. */
export const DEFAULT_ITEM_RETRY: RetryRules = {
  application: { maxRetries: 3, delayMs: 60_000 },
  business: { maxRetries: 0, delayMs: 60_000 },
  maxAttempts: 10,
};

/** Which jobs are started for items that wait. */
export interface StartRule {
  readonly workflowId: string;
  /** A job for each so many open items, started while some wait; a rest counts as so many. */
  readonly itemsPerJob: number;
  /** Jobs of this rule that may wait or run at the same time. */
  readonly maxJobs: number;
  /** Values for the workflow's variables. */
  readonly variables?: JsonObject;
  /** As for jobs; default "default". */
  readonly environment?: string;
  /** Of the jobs, 0–100; default 50. */
  readonly priority?: number;
}

/** A queue to be made, or what an edit makes of one; what is left out gets its default. */
export interface WorkQueueDraft {
  /** Unique within the tenant; 1–200 characters, no UUID. */
  readonly name: string;
  readonly description?: string;
  /** What the data of items must look like: the part of JSON Schema that `compileItemSchema` names. Default any object. */
  readonly itemSchema?: JsonObject;
  /** Every item needs a reference that no other one has, deleted ones aside. Cannot be changed later; default false. */
  readonly uniqueReference?: boolean;
  /** 0–100, default 50. */
  readonly defaultPriority?: number;
  readonly retry?: {
    readonly application?: Partial<RetryRule>;
    readonly business?: Partial<RetryRule>;
    readonly maxAttempts?: number;
  };
  /** Items that ended so long ago are deleted; 1–3 650, default 30. */
  readonly retentionDays?: number;
  /** Starts jobs for waiting items; default none. */
  readonly startRule?: StartRule;
}

/** A named queue of items within a tenant. */
export interface WorkQueue {
  readonly id: string;
  readonly tenantId: TenantId;
  readonly name: string;
  readonly description: string;
  /** 1-based, counts up with every edit. */
  readonly version: number;
  readonly itemSchema?: JsonObject;
  readonly uniqueReference: boolean;
  readonly defaultPriority: number;
  readonly retry: RetryRules;
  readonly retentionDays: number;
  readonly startRule?: StartRule;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** Figures of one queue. */
export interface WorkQueueStats {
  readonly counts: Readonly<
    Record<"new" | "in_progress" | "successful" | "failed" | "abandoned" | "retried" | "deleted", number>
  >;
  /** Waiting items that may be taken now. */
  readonly due: number;
  /** Waiting items whose time has not come. */
  readonly postponed: number;
  /** Milliseconds from taking an item to its success, on average, of items that succeeded since `since`; absent: none did. */
  readonly averageHandlingMs?: number;
  /** Milliseconds since the oldest item that nobody has taken yet was added; absent: there is none. */
  readonly oldestNewMs?: number;
  /** Items whose deadline has passed while they were open, and items that ended after it since `since`. */
  readonly deadlineMisses: number;
  readonly since: Date;
}
