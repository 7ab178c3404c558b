import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { AppError, defineErrors } from "../core/errors.ts";
import { type Outbox, openOutbox } from "./outbox.ts";
import type { JobOutcome } from "./outbox-record.ts";
import { lesserOutcome, type OutboxSender, startOutboxSender } from "./outbox-sender.ts";

const errors = defineErrors({
  TUNNEL_NOT_CONNECTED: { status: 503, retryable: true, message: () => "no connection" },
  TUNNEL_TRY_LATER: { status: 503, retryable: true, message: () => "later" },
  TUNNEL_REFUSED: { status: 422, message: () => "never" },
});

interface Sent {
  readonly type: string;
  readonly payload: { readonly events?: readonly { seq: number }[] } & Record<string, unknown>;
}

let folder: string;
let outbox: Outbox;
let sender: OutboxSender;
let sent: Sent[];
let lost: string[];
let answer: (message: Sent) => "recorded" | "duplicate" | "lost" | AppError;
const quiet = (): void => undefined;
const log = { debug: quiet, info: quiet, warn: quiet, error: quiet };

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "casare-sender-"));
  outbox = await openOutbox({ folder, limitBytes: 1_000_000, log });
  sent = [];
  lost = [];
  answer = () => "recorded";
  sender = startOutboxSender({
    outbox,
    log,
    onLost: (id) => lost.push(id.jobId),
    tunnel: {
      async request(type, payload) {
        const message = { type, payload } as unknown as Sent;
        sent.push(message);
        const outcome = answer(message);
        if (outcome instanceof AppError) throw outcome;
        return { outcome };
      },
    },
  });
});
afterEach(async () => {
  await sender.close();
  await outbox.close();
  await rm(folder, { recursive: true });
});

const id = { jobId: "7", attempt: 1, sessionId: "s1" };
const at = new Date("2026-01-01T00:00:00.000Z");
const event = (text: string) => ({ type: "log", at: at.toISOString(), data: { text } });
const done: JobOutcome = { kind: "complete", result: { ok: true } };
const never = new AbortController().signal;
const types = (): string[] => sent.map((message) => message.type);

describe("startOutboxSender", () => {
  test("sends what comes close together as one batch, then the outcome, and forgets the attempt", async () => {
    const attempt = outbox.begin(id);
    for (const text of ["a", "b", "c"]) attempt.add(event(text));
    await attempt.settle(done, at);

    await sender.drained(never);

    expect(types()).toEqual(["job.events", "job.complete"]);
    expect(sent[0]?.payload.events?.map((item) => item.seq)).toEqual([1, 2, 3]);
    expect(sent[1]?.payload).toEqual({ ...id, result: { ok: true } });
    expect(outbox.attempts).toEqual([]);
  });

  test("never sends more than 200 events at once, and keeps their order", async () => {
    const attempt = outbox.begin(id);
    for (let n = 0; n < 450; n++) attempt.add(event("x"));

    await sender.drained(never);

    expect(sent.map((message) => message.payload.events?.length)).toEqual([200, 200, 50]);
    expect(sent.flatMap((message) => message.payload.events?.map((item) => item.seq) ?? [])).toEqual(
      Array.from({ length: 450 }, (_, index) => index + 1),
    );
  });

  test("waits for the connection and then sends the same again", async () => {
    answer = () => errors.TUNNEL_NOT_CONNECTED({});
    const attempt = outbox.begin(id);
    await attempt.settle(done, at);
    await vi.waitFor(() => expect(types()).toEqual(["job.complete"]));

    answer = () => "duplicate";
    sender.resume();
    await sender.drained(never);

    expect(types()).toEqual(["job.complete", "job.complete"]);
    expect(outbox.attempts).toEqual([]);
  });

  test("tries again by itself when the orchestrator cannot take it now", async () => {
    let failures = 1;
    answer = () => (failures-- > 0 ? errors.TUNNEL_TRY_LATER({}) : "recorded");
    await outbox.begin(id).settle(done, at);

    await sender.drained(never);

    expect(types()).toEqual(["job.complete", "job.complete"]);
  });

  test("forgets everything about a job that is somebody else's, and says so", async () => {
    answer = () => "lost";
    const attempt = outbox.begin(id);
    attempt.add(event("a"));
    await attempt.settle(done, at);

    await sender.drained(never);

    expect(types()).toEqual(["job.events"]);
    expect(lost).toEqual(["7"]);
    expect(outbox.attempts).toEqual([]);
  });

  test("leaves out what the orchestrator refuses, so that the outcome still arrives", async () => {
    answer = (message) =>
      message.type === "job.events" || message.payload["result"] !== null ? errors.TUNNEL_REFUSED({}) : "recorded";
    const attempt = outbox.begin(id);
    attempt.add(event("a"));
    await attempt.settle(done, at);

    await sender.drained(never);

    expect(types()).toEqual(["job.events", "job.complete", "job.complete"]);
    expect(outbox.attempts).toEqual([]);
  });

  test.each<[JobOutcome, string]>([
    [{ kind: "fail", error: { code: "X", message: "m", errorClass: "permanent" } }, "job.fail"],
    [{ kind: "release", started: true, reason: "stop" }, "job.release"],
  ])("says %j as %s", async (outcome, type) => {
    await outbox.begin(id).settle(outcome, at);

    await sender.drained(never);

    expect(types()).toEqual([type]);
  });

  test("waiting for it can be given up", async () => {
    answer = () => errors.TUNNEL_NOT_CONNECTED({});
    await outbox.begin(id).settle(done, at);
    const giveUp = new AbortController();
    const drained = sender.drained(giveUp.signal);

    giveUp.abort();

    await expect(drained).resolves.toBeUndefined();
  });
});

describe("lesserOutcome", () => {
  const error = { code: "X", message: "m", errorClass: "permanent" } as const;
  test.each<[JobOutcome, JobOutcome | undefined]>([
    [done, { kind: "complete", result: null }],
    [{ kind: "complete", result: null }, undefined],
    [
      { kind: "fail", error, result: {} },
      { kind: "fail", error },
    ],
    [
      { kind: "fail", error: { ...error, details: {} } },
      { kind: "fail", error },
    ],
    [{ kind: "fail", error }, undefined],
    [{ kind: "release", started: true, reason: "r" }, undefined],
  ])("%j → %j", (outcome, expected) => {
    expect(lesserOutcome(outcome)).toEqual(expected);
  });
});
