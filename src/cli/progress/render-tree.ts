import type { Ansis } from "ansis";
import { fitLine, formatDuration, lengthOf } from "./format.ts";
import type { NodeProgress, ProgressState } from "./progress-state.ts";

const SPINNER = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];

export interface TreeLook {
  readonly style: Ansis;
  readonly columns: number;
  /** Lines that fit; of more, those around the latest running node are shown. */
  readonly rows: number;
  /** Counts up with each redraw; turns the spinner. */
  readonly frame: number;
  /** Name of a node for people. */
  readonly labelOf: (nodeId: string) => string;
}

/** The tree of a run, one line per node: mark, name, loop counts, time. */
export function renderTree(state: ProgressState, look: TreeLook): readonly string[] {
  const lines = state.nodes.map((node) => renderNode(node, look));
  if (lines.length <= look.rows) return lines;
  const latest = state.nodes.findLastIndex((node) => node.running);
  const end = Math.min(lines.length, Math.max(look.rows, (latest < 0 ? lines.length : latest) + 3));
  return lines.slice(end - look.rows, end);
}

function renderNode(node: NodeProgress, look: TreeLook): string {
  const facts = [countOf(node), node.runs > 0 ? formatDuration(node.durationMs) : ""].filter((fact) => fact !== "");
  const right = facts.join(" · ");
  const indent = "  ".repeat(node.depth + 1);
  const room = Math.max(8, look.columns - indent.length - 2 - right.length - 3);
  const name = fitLine(
    node.failure === undefined ? look.labelOf(node.id) : `${look.labelOf(node.id)}: ${node.failure}`,
    room,
  );
  const gap = " ".repeat(Math.max(2, Math.min(44, look.columns - right.length - 3) - indent.length - lengthOf(name)));
  return `${indent}${markOf(node, look)} ${name}${gap}${look.style.dim(right)}`.trimEnd();
}

function markOf(node: NodeProgress, look: TreeLook): string {
  if (node.running) return look.style.cyan(SPINNER[look.frame % SPINNER.length] ?? "…");
  if (node.failure !== undefined) return look.style.red("✖");
  return node.failures > 0 ? look.style.yellow("!") : look.style.green("✔");
}

function countOf(node: NodeProgress): string {
  if (node.rounds > 0) return `${node.rounds} ${node.rounds === 1 ? "round" : "rounds"}`;
  return node.runs > 1 ? `${node.runs}×` : "";
}
