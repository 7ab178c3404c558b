import type { Ansis } from "ansis";
import type { TextStream } from "../output.ts";
import { formatDuration } from "./format.ts";
import {
  foldProgress,
  NO_PROGRESS,
  type NodeProgress,
  type ProgressEvent,
  type ProgressState,
} from "./progress-state.ts";
import { renderTree } from "./render-tree.ts";

/** Shows the progress of one run while its events come in. */
export interface LiveView {
  event(event: ProgressEvent): void;
  /** Shows a line above the picture. */
  line(text: string): void;
  /** Draws the last picture and stops; the terminal is left in order. Again is fine. */
  close(): void;
}

/** Where it is shown. */
export interface ViewPlace {
  readonly stream: TextStream;
  readonly style: Ansis;
  /** Name of a node for people. */
  readonly labelOf: (nodeId: string) => string;
}

const REDRAW_MS = 100;
const HIDE_CURSOR = "\u001B[?25l";
const SHOW_CURSOR = "\u001B[?25h";

/** A tree that is redrawn in place on a terminal, plain lines elsewhere. */
export function createLiveView(place: ViewPlace): LiveView {
  const { isTTY, columns } = place.stream;
  return isTTY === true && columns !== undefined && columns > 20 ? createTreeView(place) : createLineView(place);
}

function createTreeView({ stream, style, labelOf }: ViewPlace): LiveView {
  let state: ProgressState = NO_PROGRESS;
  let drawnLines = 0;
  let frame = 0;
  let isClosed = false;

  function erase(): string {
    const up = drawnLines === 0 ? "" : `\u001B[${drawnLines}A`;
    drawnLines = 0;
    return `${up}\r\u001B[0J`;
  }

  function draw(above: string): void {
    if (!stream.writable) return;
    const columns = stream.columns ?? 80;
    const rows = Math.max(3, (stream.rows ?? 24) - 3);
    const before = erase();
    const lines = renderTree(state, { style, columns, rows, frame: frame++, labelOf });
    drawnLines = lines.length;
    stream.write(`${before}${above}${lines.map((line) => `${line}\n`).join("")}`);
  }

  stream.write(HIDE_CURSOR);
  const timer = setInterval(() => draw(""), REDRAW_MS);
  return {
    event(event) {
      state = foldProgress(state, event);
    },
    line(text) {
      draw(`${text}\n`);
    },
    close() {
      if (isClosed) return;
      isClosed = true;
      clearInterval(timer);
      draw("");
      if (stream.writable) stream.write(SHOW_CURSOR);
    },
  };
}

function createLineView({ stream, style, labelOf }: ViewPlace): LiveView {
  let state: ProgressState = NO_PROGRESS;

  function line(text: string): void {
    if (stream.writable) stream.write(`${text}\n`);
  }

  return {
    event(event) {
      const before = state;
      state = foldProgress(state, event);
      for (const node of state.nodes) {
        const earlier = before.nodes.find((candidate) => candidate.id === node.id);
        if (node.runs > (earlier?.runs ?? 0)) line(renderEnd(node, earlier, { style, label: labelOf(node.id) }));
      }
    },
    line,
    close: () => undefined,
  };
}

/** One end of one node. */
function renderEnd(
  node: NodeProgress,
  earlier: NodeProgress | undefined,
  look: { readonly style: Ansis; readonly label: string },
): string {
  const hasFailed = node.failures > (earlier?.failures ?? 0);
  const mark = hasFailed ? look.style.red("✖") : look.style.green("✔");
  const count = node.runs > 1 ? ` (${node.runs}×)` : "";
  const time = formatDuration(node.durationMs - (earlier?.durationMs ?? 0));
  const reason = hasFailed && node.failure !== undefined ? `: ${node.failure}` : "";
  return `${"  ".repeat(node.depth + 1)}${mark} ${look.label}${count} ${time}${reason}`;
}
