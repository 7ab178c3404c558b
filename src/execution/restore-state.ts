import { z } from "zod";
import { isJsonObject, type JsonValue } from "../core/json.ts";
import { executionErrors } from "./errors.ts";
import type { PlainJson } from "./plain-json.ts";
import type { Plan } from "./plan.ts";
import type { FlowState, Frame, RunState } from "./run-state.ts";

const ids = z.array(z.string());
const index = z.int().min(0);
const json = z.custom<JsonValue>((value) => value !== undefined);
const dict = z.custom<Readonly<Record<string, never>>>(isJsonObject);
const position = { queue: ids, done: ids };
const runError = z.object({
  code: z.string(),
  message: z.string(),
  node: z.string().optional(),
  port: z.string().optional(),
  retryable: z.boolean(),
});

const unwinding = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("throw"), error: runError }),
  z.object({ kind: z.literal("break"), loop: z.string() }),
  z.object({ kind: z.literal("continue"), loop: z.string() }),
]);

const source = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("list"), items: z.array(json), keys: ids.optional() }),
  z.object({ kind: z.literal("range"), start: z.number(), step: z.number(), count: index }),
]);

const frame = z.discriminatedUnion("kind", [
  z.object({ ...position, kind: z.literal("root") }),
  z.object({
    ...position,
    kind: z.literal("for"),
    node: z.string(),
    source,
    index,
    itemVariable: z.string(),
    broken: z.boolean(),
  }),
  z.object({ ...position, kind: z.literal("while"), node: z.string(), index, broken: z.boolean() }),
  z.object({
    ...position,
    kind: z.literal("try"),
    node: z.string(),
    phase: z.enum(["body", "catch", "finally"]),
    hadError: z.boolean(),
    pending: unwinding.optional(),
  }),
]);

const runState = z.object({
  version: z.literal(2),
  plan: z.string(),
  flow: z.object({ frames: z.array(frame).min(1), variables: dict, outputs: dict, evaluations: dict }),
  reached: ids,
  counts: dict,
  taken: dict,
  toleratedErrors: z.array(runError),
  progress: z.number().min(0).max(1),
  elapsedMs: z.number().min(0),
});

/**
 * Takes up a checkpoint, wherever it was kept.
 *
 * @param stored untouched; the state is a copy.
 * @throws WORKFLOW_STATE_INVALID when it is damaged or belongs to another plan
 */
export function restoreState(plan: Plan, stored: unknown, plain: PlainJson): RunState {
  const copy: unknown = structuredClone(stored);
  const read = runState.safeParse(copy);
  if (!read.success) {
    const place = read.error.issues[0]?.path.map(String).join(".") ?? "";
    throw executionErrors.WORKFLOW_STATE_INVALID({ reason: `it is damaged at ${place}` });
  }
  if (read.data.plan !== plan.fingerprint) {
    throw executionErrors.WORKFLOW_STATE_INVALID({
      reason: "it belongs to another workflow, or another version of it",
    });
  }
  const state = copy as RunState;
  for (const id of state.flow.frames.flatMap(nodesIn)) {
    if (!plan.nodes.has(id))
      throw executionErrors.WORKFLOW_STATE_INVALID({ reason: `it names ${id}, no node of the plan` });
  }
  return {
    ...state,
    flow: {
      ...state.flow,
      variables: { ...(plain(state.flow.variables, "The checkpoint") as FlowState["variables"]) },
      outputs: { ...(plain(state.flow.outputs, "The checkpoint") as FlowState["outputs"]) },
    },
  };
}

function nodesIn(stored: Frame): readonly string[] {
  const own = stored.kind === "root" ? [] : [stored.node];
  return [...own, ...stored.queue, ...stored.done];
}
