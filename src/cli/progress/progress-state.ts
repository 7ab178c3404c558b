import { z } from "zod";

/** What of a run's events matters to the picture of its progress; an event of another shape changes nothing. */
const step = z.object({ node: z.string(), nodeType: z.string().optional(), path: z.array(z.string()).default([]) });
const finished = step.extend({ durationMs: z.number() });
const failed = finished.extend({ error: z.object({ message: z.string() }), handledBy: z.string() });
const progressed = z.object({ value: z.number(), note: z.string().optional() });

export interface ProgressEvent {
  readonly type: string;
  readonly data: unknown;
}

export interface NodeProgress {
  readonly id: string;
  readonly nodeType: string;
  /** Loops around it. */
  readonly depth: number;
  readonly running: boolean;
  /** Times it ended, well or not. */
  readonly runs: number;
  readonly failures: number;
  /** The last failure, unless something handled it. */
  readonly failure?: string;
  /** All its runs together. */
  readonly durationMs: number;
  /** Rounds begun, if it is a loop with steps inside. */
  readonly rounds: number;
}

export interface ProgressState {
  /** In the order of the picture: what runs inside a loop comes after it, one step deeper. */
  readonly nodes: readonly NodeProgress[];
  /** In [0, 1], when the workflow reports it. */
  readonly value?: number;
  readonly note?: string;
}

export const NO_PROGRESS: ProgressState = { nodes: [] };

/** The state after one more event of the run. */
export function foldProgress(state: ProgressState, event: ProgressEvent): ProgressState {
  switch (event.type) {
    case "run.started":
      return NO_PROGRESS;
    case "node.started": {
      const data = step.safeParse(event.data).data;
      return data === undefined ? state : started(state, data);
    }
    case "node.finished": {
      const data = finished.safeParse(event.data).data;
      return data === undefined ? state : ended(state, data, undefined);
    }
    case "node.failed": {
      const data = failed.safeParse(event.data).data;
      return data === undefined ? state : ended(state, data, data);
    }
    case "progress": {
      const data = progressed.safeParse(event.data).data;
      if (data === undefined) return state;
      return { nodes: state.nodes, value: data.value, ...(data.note === undefined ? {} : { note: data.note }) };
    }
    default:
      return state;
  }
}

function started(state: ProgressState, data: z.output<typeof step>): ProgressState {
  const nodes = countRounds(state.nodes, data.path);
  const index = nodes.findIndex((node) => node.id === data.node);
  if (index >= 0) return { ...state, nodes: replaceAt(nodes, index, (node) => ({ ...node, running: true })) };
  const fresh: NodeProgress = {
    id: data.node,
    nodeType: data.nodeType ?? "",
    depth: data.path.length,
    running: true,
    runs: 0,
    failures: 0,
    durationMs: 0,
    rounds: 0,
  };
  return { ...state, nodes: nodes.toSpliced(placeOf(nodes, data.path), 0, fresh) };
}

function ended(
  state: ProgressState,
  data: z.output<typeof finished>,
  failure: z.output<typeof failed> | undefined,
): ProgressState {
  const known = state.nodes.some((node) => node.id === data.node);
  const before = known ? state : started(state, data);
  const index = before.nodes.findIndex((node) => node.id === data.node);
  const isOpen = failure !== undefined && failure.handledBy === "none";
  return {
    ...before,
    nodes: replaceAt(before.nodes, index, (node) => ({
      ...node,
      running: false,
      runs: node.runs + 1,
      failures: node.failures + (failure === undefined ? 0 : 1),
      durationMs: node.durationMs + data.durationMs,
      ...(isOpen ? { failure: failure.error.message } : {}),
    })),
  };
}

/** `loop_1:3` in a path says that the step belongs to the fourth round of loop_1: rounds count from 0. */
function countRounds(nodes: readonly NodeProgress[], path: readonly string[]): readonly NodeProgress[] {
  return path.reduce((current, entry) => {
    const { id, round } = roundOf(entry);
    const index = current.findIndex((node) => node.id === id && node.rounds < round);
    return index < 0 ? current : replaceAt(current, index, (node) => ({ ...node, rounds: round }));
  }, nodes);
}

function placeOf(nodes: readonly NodeProgress[], path: readonly string[]): number {
  const parent = path.at(-1);
  if (parent === undefined) return nodes.length;
  const parentIndex = nodes.findIndex((node) => node.id === roundOf(parent).id);
  const depth = nodes[parentIndex]?.depth;
  if (depth === undefined) return nodes.length;
  const next = nodes.findIndex((node, index) => index > parentIndex && node.depth <= depth);
  return next < 0 ? nodes.length : next;
}

function roundOf(entry: string): { readonly id: string; readonly round: number } {
  const colon = entry.lastIndexOf(":");
  const index = Number(entry.slice(colon + 1));
  return colon < 0 || !Number.isInteger(index)
    ? { id: entry, round: 0 }
    : { id: entry.slice(0, colon), round: index + 1 };
}

function replaceAt(
  nodes: readonly NodeProgress[],
  index: number,
  change: (node: NodeProgress) => NodeProgress,
): readonly NodeProgress[] {
  return nodes.map((node, at) => (at === index ? change(node) : node));
}
