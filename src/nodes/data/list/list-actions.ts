import type { JsonValue } from "../../../core/json.ts";
import { asText, isTruthy } from "../../../execution/index.ts";
import { sameValue } from "../../compare-values.ts";
import { nodeErrors } from "../../errors.ts";
import { mapItems } from "./item-values.ts";
import { flattenItems } from "./list-flatten.ts";
import { REDUCE } from "./list-reduce.ts";
import { sortItems } from "./list-sort.ts";
import { uniqueItems } from "./list-unique.ts";

export const LIST_ACTIONS = [
  "Create List",
  "Get Item",
  "Length",
  "Contains",
  "Append",
  "Slice",
  "Sort",
  "Reverse",
  "Unique",
  "Filter",
  "Map",
  "Reduce",
  "Flatten",
  "Join",
] as const;

/** Parameters of the super node, and what its expressions need. */
export interface ListWork {
  readonly list: readonly JsonValue[];
  readonly created: readonly JsonValue[];
  readonly index: number;
  readonly item: JsonValue;
  readonly start: number | undefined;
  readonly end: number | undefined;
  readonly initial: JsonValue;
  readonly default_value: string;
  readonly negative_index: boolean;
  readonly step: number;
  readonly descending: boolean;
  readonly sort_key: string;
  readonly expression: string;
  readonly reduce_operation: "sum" | "product" | "min" | "max" | "concat" | "custom";
  readonly depth: number;
  readonly separator: string;
  readonly extend: boolean;
  readonly position: "end" | "start" | "index";
  readonly insert_index: number;
  readonly evaluate: (expression: string, names: Readonly<Record<string, JsonValue>>) => JsonValue;
  readonly signal: AbortSignal;
}

type Outputs = Readonly<Record<string, JsonValue>>;

/** What each action of the list super node gives out. */
export const DO_WITH_LIST: Readonly<
  Record<(typeof LIST_ACTIONS)[number], (work: ListWork) => Outputs | Promise<Outputs>>
> = {
  "Create List": ({ created }) => sized("list", created),
  "Get Item": getItem,
  Length: ({ list }) => ({ length: list.length, is_empty: list.length === 0 }),
  Contains({ list, item }) {
    const index = list.findIndex((each) => sameValue(each, item));
    return { contains: index >= 0, index, count: list.filter((each) => sameValue(each, item)).length };
  },
  Append: (work) => sized("list", inserted(work)),
  Slice: (work) => sized("slice", steppedSlice(work.list, work)),
  Sort: ({ list, sort_key: key, descending }) => sized("sorted", sortItems(list, key, descending)),
  Reverse: ({ list }) => sized("reversed", list.toReversed()),
  Unique({ list }) {
    const unique = uniqueItems(list);
    return { ...sized("unique", unique), duplicates_removed: list.length - unique.length };
  },
  async Filter(work) {
    const verdicts = await mapItems(work.list, work.signal, (item, index) => isTruthy(evaluated(work, item, index)));
    const rejected = work.list.filter((_, index) => !verdicts[index]);
    return {
      ...sized(
        "filtered",
        work.list.filter((_, index) => verdicts[index]),
      ),
      rejected,
    };
  },
  async Map(work) {
    return sized("mapped", await mapItems(work.list, work.signal, (item, index) => evaluated(work, item, index)));
  },
  Reduce: async (work) => ({ result: await reduced(work) }),
  Flatten: ({ list, depth }) => sized("flattened", flattenItems(list, depth < 0 ? Infinity : depth)),
  Join: ({ list, separator }) => ({ result: list.map(asText).join(separator) }),
};

function sized(name: string, list: readonly JsonValue[]): Outputs {
  return { [name]: list, length: list.length };
}

function getItem({ list, index, negative_index: mayCountBack, default_value: fallback }: ListWork): Outputs {
  const item = index < 0 && !mayCountBack ? undefined : list.at(index);
  return { item: item ?? (item === null || fallback === "" ? null : fallback), found: item !== undefined };
}

function inserted({ list, item, extend, position, insert_index: index }: ListWork): readonly JsonValue[] {
  const added: readonly JsonValue[] = extend && Array.isArray(item) ? item : [item];
  const place = { start: 0, end: list.length, index }[position];
  return list.toSpliced(place, 0, ...added);
}

/** `list[start:end:step]` of Python: a negative step walks backwards. */
export function steppedSlice(
  list: readonly JsonValue[],
  range: { readonly start: number | undefined; readonly end: number | undefined; readonly step: number },
): readonly JsonValue[] {
  const { step } = range;
  const isForward = step > 0;
  const [lowest, highest] = isForward ? [0, list.length] : [-1, list.length - 1];
  const bound = (given: number | undefined, absent: number): number => {
    if (given === undefined) return absent;
    const position = given < 0 ? given + list.length : given;
    return Math.min(Math.max(position, lowest), highest);
  };
  const start = bound(range.start, isForward ? 0 : highest);
  const end = bound(range.end, isForward ? highest : -1);
  const count = Math.max(0, Math.ceil((end - start) / step));
  return Array.from({ length: count }, (_, i) => list[start + i * step] ?? null);
}

/** The predecessor's expressions call the item x or item, and its index i or index. */
function evaluated(work: ListWork, item: JsonValue, index: number, more: Outputs = {}): JsonValue {
  if (work.expression.trim() === "") {
    throw nodeErrors.NODE_VALUE_INVALID({ parameter: "expression", reason: "is needed by this action" });
  }
  return work.evaluate(work.expression, { item, x: item, index, i: index, ...more });
}

async function reduced(work: ListWork): Promise<JsonValue> {
  const { list, initial, reduce_operation: operation } = work;
  if (operation === "custom") return customReduced(work);
  if (list.length === 0) return initial;
  if (operation === "concat") {
    return list.every((item) => typeof item === "string") ? list.join("") : flattenItems(list, 1);
  }
  const starts = operation === "sum" || operation === "product";
  return REDUCE[operation](starts && initial !== null ? [initial, ...list] : list);
}

async function customReduced(work: ListWork): Promise<JsonValue> {
  const [first = null, ...others] = work.list;
  let accumulator = work.initial ?? first;
  await mapItems(work.initial === null ? others : work.list, work.signal, (item, index) => {
    accumulator = evaluated(work, item, index, { acc: accumulator, accumulator });
  });
  return accumulator;
}
