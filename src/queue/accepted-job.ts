import { z } from "zod";
import { isJsonObject } from "../core/json.ts";
import { queueErrors } from "./errors.ts";
import { type ConcurrencyRule, DEFAULT_RETRY, type EnqueueRequest, PRIORITY, type RetryPolicy } from "./job.ts";
import { encodeJson } from "./json-text.ts";
import type { DeadLetterFilter, JobFilter } from "./queue.ts";
import type { StatisticsWindow } from "./statistics.ts";
import { isStoredId } from "./stored-id.ts";

/** Jobs one `enqueue` takes … */
const MAX_BATCH = 10_000;
/** … and characters of payload; a statement has room for a few times more. */
const MAX_BATCH_TEXT = 67_108_864;
/** Labels a job may require. */
const MAX_REQUIRED = 100;
/** Labels a robot may offer. */
const MAX_OFFERED = 1_000;
const DEFAULT_ENVIRONMENT = "default";

/** A request that was checked, with every default filled in. */
export interface AcceptedJob {
  readonly kind: string;
  readonly payloadText: string;
  readonly priority: number;
  readonly runAt?: Date;
  readonly deadline?: Date;
  readonly retry: RetryPolicy;
  /** Sorted, each once. */
  readonly requires: readonly string[];
  readonly environment: string;
  readonly idempotencyKey?: string;
  readonly retryOf?: string;
  readonly concurrency?: Required<ConcurrencyRule>;
}

/** Text that a PostgreSQL `text` column takes, 1 to `max` characters. */
function shortText(max: number) {
  return z
    .string()
    .min(1)
    .max(max)
    .refine((text) => text.isWellFormed() && !text.includes("\u0000"), "must not hold U+0000 or half a character");
}

const label = shortText(100);
const environment = shortText(100);
const instant = z
  .date()
  .refine((at) => at.getTime() >= 0 && at.getUTCFullYear() <= 9_999, "must lie between the years 1970 and 9999");

const retrySchema = z.strictObject({
  maxAttempts: z.int().min(1).max(1_000).default(DEFAULT_RETRY.maxAttempts),
  baseMs: z.int().min(0).max(86_400_000).default(DEFAULT_RETRY.baseMs),
  factor: z.number().min(1).max(100).default(DEFAULT_RETRY.factor),
  capMs: z.int().min(0).max(604_800_000).default(DEFAULT_RETRY.capMs),
  jitter: z.number().min(0).max(1).default(DEFAULT_RETRY.jitter),
});

const concurrencySchema = z.strictObject({
  key: shortText(200),
  limit: z.int().min(1).max(100_000),
  onLimit: z.enum(["queue", "skip", "keep-latest", "cancel-oldest"]).default("queue"),
});

const requestSchema = z.strictObject({
  kind: shortText(200),
  payload: z.unknown(),
  priority: z.int().min(0).max(100).default(PRIORITY.normal),
  runAt: instant.optional(),
  deadline: instant.optional(),
  retry: retrySchema.optional(),
  requires: z.array(label).max(MAX_REQUIRED).default([]),
  environment: environment.default(DEFAULT_ENVIRONMENT),
  idempotencyKey: shortText(200).optional(),
  retryOf: z.string().refine(isStoredId, "must be the id of a job").optional(),
  concurrency: concurrencySchema.optional(),
});

/** Checks requests from outside. Rejects with QUEUE_INVALID for the first that is wrong: `requests.3.priority`. */
export function acceptJobs(requests: readonly EnqueueRequest[]): AcceptedJob[] {
  if (requests.length > MAX_BATCH) {
    throw queueErrors.QUEUE_INVALID({
      path: "requests",
      problem: `holds ${requests.length} jobs; send at most ${MAX_BATCH} at a time`,
    });
  }
  let last: { readonly request: EnqueueRequest; readonly terms: AcceptedTerms } | undefined;
  const accepted = requests.map((request, index) => {
    const name = `requests.${index}`;
    // Neighbours mostly differ in nothing but their payload, and checking the rest costs more than storing the job.
    if (last === undefined || !sameTerms(last.request, request)) last = { request, terms: acceptTerms(request, name) };
    return { ...last.terms, payloadText: encodeJson(`${name}.payload`, request.payload) };
  });
  const textLength = accepted.reduce((sum, job) => sum + job.payloadText.length, 0);
  if (textLength > MAX_BATCH_TEXT) {
    throw queueErrors.QUEUE_INVALID({
      path: "requests",
      problem: `hold ${textLength} characters of payload; send at most ${MAX_BATCH_TEXT} at a time`,
    });
  }
  return accepted;
}

/** All of a request but its payload. */
type AcceptedTerms = Omit<AcceptedJob, "payloadText">;

/** @param name how messages call the request. */
function acceptTerms(request: EnqueueRequest, name: string): AcceptedTerms {
  const { payload: _, requires, retry, ...rest } = parse(requestSchema, request, name);
  return { ...withoutUndefined(rest), requires: labelSet(requires), retry: retry ?? DEFAULT_RETRY };
}

/** True when all but the payload is the very same. */
function sameTerms(a: EnqueueRequest, b: EnqueueRequest): boolean {
  // What comes from outside may be anything.
  if (!isJsonObject(b)) return false;
  const keys = Object.keys(b) as (keyof EnqueueRequest)[];
  return (
    keys.length === Object.keys(a).length && keys.every((key) => key === "payload" || (key in a && a[key] === b[key]))
  );
}

const offerSchema = z.object({
  environment,
  capabilities: z.array(label).max(MAX_OFFERED),
  limit: z.int().min(1).max(1_000),
});

/** Checks what a claim says besides its session. Rejects with QUEUE_INVALID. */
export function checkClaim(request: {
  readonly environment: string;
  readonly capabilities: readonly string[];
  readonly limit: number;
}): void {
  parse(offerSchema, request, "claim");
}

const filterSchema = z.object({
  states: z
    .array(z.enum(["pending", "running", "waiting", "completed", "failed", "cancelled", "timed_out"]))
    .optional(),
  kind: shortText(200).optional(),
  robotId: shortText(200).optional(),
  environment: environment.optional(),
  createdFrom: instant.optional(),
  createdTo: instant.optional(),
  heldBy: z.enum(["time", "limit", "pause"]).optional(),
  concurrencyKey: shortText(200).optional(),
});

/** Checks a filter of jobs. Rejects with QUEUE_INVALID. */
export function checkFilter(filter: JobFilter): void {
  parse(filterSchema, filter, "filter");
}

const letterFilterSchema = z.object({
  kind: shortText(200).optional(),
  reason: z.enum(["exhausted", "permanent", "deadline"]).optional(),
  category: z.enum(["exhausted", "permanent", "deadline", "lost", "business"]).optional(),
  code: shortText(200).optional(),
  diedFrom: instant.optional(),
  diedTo: instant.optional(),
  requeued: z.boolean().optional(),
});

/** Checks a filter of dead letters. Rejects with QUEUE_INVALID. */
export function checkLetterFilter(filter: DeadLetterFilter): void {
  parse(letterFilterSchema, filter, "filter");
}

/** A concurrency rule with every default filled in. Rejects with QUEUE_INVALID. */
export function acceptRule(rule: ConcurrencyRule): Required<ConcurrencyRule> {
  return parse(concurrencySchema, rule, "concurrency");
}

const windowSchema = z
  .object({ from: instant, to: instant })
  .refine(({ from, to }) => from < to, { path: ["to"], message: "must be after from" });

/** Checks the window of figures. Rejects with QUEUE_INVALID. */
export function checkWindow(window: StatisticsWindow): void {
  parse(windowSchema, window, "window");
}

/** Checks the kind of a pause. Rejects with QUEUE_INVALID. */
export function checkKind(kind: string | undefined): void {
  if (kind !== undefined) parse(shortText(200), kind, "kind");
}

const sessionSchema = z.object({ robotId: shortText(200), leaseMs: z.int().min(1_000).max(86_400_000) });

/** Checks a session's robot and lease. Rejects with QUEUE_INVALID. */
export function checkSession(session: { readonly robotId: string; readonly leaseMs: number }): void {
  parse(sessionSchema, session, "session");
}

/** Checks the lease of a renewal. Rejects with QUEUE_INVALID. */
export function checkLeaseMs(leaseMs: number): void {
  parse(sessionSchema.pick({ leaseMs: true }), { leaseMs }, "renewal");
}

/** Labels sorted and each once, so that equal sets are equal lists. */
export function labelSet(labels: readonly string[]): readonly string[] {
  return labels.length < 2 ? labels : [...new Set(labels)].toSorted();
}

function parse<Schema extends z.ZodType>(schema: Schema, value: unknown, name: string): z.output<Schema> {
  const read = schema.safeParse(value);
  if (read.success) return read.data;
  const issue = read.error.issues[0];
  throw queueErrors.QUEUE_INVALID({
    path: [name, ...(issue?.path ?? [])].map(String).join("."),
    problem: issue?.message ?? "is not valid",
  });
}

type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> };

function withoutUndefined<T extends object>(value: T): Defined<T> {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined)) as Defined<T>;
}
