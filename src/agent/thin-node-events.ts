import type { RunEvent } from "../execution/index.ts";

/** Starts of one node that are all told … */
const FULL = 1_000;
/** … and how often one is told after that, milliseconds. */
const THEN_EVERY_MS = 1_000;

interface NodeTold {
  starts: number;
  lastToldMs: number;
  /** Whether the run of it that is under way was told: its end goes with its start. */
  isTold: boolean;
}

/**
 * Keeps loops from filling disk, network and history with the starts and ends of their nodes: of each node the first
 * thousand runs are told, then one a second. Failures, logs and everything else are told always; the report counts all runs.
 */
export class NodeEventThinner {
  readonly #nodes = new Map<string, NodeTold>();

  /** True when the event is to be told. @param nowMs monotonic. */
  admits(event: RunEvent, nowMs: number): boolean {
    if (event.type === "node.finished") return this.#nodes.get(event.node)?.isTold ?? true;
    if (event.type !== "node.started") return true;
    let node = this.#nodes.get(event.node);
    if (node === undefined) this.#nodes.set(event.node, (node = { starts: 0, lastToldMs: nowMs, isTold: true }));
    node.starts++;
    node.isTold = node.starts <= FULL || nowMs - node.lastToldMs >= THEN_EVERY_MS;
    if (node.isTold) node.lastToldMs = nowMs;
    return node.isTold;
  }
}
