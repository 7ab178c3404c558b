import { describe, expect, test } from "vitest";
import type { EventDto, JobDto } from "../../contracts/index.ts";
import { AppError } from "../../core/errors.ts";
import type { OrchestratorClient } from "../../orchestrator/client/index.ts";
import { watchJob } from "./watch-job.ts";

const job = (state: JobDto["state"]): JobDto => ({ id: "1", state }) as JobDto;
const event = (type: string, seq: number): EventDto => ({
  seq: String(seq),
  at: "2026-01-01T00:00:00Z",
  type,
  jobId: "1",
  data: {},
});
const away = new AppError("ORCHESTRATOR_UNREACHABLE", { status: 503, retryable: true, message: () => "away" }, {});
const never = new AbortController().signal;

/** A client whose job goes through these states, one for each question, and whose stream tells these events and then stays open. */
function fakeClient(states: readonly (JobDto["state"] | AppError)[], events: readonly EventDto[]): OrchestratorClient {
  const left = [...states];
  const client = {
    async getJob() {
      const next = left.length > 1 ? left.shift() : left[0];
      if (next instanceof AppError) throw next;
      return job(next ?? "pending");
    },
    async *followEvents({ signal }: { signal: AbortSignal }) {
      yield* events;
      await new Promise<void>((resolve) => {
        if (signal.aborted) resolve();
        else signal.addEventListener("abort", () => resolve(), { once: true });
      });
    },
  };
  return client as unknown as OrchestratorClient;
}

describe("watchJob", () => {
  test("hands over all events and answers with the job in its last state", async () => {
    const seen: string[] = [];
    const client = fakeClient(
      ["pending", "running", "completed"],
      [event("job.created", 1), event("node.started", 2), event("job.completed", 3)],
    );

    const ended = await watchJob(client, "1", { signal: never, onEvent: ({ type }) => seen.push(type) });

    expect(ended?.state).toBe("completed");
    expect(seen).toEqual(["job.created", "node.started", "job.completed"]);
  });

  test("an event that only may be the last one does not end it", async () => {
    const client = fakeClient(
      ["running", "running", "running", "failed"],
      [event("job.failed", 1), event("job.failed", 2)],
    );

    expect((await watchJob(client, "1", { signal: never }))?.state).toBe("failed");
  });

  test("ends without the event when the job itself says so", async () => {
    const client = fakeClient(["running", "timed_out"], []);

    expect((await watchJob(client, "1", { signal: never }))?.state).toBe("timed_out");
  });

  test("an orchestrator that goes away meanwhile is waited for; one that never was there is not", async () => {
    const returning = fakeClient(["running", away, "completed"], [event("job.completed", 1)]);

    expect((await watchJob(returning, "1", { signal: never }))?.state).toBe("completed");
    await expect(watchJob(fakeClient([away], []), "1", { signal: never })).rejects.toBe(away);
  });

  test("answers undefined when the waiting is given up", async () => {
    const stop = new AbortController();
    const client = fakeClient(["running"], [event("node.started", 1)]);

    const waiting = watchJob(client, "1", { signal: stop.signal, onEvent: () => stop.abort() });

    expect(await waiting).toBeUndefined();
  });

  test("asks nothing more about a job that is over and whose events nobody wants", async () => {
    expect((await watchJob(fakeClient(["cancelled"], []), "1", { signal: never }))?.state).toBe("cancelled");
  });
});
