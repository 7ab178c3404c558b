import type { AnyNode } from "../../execution/index.ts";
import { dataCompareNode } from "./data-compare.ts";
import { createDictNode } from "./dict/create-dict.ts";
import { dictGetNode } from "./dict/dict-get.ts";
import { dictHasKeyNode } from "./dict/dict-has-key.ts";
import { dictItemsNode } from "./dict/dict-items.ts";
import { dictKeysNode } from "./dict/dict-keys.ts";
import { dictMergeNode } from "./dict/dict-merge.ts";
import { dictRemoveNode } from "./dict/dict-remove.ts";
import { dictSetNode } from "./dict/dict-set.ts";
import { dictSuperNode } from "./dict/dict-super.ts";
import { dictValuesNode } from "./dict/dict-values.ts";
import { getPropertyNode } from "./dict/get-property.ts";
import { dictToJsonNode } from "./json/dict-to-json.ts";
import { jsonParseNode } from "./json/json-parse.ts";
import { createListNode } from "./list/create-list.ts";
import { listAppendNode } from "./list/list-append.ts";
import { listContainsNode } from "./list/list-contains.ts";
import { listFilterNode } from "./list/list-filter.ts";
import { listFlattenNode } from "./list/list-flatten.ts";
import { listGetItemNode } from "./list/list-get-item.ts";
import { listJoinNode } from "./list/list-join.ts";
import { listLengthNode } from "./list/list-length.ts";
import { listMapNode } from "./list/list-map.ts";
import { listReduceNode } from "./list/list-reduce.ts";
import { listReverseNode } from "./list/list-reverse.ts";
import { listSliceNode } from "./list/list-slice.ts";
import { listSortNode } from "./list/list-sort.ts";
import { listSuperNode } from "./list/list-super.ts";
import { listUniqueNode } from "./list/list-unique.ts";
import { comparisonNode } from "./math/comparison.ts";
import { mathOperationNode } from "./math/math-operation.ts";
import { concatenateNode } from "./string/concatenate.ts";
import { filterBySimilarityNode } from "./string/filter-by-similarity.ts";
import { formatStringNode } from "./string/format-string.ts";
import { fuzzyStringMatchNode } from "./string/fuzzy-string-match.ts";
import { regexMatchNode } from "./string/regex-match.ts";
import { regexReplaceNode } from "./string/regex-replace.ts";

export const dataNodes: readonly AnyNode[] = [
  mathOperationNode,
  comparisonNode,
  concatenateNode,
  formatStringNode,
  regexMatchNode,
  regexReplaceNode,
  fuzzyStringMatchNode,
  filterBySimilarityNode,
  createListNode,
  listGetItemNode,
  listLengthNode,
  listAppendNode,
  listContainsNode,
  listSliceNode,
  listJoinNode,
  listSortNode,
  listReverseNode,
  listUniqueNode,
  listFilterNode,
  listMapNode,
  listReduceNode,
  listFlattenNode,
  createDictNode,
  dictGetNode,
  dictSetNode,
  dictRemoveNode,
  dictMergeNode,
  dictKeysNode,
  dictValuesNode,
  dictHasKeyNode,
  dictItemsNode,
  getPropertyNode,
  jsonParseNode,
  dictToJsonNode,
  dataCompareNode,
  listSuperNode,
  dictSuperNode,
];
