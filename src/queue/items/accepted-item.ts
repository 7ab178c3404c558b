import { z } from "zod";
import { newId } from "../../core/ids.ts";
import { type JsonObject, storableText } from "../../core/json.ts";
import { priority, storedText } from "./accepted-queue.ts";
import { type ItemProblem, workItemErrors } from "./errors.ts";
import { encodeItemJson } from "./item-json.ts";
import { compileItemSchema, type ItemSchema } from "./item-schema.ts";
import type { WorkItemChange, WorkItemDraft, WorkItemException } from "./work-item.ts";
import type { WorkQueue } from "./work-queue.ts";

/** Items one call takes … */
const MAX_BATCH = 10_000;
/** … and characters of their data. */
const MAX_BATCH_TEXT = 67_108_864;
const MAX_PATH = 200;

/** An item that was checked, with every default filled in. */
export interface AcceptedItem {
  readonly id: string;
  readonly dataText: string;
  readonly reference?: string;
  readonly priority: number;
  readonly deadline?: Date;
  readonly postponeUntil?: Date;
}

/** One item of a batch, or why it cannot be added. */
export type JudgedItem =
  | { readonly kind: "accepted"; readonly item: AcceptedItem }
  | { readonly kind: "refused"; readonly problem: ItemProblem };

const instant = z
  .date()
  .refine((at) => at.getTime() >= 0 && at.getUTCFullYear() <= 9_999, "must lie between the years 1970 and 9999");
const reference = storedText(1, 200);

const draftSchema = z.strictObject({
  id: z.uuid("must be a UUID").optional(),
  data: z.unknown().optional(),
  reference: reference.optional(),
  priority: priority.optional(),
  deadline: instant.optional(),
  postponeUntil: instant.optional(),
});

/** Checks a batch of items for a queue, one by one. Rejects the whole batch with WORK_ITEM_INVALID when it is too large. */
export function judgeItems(queue: WorkQueue, drafts: readonly WorkItemDraft[]): readonly JudgedItem[] {
  if (drafts.length > MAX_BATCH) {
    throw invalid("items", `holds ${drafts.length} items; send at most ${MAX_BATCH} at a time`);
  }
  const schema = queue.itemSchema && compileItemSchema(queue.itemSchema);
  const references = new Set<string>();
  let textLength = 0;
  return drafts.map((draft, index): JudgedItem => {
    const judged = judgeItem(queue, schema, draft);
    if (judged.kind === "refused") return { kind: "refused", problem: within(`items.${index}`, judged.problem) };
    textLength += judged.item.dataText.length;
    if (textLength > MAX_BATCH_TEXT) {
      throw invalid("items", `hold more than ${MAX_BATCH_TEXT} characters of data; send fewer at a time`);
    }
    const { reference: name } = judged.item;
    if (queue.uniqueReference && name !== undefined) {
      if (references.has(name)) return { kind: "refused", problem: referenceTaken(`items.${index}.reference`) };
      references.add(name);
    }
    return judged;
  });
}

function judgeItem(queue: WorkQueue, schema: ItemSchema | undefined, draft: WorkItemDraft): JudgedItem {
  const read = draftSchema.safeParse(draft);
  if (!read.success) {
    const [issue] = read.error.issues;
    return refused(issue?.path.map(String).join(".") ?? "", issue?.message ?? "is not valid");
  }
  const {
    id = newId(),
    priority: urgency = queue.defaultPriority,
    reference: name,
    deadline,
    postponeUntil,
  } = read.data;
  const data = judgeData(schema, read.data.data ?? {});
  if (data.kind === "refused") return data;
  if (queue.uniqueReference && name === undefined) return refused("reference", "is required in this queue");
  if (deadline && postponeUntil && deadline <= postponeUntil) return refused("deadline", "lies before postponeUntil");
  return {
    kind: "accepted",
    item: {
      id: id.toLowerCase(),
      dataText: data.text,
      priority: urgency,
      ...(name !== undefined && { reference: name }),
      ...(deadline && { deadline }),
      ...(postponeUntil && { postponeUntil }),
    },
  };
}

type JudgedData = { readonly kind: "text"; readonly text: string } | Extract<JudgedItem, { kind: "refused" }>;

function judgeData(schema: ItemSchema | undefined, data: unknown): JudgedData {
  const encoded = encodeItemJson(data);
  if (encoded.kind === "problem") return refused(["data", ...encoded.path].join("."), encoded.message);
  const [issue] = schema?.(JSON.parse(encoded.text) as JsonObject) ?? [];
  return issue === undefined ? encoded : refused(["data", ...issue.path].join("."), issue.message);
}

const changeSchema = z.strictObject({
  data: z.unknown().optional(),
  reference: reference.nullish(),
  priority: priority.optional(),
  deadline: instant.nullish(),
  postponeUntil: instant.nullish(),
});

/** A change of a waiting item that was checked. */
export interface AcceptedChange extends Omit<WorkItemChange, "data"> {
  readonly dataText?: string;
}

/** Checks a change from outside. Throws WORK_ITEM_INVALID. */
export function acceptChange(queue: WorkQueue, change: WorkItemChange): AcceptedChange {
  const { data, ...rest } = parse(changeSchema, change, "");
  if (queue.uniqueReference && rest.reference === null) throw invalid("reference", "is required in this queue");
  const given: AcceptedChange = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
  if (data === undefined) return given;
  const judged = judgeData(queue.itemSchema && compileItemSchema(queue.itemSchema), data);
  if (judged.kind === "refused") throw invalid(judged.problem.path, judged.problem.message);
  return { ...given, dataText: judged.text };
}

const reviewSchema = z.object({ reviewer: storedText(1, 200), note: storedText(0, 2_000).optional() });

/** Checks who says what of an item. Throws WORK_ITEM_INVALID. */
export function checkReview(review: { readonly reviewer: string; readonly note?: string }): void {
  parse(reviewSchema, review, "review");
}

const holderSchema = z.object({
  jobId: z.string().refine(isJobId, "must be a job id"),
  attempt: z.int().min(1).max(2_147_483_647),
});

/** True for the decimal text of a positive bigint, as job ids are. */
export function isJobId(text: string): boolean {
  return /^[1-9]\d{0,18}$/.test(text) && BigInt(text) <= 9_223_372_036_854_775_807n;
}

const takeSchema = z.object({ holder: holderSchema, requestId: storedText(1, 64).optional() });

/** Checks who wants an item. Throws WORK_ITEM_INVALID. */
export function checkTake(request: z.input<typeof takeSchema>): void {
  parse(takeSchema, request, "take");
}

const filterSchema = z.object({
  reference: reference.optional(),
  createdFrom: instant.optional(),
  createdTo: instant.optional(),
});

/** Checks a filter of items. Throws WORK_ITEM_INVALID. */
export function checkItemFilter(filter: object): void {
  parse(filterSchema, filter, "filter");
}

/** JSON text of a successful attempt's outputs. Throws WORK_ITEM_INVALID. */
export function encodeOutputs(outputs: JsonObject | undefined): string | undefined {
  if (outputs === undefined) return undefined;
  const encoded = encodeItemJson(outputs);
  if (encoded.kind === "problem") throw invalid(["outputs", ...encoded.path].join("."), encoded.message);
  return encoded.text;
}

/** An exception in the form in which it is kept. Never throws: one that cannot be recorded would keep its item in progress. */
export function storableException({ type, code, message }: WorkItemException): WorkItemException {
  return {
    type,
    code: storableText(code.slice(0, 128)) || "UNKNOWN",
    message: storableText(message.slice(0, 16_384)),
  };
}

/** The exception of an attempt that ended without a word. */
export function abandonment(holder: { readonly jobId: string; readonly attempt: number }): WorkItemException {
  const { code, message } = workItemErrors.WORK_ITEM_ABANDONED(holder);
  return { type: "application", code, message };
}

/** What an attempt says of itself, cut and without what PostgreSQL cannot store. */
export function storableProgress(progress: string): string {
  return storableText(progress.slice(0, 500));
}

export function referenceTaken(path: string): ItemProblem {
  const { code, message } = workItemErrors.WORK_ITEM_REFERENCE_TAKEN({ path });
  return { path, message, code };
}

function parse<Schema extends z.ZodType>(schema: Schema, value: unknown, name: string): z.output<Schema> {
  const read = schema.safeParse(value);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  const path = [name, ...(issue?.path ?? []).map(String)].filter((part) => part !== "").join(".");
  throw invalid(path, issue?.message ?? "is not valid");
}

function refused(path: string, message: string): Extract<JudgedItem, { kind: "refused" }> {
  return { kind: "refused", problem: { path, message, code: "WORK_ITEM_INVALID" } };
}

function within(place: string, problem: ItemProblem): ItemProblem {
  return {
    ...problem,
    path: [place, problem.path]
      .filter((part) => part !== "")
      .join(".")
      .slice(0, MAX_PATH),
  };
}

function invalid(path: string, problem: string): Error {
  return workItemErrors.WORK_ITEM_INVALID({ path: path.slice(0, MAX_PATH), problem });
}
