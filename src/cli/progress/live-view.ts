import type { Output } from "../output.ts";
import { formatDuration } from "./format.ts";
import { foldProgress, NO_PROGRESS, type ProgressEvent, type ProgressState } from "./progress-state.ts";
import { renderTree } from "./render-tree.ts";

/** Shows the progress of one run while its events come in. */
export interface LiveView {
  event(event: ProgressEvent): void;
  /** Shows a line above the picture. */
  line(text: string): void;
  /** Draws the last picture and stops; the terminal is left in order. */
  close(): void;
}

const REDRAW_MS = 100;
const HIDE_CURSOR = "\u001B[?25l";
const SHOW_CURSOR = "\u001B[?25h";

/** A tree that is redrawn in place on a terminal, plain lines elsewhere. */
export function createLiveView(output: Output, labelOf: (nodeId: string) => string): LiveView {
  return output.stdout.isTTY === true && output.stdout.columns !== undefined
    ? createTreeView(output, labelOf)
    : createLineView(output, labelOf);
}

function createTreeView(output: Output, labelOf: (nodeId: string) => string): LiveView {
  const { stdout } = output;
  let state: ProgressState = NO_PROGRESS;
  let drawnLines = 0;
  let frame = 0;

  function erase(): string {
    const up = drawnLines === 0 ? "" : `\u001B[${drawnLines}A`;
    drawnLines = 0;
    return `${up}\r\u001B[0J`;
  }

  function draw(above: string): void {
    const columns = stdout.columns ?? 80;
    const rows = Math.max(3, (stdout.rows ?? 24) - 3);
    const before = erase();
    const lines = renderTree(state, { style: output.resultStyle, columns, rows, frame: frame++, labelOf });
    drawnLines = lines.length;
    stdout.write(`${before}${above}${lines.map((line) => `${line}\n`).join("")}`);
  }

  stdout.write(HIDE_CURSOR);
  const timer = setInterval(() => draw(""), REDRAW_MS);
  return {
    event(event) {
      state = foldProgress(state, event);
    },
    line(text) {
      draw(`${text}\n`);
    },
    close() {
      clearInterval(timer);
      draw("");
      stdout.write(SHOW_CURSOR);
    },
  };
}

function createLineView(output: Output, labelOf: (nodeId: string) => string): LiveView {
  let state: ProgressState = NO_PROGRESS;
  return {
    event(event) {
      const before = state;
      state = foldProgress(state, event);
      for (const node of state.nodes) {
        const earlier = before.nodes.find((candidate) => candidate.id === node.id);
        if (earlier === node || node.runs === (earlier?.runs ?? 0)) continue;
        const isFailure = node.failures > (earlier?.failures ?? 0);
        const lastMs = node.durationMs - (earlier?.durationMs ?? 0);
        const count = node.runs > 1 ? ` (${node.runs}×)` : "";
        const indent = "  ".repeat(node.depth + 1);
        output.result(
          `${indent}${isFailure ? "✖" : "✔"} ${labelOf(node.id)}${count} ${formatDuration(lastMs)}${node.failure === undefined ? "" : `: ${node.failure}`}`,
        );
      }
    },
    line: (text) => output.result(text),
    close: () => undefined,
  };
}
