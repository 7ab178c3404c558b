import type { PayloadOf } from "../contracts/index.ts";
import type { Clock } from "../core/clock.ts";
import { deadlineErrors, pause } from "../core/deadline.ts";
import { AppError } from "../core/errors.ts";
import { newId } from "../core/ids.ts";
import type { HeldWorkItem, WorkItemBackend } from "../nodes/index.ts";
import type { AgentTunnel } from "../tunnel/index.ts";
import type { AttemptId } from "./outbox-record.ts";

const FIRST_RETRY_MS = 250;
const LONGEST_RETRY_MS = 5_000;
/** How long a call is repeated over a lost connection; the job's lease ends before that, or its connection comes back. */
const PATIENCE_MS = 120_000;

/** What asking for work items takes. */
export interface RobotWorkItemParts {
  readonly tunnel: Pick<AgentTunnel, "request">;
  readonly clock: Clock;
}

/**
 * Work items over the robot's connection, in the name of one attempt at a job.
 *
 * A call whose answer got lost is repeated with the same ids, so that it counts once: the same item is handed over, and
 * added. Rejects with the orchestrator's own codes (WORK_QUEUE_NOT_FOUND …), so that a workflow sees the same ones wherever
 * it runs.
 */
export function createRobotWorkItems(parts: RobotWorkItemParts, id: AttemptId): WorkItemBackend {
  const { tunnel } = parts;
  const { jobId, attempt, sessionId } = id;
  const token = { jobId, attempt, sessionId };
  const itemToken = (item: HeldWorkItem) => ({ ...token, itemId: item.id, itemAttempt: item.attempt });

  return {
    async take(queue, signal) {
      const request = { ...token, queue, requestId: newId() };
      const { item } = await insist(parts, () => tunnel.request("work-item.take", request), signal);
      if (item === undefined) return undefined;
      const { reference, deadline, ...facts } = item;
      return {
        ...facts,
        ...(reference !== undefined && { reference }),
        ...(deadline !== undefined && { deadline }),
      };
    },
    async add(queue, item, signal) {
      const request = { ...token, queue, item: { id: newId(), ...item } };
      return (await insist(parts, () => tunnel.request("work-item.add", request), signal)).itemId;
    },
    async settle(item, end, signal) {
      const request = { ...itemToken(item), end: sendable(end) };
      const settled = await insist(parts, () => tunnel.request("work-item.settle", request), signal);
      return settled.outcome === "lost" ? "lost" : settled.state;
    },
    async progress(item, text, signal) {
      const request = { ...itemToken(item), progress: text.slice(0, 500) };
      const { outcome } = await insist(parts, () => tunnel.request("work-item.progress", request), signal);
      return outcome === "lost" ? "lost" : "recorded";
    },
  };
}

/** Cut to what a message holds: an exception that cannot be told would leave its item in progress. */
function sendable(end: PayloadOf<"work-item.settle">["end"]): PayloadOf<"work-item.settle">["end"] {
  if (end.kind === "successful") return end;
  const { type, code, message } = end.exception;
  return { kind: "failed", exception: { type, code: code.slice(0, 128), message: message.slice(0, 16_384) } };
}

/** Asks again as long as the answer is that none came. */
async function insist<T>(
  { clock }: Pick<RobotWorkItemParts, "clock">,
  ask: () => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  const endsAtMs = clock.monotonicMs() + PATIENCE_MS;
  for (let retryMs = FIRST_RETRY_MS; ; retryMs = Math.min(retryMs * 2, LONGEST_RETRY_MS)) {
    try {
      return await ask();
    } catch (error) {
      const mayRepeat = error instanceof AppError && error.retryable && clock.monotonicMs() + retryMs < endsAtMs;
      if (!mayRepeat) throw asRefusal(error);
      if (!(await pause(retryMs, signal))) {
        throw signal.reason instanceof Error
          ? signal.reason
          : deadlineErrors.CORE_ABORTED({ what: "a call about work items" });
      }
    }
  }
}

/** What the orchestrator refused under the code that it gave. */
function asRefusal(error: unknown): unknown {
  if (!(error instanceof AppError) || error.code !== "TUNNEL_REFUSED") return error;
  const { code, reason } = error.details as { readonly code?: unknown; readonly reason?: unknown };
  if (typeof code !== "string" || typeof reason !== "string") return error;
  return new AppError(code, { status: 422, message: () => reason }, {}, { cause: error });
}
