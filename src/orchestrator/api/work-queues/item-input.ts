import type { z } from "zod";
import { type workItemChange, workItemInput } from "../../../contracts/index.ts";
import { PRIORITY } from "../../../queue/index.ts";
import type { AddOutcome, ItemProblem, WorkItemChange, WorkItemDraft } from "../../../queue/items/index.ts";

type Priority = number | keyof typeof PRIORITY;

const urgencyOf = (priority: Priority): number => (typeof priority === "string" ? PRIORITY[priority] : priority);

/** What goes into a queue for an item as the outside writes it. */
export function toItemDraft(input: z.output<typeof workItemInput>): WorkItemDraft {
  const { id, data, reference, priority, deadline, postponeUntil } = input;
  return {
    data,
    ...(id !== undefined && { id }),
    ...(reference !== undefined && { reference }),
    ...(priority !== undefined && { priority: urgencyOf(priority) }),
    ...(deadline !== undefined && { deadline: new Date(deadline) }),
    ...(postponeUntil !== undefined && { postponeUntil: new Date(postponeUntil) }),
  };
}

export function toItemChange(input: z.output<typeof workItemChange>): WorkItemChange {
  const { data, reference, priority, deadline, postponeUntil } = input;
  return {
    ...(data !== undefined && { data }),
    ...(reference !== undefined && { reference }),
    ...(priority !== undefined && { priority: urgencyOf(priority) }),
    ...(deadline !== undefined && { deadline: instantOf(deadline) }),
    ...(postponeUntil !== undefined && { postponeUntil: instantOf(postponeUntil) }),
  };
}

export function instantOf(text: string | null): Date | null {
  return text === null ? null : new Date(text);
}

/** The items of a list that can be read, and what is wrong with the others. */
export interface ReadItems {
  readonly drafts: readonly WorkItemDraft[];
  /** Place of each draft in the list. */
  readonly places: readonly number[];
  /** By place in the list. */
  readonly problems: ReadonlyMap<number, ItemProblem>;
}

export function readItems(items: readonly unknown[]): ReadItems {
  const drafts: WorkItemDraft[] = [];
  const places: number[] = [];
  const problems = new Map<number, ItemProblem>();
  for (const [place, item] of items.entries()) {
    const read = workItemInput.safeParse(item);
    if (read.success) {
      drafts.push(toItemDraft(read.data));
      places.push(place);
      continue;
    }
    const [issue] = read.error.issues;
    const path = ["items", place, ...(issue?.path ?? [])].map(String).join(".");
    problems.set(place, { path, message: issue?.message ?? "is not valid", code: "WORK_ITEM_INVALID" });
  }
  return { drafts, places, problems };
}

/** What became of every item of a list: of those that could be read the store's word, with their place in the list. */
export function mergeOutcomes(count: number, read: ReadItems, outcomes: readonly AddOutcome[]): readonly AddOutcome[] {
  const byPlace = new Map(read.places.map((place, index) => [place, outcomes[index]]));
  return Array.from({ length: count }, (_, place): AddOutcome => {
    const outcome = byPlace.get(place);
    if (outcome?.kind === "added") return outcome;
    const own = outcome?.problem ?? read.problems.get(place);
    const problem = own ?? { path: `items.${place}`, message: "is not valid", code: "WORK_ITEM_INVALID" };
    return { kind: "refused", problem: { ...problem, path: problem.path.replace(/^items\.\d+/, `items.${place}`) } };
  });
}
