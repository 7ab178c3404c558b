import type { ForFrame, Frame, WhileFrame } from "./run-state.ts";

type LoopFrame = ForFrame | WhileFrame;

/** The frame that runs. */
export function topOf(frames: readonly Frame[]): Frame {
  const top = frames.at(-1);
  if (top === undefined) throw new RangeError("The run has no frame left");
  return top;
}

/** The frames with the top one replaced. */
export function withTop(frames: readonly Frame[], top: Frame): Frame[] {
  return [...frames.slice(0, -1), top];
}

/** The frames with nodes queued in the top one; a node that ran in this activation, or waits already, is not queued again. */
export function enqueue(frames: readonly Frame[], nodes: readonly string[]): Frame[] {
  const top = topOf(frames);
  const news = nodes.filter((node) => !top.done.includes(node) && !top.queue.includes(node));
  return news.length === 0 ? [...frames] : withTop(frames, { ...top, queue: [...top.queue, ...new Set(news)] });
}

/**
 * Takes the next node out of the top frame; undefined when its queue is empty.
 *
 * First come, first served; but a node that another waiting one leads to waits for it, so that branches that meet again
 * meet once, after the last of them.
 */
export function takeNext(
  frames: readonly Frame[],
  leadsTo: (from: string, to: string) => boolean,
): { readonly node: string; readonly frames: Frame[] } | undefined {
  const top = topOf(frames);
  const { queue } = top;
  const node = queue.find((candidate) => !queue.some((other) => other !== candidate && leadsTo(other, candidate)));
  if (node === undefined) return undefined;
  const rest = queue.filter((other) => other !== node);
  return { node, frames: withTop(frames, { ...top, queue: rest, done: [...top.done, node] }) };
}

/** The loop that a break or continue means: the given one if it is open, without one the innermost. */
export function openLoop(frames: readonly Frame[], loop: string | undefined): string | undefined {
  const found = frames.findLast((frame): frame is LoopFrame => {
    return isLoop(frame) && (loop === undefined || frame.node === loop);
  });
  return found?.node;
}

function isLoop(frame: Frame): frame is LoopFrame {
  return frame.kind === "for" || frame.kind === "while";
}

/** Is the block that this node opened still open? */
export function isOpen(frames: readonly Frame[], start: string | undefined): boolean {
  return start !== undefined && frames.some((frame) => frame.kind !== "root" && frame.node === start);
}

/** The iterations around the place where the run is: `["rows:3", "cells:0"]`, from 0. */
export function pathOf(frames: readonly Frame[]): readonly string[] {
  return frames.filter(isLoop).map((frame) => `${frame.node}:${frame.index}`);
}
