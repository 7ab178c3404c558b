import type { AnyNode } from "../../execution/index.ts";
import { dateTimeAddNode } from "./date-time/date-time-add.ts";
import { dateTimeCompareNode } from "./date-time/date-time-compare.ts";
import { dateTimeDiffNode } from "./date-time/date-time-diff.ts";
import { formatDateTimeNode } from "./date-time/format-date-time.ts";
import { getCurrentDateTimeNode } from "./date-time/get-current-date-time.ts";
import { getTimestampNode } from "./date-time/get-timestamp.ts";
import { parseDateTimeNode } from "./date-time/parse-date-time.ts";
import { logNode } from "./log.ts";
import { randomChoiceNode } from "./random-choice.ts";
import { randomNumberNode } from "./random-number.ts";
import { randomStringNode } from "./random-string.ts";
import { randomUuidNode } from "./random-uuid.ts";
import { rerouteNode } from "./reroute.ts";
import { shuffleListNode } from "./shuffle-list.ts";
import { transformNode } from "./transform.ts";
import { validateNode } from "./validate.ts";

export const utilityNodes: readonly AnyNode[] = [
  rerouteNode,
  validateNode,
  transformNode,
  logNode,
  randomNumberNode,
  randomChoiceNode,
  randomStringNode,
  randomUuidNode,
  shuffleListNode,
  getCurrentDateTimeNode,
  formatDateTimeNode,
  parseDateTimeNode,
  dateTimeAddNode,
  dateTimeDiffNode,
  dateTimeCompareNode,
  getTimestampNode,
];
