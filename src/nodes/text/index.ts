import type { AnyNode } from "../../execution/index.ts";
import { textCaseNode } from "./text-case.ts";
import { textContainsNode } from "./text-contains.ts";
import { textCountNode } from "./text-count.ts";
import { textEndsWithNode } from "./text-ends-with.ts";
import { textExtractNode } from "./text-extract.ts";
import { textJoinNode } from "./text-join.ts";
import { textLinesNode } from "./text-lines.ts";
import { textPadNode } from "./text-pad.ts";
import { textReplaceNode } from "./text-replace.ts";
import { textReverseNode } from "./text-reverse.ts";
import { textSplitNode } from "./text-split.ts";
import { textStartsWithNode } from "./text-starts-with.ts";
import { textSubstringNode } from "./text-substring.ts";
import { textTrimNode } from "./text-trim.ts";

export const textNodes: readonly AnyNode[] = [
  textSplitNode,
  textReplaceNode,
  textTrimNode,
  textCaseNode,
  textPadNode,
  textReverseNode,
  textLinesNode,
  textSubstringNode,
  textContainsNode,
  textStartsWithNode,
  textEndsWithNode,
  textExtractNode,
  textCountNode,
  textJoinNode,
];
