import { z } from "zod";
import { isJsonObject, type JsonObject } from "../../core/json.ts";
import { workItemErrors } from "./errors.ts";
import { encodeItemJson } from "./item-json.ts";
import { compileItemSchema } from "./item-schema.ts";
import { DEFAULT_ITEM_RETRY, type RetryRules, type StartRule, type WorkQueueDraft } from "./work-queue.ts";

/** A draft that was checked, with every default filled in. */
export interface AcceptedQueue {
  readonly name: string;
  readonly description: string;
  readonly itemSchema?: JsonObject;
  readonly uniqueReference: boolean;
  readonly defaultPriority: number;
  readonly retry: RetryRules;
  readonly retentionDays: number;
  readonly startRule?: StartRule;
}

const MAX_DELAY_MS = 30 * 86_400_000;

const uuid = z.uuid();

/** Text that a PostgreSQL column takes. */
export function storedText(min: number, max: number) {
  return z
    .string()
    .min(min)
    .max(max)
    .refine((text) => text.isWellFormed() && !text.includes("\u0000"), "must not hold U+0000 or half a character");
}

export const priority = z.int().min(0).max(100);
const object = z.custom<JsonObject>(isJsonObject, "must be an object");

function retryRule(standard: { readonly maxRetries: number; readonly delayMs: number }) {
  return z
    .strictObject({
      maxRetries: z.int().min(0).max(1_000).default(standard.maxRetries),
      delayMs: z.int().min(0).max(MAX_DELAY_MS).default(standard.delayMs),
    })
    .default(standard);
}

const draftSchema = z.strictObject({
  name: storedText(1, 200)
    .refine((name) => name.trim() === name, "must not begin or end with white space")
    .refine((name) => !uuid.safeParse(name).success, "must not look like an id"),
  description: storedText(0, 10_000).default(""),
  itemSchema: object.optional(),
  uniqueReference: z.boolean().default(false),
  defaultPriority: priority.default(50),
  retry: z
    .strictObject({
      application: retryRule(DEFAULT_ITEM_RETRY.application),
      business: retryRule(DEFAULT_ITEM_RETRY.business),
      maxAttempts: z.int().min(1).max(1_000).default(DEFAULT_ITEM_RETRY.maxAttempts),
    })
    .default(DEFAULT_ITEM_RETRY),
  retentionDays: z.int().min(1).max(3_650).default(30),
  startRule: z
    .strictObject({
      workflowId: z.uuid("must be the id of a workflow"),
      itemsPerJob: z.int().min(1).max(100_000),
      maxJobs: z.int().min(1).max(1_000),
      variables: object.optional(),
      environment: storedText(1, 100).optional(),
      priority: priority.optional(),
    })
    .optional(),
});

/** Checks a queue from outside. Throws WORK_QUEUE_INVALID for the first thing that is wrong. */
export function acceptQueue(draft: WorkQueueDraft): AcceptedQueue {
  const read = draftSchema.safeParse(draft);
  if (!read.success) {
    const [issue] = read.error.issues;
    throw invalid(issue?.path.map(String).join(".") || "queue", issue?.message ?? "is not valid");
  }
  const { itemSchema, startRule, ...settings } = read.data;
  return {
    ...settings,
    ...(itemSchema !== undefined && { itemSchema: acceptSchema(itemSchema) }),
    ...(startRule !== undefined && { startRule: acceptRule(startRule) }),
  };
}

function acceptSchema(schema: JsonObject): JsonObject {
  const stored = plainObject("itemSchema", schema);
  compileItemSchema(stored);
  return stored;
}

function acceptRule({
  variables,
  environment,
  priority: urgency,
  ...rule
}: NonNullable<z.output<typeof draftSchema>["startRule"]>): StartRule {
  return {
    ...rule,
    ...(variables !== undefined && { variables: plainObject("startRule.variables", variables) }),
    ...(environment !== undefined && { environment }),
    ...(urgency !== undefined && { priority: urgency }),
  };
}

/** A copy that can be stored. */
function plainObject(name: string, value: JsonObject): JsonObject {
  const encoded = encodeItemJson(value);
  if (encoded.kind === "problem") throw invalid([name, ...encoded.path].join("."), encoded.message);
  return JSON.parse(encoded.text) as JsonObject;
}

function invalid(path: string, problem: string): Error {
  return workItemErrors.WORK_QUEUE_INVALID({ path: path.slice(0, 200), problem });
}
