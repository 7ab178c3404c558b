import { describe, expect, test } from "vitest";
import { createManualClock } from "../core/clock.ts";
import { AppError } from "../core/errors.ts";
import type { HeldWorkItem } from "../nodes/index.ts";
import { tunnelErrors } from "../tunnel/index.ts";
import { createRobotWorkItems, type RobotWorkItemParts } from "./robot-work-items.ts";

const { signal } = new AbortController();
const id = { jobId: "17", attempt: 2, sessionId: "s1" };
const token = { jobId: "17", attempt: 2, sessionId: "s1" };
const ITEM = "019b76da-a800-7000-8000-000000000001";
const held: HeldWorkItem = { id: ITEM, attempt: 3, priority: 50, data: {}, createdAt: "2026-01-01T00:00:00Z" };
const away = tunnelErrors.TUNNEL_NOT_CONNECTED({ request: "work-item.take" });

interface Request {
  readonly type: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** A tunnel that answers with these, one after the other; errors are thrown. */
function fakeTunnel(answers: readonly unknown[]) {
  const left = [...answers];
  const requests: Request[] = [];
  const clock = createManualClock();
  const tunnel = {
    async request(type: string, payload: Request["payload"]) {
      requests.push({ type, payload });
      const answer = left.shift();
      if (answer instanceof Error) throw answer;
      return answer;
    },
  } as unknown as RobotWorkItemParts["tunnel"];
  return { requests, clock, workItems: createRobotWorkItems({ tunnel, clock }, id) };
}

describe("work items over the robot's connection", () => {
  test("are asked for in the name of the attempt", async () => {
    const { workItems, requests } = fakeTunnel([
      { item: { ...held, reference: "a" } },
      {},
      { itemId: ITEM },
      { outcome: "recorded", state: "successful" },
      { outcome: "recorded" },
    ]);
    const end = { kind: "successful", outputs: { n: 1 } } as const;

    expect(await workItems.take("q", signal)).toEqual({ ...held, reference: "a" });
    expect(await workItems.take("q", signal)).toBeUndefined();
    expect(await workItems.add("q", { data: { n: 1 } }, signal)).toBe(ITEM);
    expect(await workItems.settle(held, end, signal)).toBe("successful");
    expect(await workItems.progress(held, "x".repeat(600), signal)).toBe("recorded");

    expect(requests).toMatchObject([
      { type: "work-item.take", payload: { ...token, queue: "q", requestId: expect.any(String) } },
      { type: "work-item.take" },
      { type: "work-item.add", payload: { ...token, queue: "q", item: { id: expect.any(String), data: { n: 1 } } } },
      { type: "work-item.settle", payload: { ...token, itemId: ITEM, itemAttempt: 3, end } },
      { type: "work-item.progress", payload: { ...token, itemId: ITEM, progress: "x".repeat(500) } },
    ]);
    expect(requests[0]?.payload["requestId"]).not.toBe(requests[1]?.payload["requestId"]);
  });

  test("are asked for again with the same ids when no answer came", async () => {
    const { workItems, requests } = fakeTunnel([away, { item: held }, away, { itemId: ITEM }]);

    await workItems.take("q", signal);
    await workItems.add("q", { data: {} }, signal);

    expect(requests).toHaveLength(4);
    expect(requests[1]).toEqual(requests[0]);
    expect(requests[3]).toEqual(requests[2]);
  });

  test("that are lost are told as such", async () => {
    const { workItems } = fakeTunnel([
      { outcome: "lost" },
      { outcome: "lost" },
      { outcome: "duplicate", state: "retried" },
    ]);
    const exception = { type: "application", code: "c".repeat(200), message: "m".repeat(20_000) } as const;

    expect(await workItems.settle(held, { kind: "failed", exception }, signal)).toBe("lost");
    expect(await workItems.progress(held, "x", signal)).toBe("lost");
    expect(await workItems.settle(held, { kind: "failed", exception }, signal)).toBe("retried");
  });

  test("fail with the orchestrator's own code, at once", async () => {
    const refusal = { request: "work-item.take", code: "WORK_QUEUE_NOT_FOUND", reason: "no such queue" };
    const { workItems, requests } = fakeTunnel([tunnelErrors.TUNNEL_REFUSED(refusal)]);

    await expect(workItems.take("q", signal)).rejects.toMatchObject({
      code: "WORK_QUEUE_NOT_FOUND",
      message: "no such queue",
      retryable: false,
    });
    expect(requests).toHaveLength(1);
  });

  test("are given up when the run is stopped, or nobody answered for too long", async () => {
    const stop = new AbortController();
    const reason = new AppError("X_STOPPED", { status: 499, message: () => "stopped" }, {});
    stop.abort(reason);
    const stopped = fakeTunnel([away]);
    await expect(stopped.workItems.take("q", stop.signal)).rejects.toBe(reason);

    const silent = fakeTunnel([away, away]);
    const asking = silent.workItems.take("q", signal);
    silent.clock.advance(120_000);
    await expect(asking).rejects.toBe(away);
  });
});
