import { setMaxListeners } from "node:events";
import type { PayloadOf } from "../contracts/index.ts";
import { pause } from "../core/deadline.ts";
import { AppError, hasCode, messageOf } from "../core/errors.ts";
import type { TunnelRequest } from "../tunnel/index.ts";
import type { AgentLog } from "./agent-log.ts";
import { type AttemptOutbox, BATCH_EVENTS } from "./attempt-outbox.ts";
import type { NextMessage } from "./backlog.ts";
import type { Outbox } from "./outbox.ts";
import type { AttemptId, JobOutcome } from "./outbox-record.ts";

/** Milliseconds events wait for others to go with. */
const COALESCE_MS = 100;
const FIRST_RETRY_MS = 250;
const LONGEST_RETRY_MS = 5_000;

type Said = Extract<TunnelRequest, "job.events" | "job.complete" | "job.fail" | "job.release">;

/** What the sender needs of a tunnel. */
interface SenderTunnel {
  request<Type extends Said>(type: Type, payload: PayloadOf<Type>): Promise<PayloadOf<"ack">>;
}

/** Takes an outbox to the orchestrator, one message of an attempt after the other. */
export interface OutboxSender {
  /** There is a connection (again). */
  resume(): void;
  /** Resolves when nothing waits any more, or when the signal aborts. */
  drained(signal: AbortSignal): Promise<void>;
  /** Stops; resolves when nothing is under way. */
  close(): Promise<void>;
}

interface SenderOptions {
  readonly outbox: Outbox;
  readonly tunnel: SenderTunnel;
  /** The job is somebody else's: stop working on it. Everything about the attempt is forgotten already. */
  readonly onLost: (id: AttemptId) => void;
  readonly log: AgentLog;
}

/** Starts to send whatever the outbox holds; the caller closes it. */
export function startOutboxSender(options: SenderOptions): OutboxSender {
  const { outbox, log } = options;
  const stopping = new AbortController();
  // As many as there are attempts may wait for it.
  setMaxListeners(0, stopping.signal);
  const loops = new Map<AttemptOutbox, Promise<void>>();
  const timers = new Map<AttemptOutbox, NodeJS.Timeout>();
  const onIdle: (() => void)[] = [];
  let connections = 0;

  function consider(attempt: AttemptOutbox): void {
    if (stopping.signal.aborted || loops.has(attempt)) return;
    const isFull = attempt.pendingEvents >= BATCH_EVENTS || attempt.outcome !== undefined;
    if (isFull) return begin(attempt);
    if (attempt.pendingEvents > 0 && !timers.has(attempt)) {
      timers.set(
        attempt,
        setTimeout(() => begin(attempt), COALESCE_MS),
      );
    }
  }

  function begin(attempt: AttemptOutbox): void {
    clearTimeout(timers.get(attempt));
    timers.delete(attempt);
    if (loops.has(attempt)) return;
    loops.set(attempt, run(attempt));
  }

  async function run(attempt: AttemptOutbox): Promise<void> {
    const connection = connections;
    let isConnected = false;
    try {
      isConnected = await sendAttempt(attempt, options, stopping.signal);
    } catch (error) {
      log.error({ jobId: attempt.id.jobId, problem: messageOf(error) }, "outbox not sent");
    }
    loops.delete(attempt);
    // Without a connection the next one starts it again; it may have come while this one gave up.
    if ((isConnected || connection !== connections) && !attempt.isDiscarded) consider(attempt);
    if (isIdle()) for (const resolve of onIdle.splice(0)) resolve();
  }

  const isIdle = (): boolean => loops.size === 0 && outbox.attempts.every(isSilent);

  outbox.onChange(consider);
  return {
    resume() {
      connections += 1;
      for (const attempt of outbox.attempts) consider(attempt);
    },
    async drained(signal) {
      if (isIdle() || signal.aborted) return;
      await new Promise<void>((resolve) => {
        onIdle.push(resolve);
        signal.addEventListener("abort", () => resolve(), { once: true });
      });
    },
    async close() {
      stopping.abort();
      for (const timer of timers.values()) clearTimeout(timer);
      await Promise.all(loops.values());
    },
  };
}

function isSilent(attempt: AttemptOutbox): boolean {
  return attempt.pendingEvents === 0 && attempt.outcome === undefined;
}

/** Says all there is to say. @returns false when there is no connection to say it over. */
async function sendAttempt(attempt: AttemptOutbox, options: SenderOptions, stopping: AbortSignal): Promise<boolean> {
  let retryMs = FIRST_RETRY_MS;
  for (;;) {
    const message = attempt.next();
    if (message === undefined || stopping.aborted) return true;
    try {
      const { outcome } = await say(options.tunnel, attempt.id, message);
      retryMs = FIRST_RETRY_MS;
      if (outcome === "lost") {
        await attempt.discard();
        options.log.warn(
          { jobId: attempt.id.jobId, attempt: attempt.id.attempt },
          "attempt is not this robot's any more",
        );
        options.onLost(attempt.id);
        return true;
      }
      if (message.kind === "outcome") await attempt.discard();
      else attempt.acknowledge(message.events.at(-1)?.seq ?? 0);
    } catch (error) {
      if (hasCode(error, "TUNNEL_NOT_CONNECTED")) return false;
      if (error instanceof AppError && error.retryable) {
        options.log.warn({ jobId: attempt.id.jobId, code: error.code, retryMs }, "orchestrator not ready, sent again");
        if (!(await pause(retryMs, stopping))) return true;
        retryMs = Math.min(retryMs * 2, LONGEST_RETRY_MS);
        continue;
      }
      options.log.error({ jobId: attempt.id.jobId, problem: messageOf(error) }, "orchestrator refused a message");
      await giveWay(attempt, message);
    }
  }
}

/** The orchestrator will never take this message: what can be told without it is told. */
async function giveWay(attempt: AttemptOutbox, message: NextMessage): Promise<void> {
  if (message.kind === "events") return attempt.acknowledge(message.events.at(-1)?.seq ?? 0);
  const lesser = lesserOutcome(message.outcome);
  if (lesser === undefined) await attempt.discard();
  else attempt.replaceOutcome(lesser);
}

/** The same outcome without its result; undefined when there is nothing left to leave out. */
export function lesserOutcome(outcome: JobOutcome): JobOutcome | undefined {
  if (outcome.kind === "complete" && outcome.result !== null) return { kind: "complete", result: null };
  if (outcome.kind === "fail" && (outcome.result !== undefined || outcome.error.details !== undefined)) {
    const { code, message, errorClass } = outcome.error;
    return { kind: "fail", error: { code, message, errorClass } };
  }
  return undefined;
}

function say(tunnel: SenderTunnel, id: AttemptId, message: NextMessage): Promise<PayloadOf<"ack">> {
  if (message.kind === "events") return tunnel.request("job.events", { ...id, events: [...message.events] });
  const { outcome } = message;
  if (outcome.kind === "complete") return tunnel.request("job.complete", { ...id, result: outcome.result });
  if (outcome.kind === "release") {
    return tunnel.request("job.release", { ...id, started: outcome.started, reason: outcome.reason });
  }
  const { error, result } = outcome;
  return tunnel.request("job.fail", { ...id, error, ...(result !== undefined && { result }) });
}
