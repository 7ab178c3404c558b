import { describe, expect, test } from "vitest";
import type { PayloadOf } from "../../contracts/index.ts";
import { createManualClock } from "../../core/clock.ts";
import { DEFAULT_TENANT } from "../../core/ids.ts";
import type { JsonValue } from "../../core/json.ts";
import type { EventRepository, NewEvent, RobotRepository } from "../../persistence/index.ts";
import { createMemoryQueue, type JobQueue } from "../../queue/index.ts";
import type { WorkDesk } from "../work-items/work-desk.ts";
import { answerClaim } from "./answer-claim.ts";
import { type FleetParts, fleetSettings, type RegisteredRobot } from "./fleet-parts.ts";
import { returnUnknownJobs } from "./return-unknown-jobs.ts";
import { createWorkflowCache } from "./workflow-cache.ts";

const quiet = (): void => undefined;

interface Bench {
  readonly parts: FleetParts;
  readonly robot: RegisteredRobot;
  readonly queue: JobQueue;
  readonly told: NewEvent[];
  readonly clock: ReturnType<typeof createManualClock>;
  submit(variables?: Record<string, JsonValue>): Promise<string>;
}

async function openBench(
  options: { readonly document?: JsonValue; readonly storeFails?: boolean } = {},
): Promise<Bench> {
  const clock = createManualClock();
  const queue = createMemoryQueue({ clock });
  const told: NewEvent[] = [];
  const workflows = createWorkflowCache({
    getVersion: async (tenantId, id, version) => {
      if (options.storeFails) throw new Error("the store is gone");
      const at = clock.now();
      const document = options.document ?? { nodes: {} };
      return {
        id,
        tenantId,
        name: "Test",
        description: "",
        version,
        document,
        requires: [],
        createdAt: at,
        updatedAt: at,
      };
    },
  });
  const { sessionId } = await queue.openSession({ tenantId: DEFAULT_TENANT, robotId: "r1", leaseMs: 60_000 });
  return {
    queue,
    told,
    clock,
    parts: {
      queue,
      robots: {} as RobotRepository,
      events: {
        append: async (_tenant, events) => void told.push(...events),
      } as Partial<EventRepository> as EventRepository,
      workflows,
      // Work items are not what these tests are about.
      desk: {} as WorkDesk,
      settings: fleetSettings({ maxAnswerBytes: 5_000 }),
      log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
      clock,
    },
    robot: {
      tenantId: DEFAULT_TENANT,
      robotId: "r1",
      name: "anna",
      sessionId,
      environment: "default",
      capabilities: [],
      handedOver: new Map(),
    },
    async submit(variables = {}) {
      const payload = { workflowId: "w1", workflowVersion: 1, variables };
      const [accepted] = await queue.enqueue(DEFAULT_TENANT, [{ kind: "w1", payload }]);
      return accepted?.jobId ?? "";
    },
  };
}

type Answer = PayloadOf<"job.claimed">;
const claim = (bench: Bench, limit: number, deliver: (answer: Answer) => boolean = () => true) =>
  answerClaim(bench.parts, bench.robot, { limit, deliver: async (answer) => deliver(answer) });
const stateOf = async ({ queue }: Bench, jobId: string) => (await queue.get(DEFAULT_TENANT, jobId))?.state;

describe("answerClaim", () => {
  test("hands over what was claimed and tells so", async () => {
    const bench = await openBench();
    const jobId = await bench.submit({ month: 5 });
    const answers: Answer[] = [];

    const { hungry } = await claim(bench, 2, (answer) => answers.push(answer) > 0);

    expect(hungry).toBe(true);
    expect(answers).toMatchObject([{ jobs: [{ jobId, attempt: 1, workflowName: "Test", variables: { month: 5 } }] }]);
    expect(bench.told.map((event) => event.type)).toEqual(["job.claimed"]);
    expect([...bench.robot.handedOver.keys()]).toEqual([`${jobId}/1`]);
  });

  test("a robot that got all it asked for has no slot left", async () => {
    const bench = await openBench();
    await bench.submit();

    expect(await claim(bench, 1)).toEqual({ hungry: false });
  });

  test("what could not be handed over is given back at once, and does not count as an attempt", async () => {
    const bench = await openBench();
    const jobId = await bench.submit();

    await claim(bench, 1, () => false);

    expect(await stateOf(bench, jobId)).toBe("pending");
    expect(bench.told.map((event) => event.type)).toEqual(["job.claimed", "job.released"]);
    expect(bench.robot.handedOver.size).toBe(0);
  });

  test("a store that cannot be read costs nothing but time", async () => {
    const bench = await openBench({ storeFails: true });
    const jobId = await bench.submit();

    await expect(claim(bench, 1)).rejects.toThrow("the store is gone");

    expect(await stateOf(bench, jobId)).toBe("pending");
  });

  test("a workflow too large for a message fails for good", async () => {
    const bench = await openBench({ document: { note: "x".repeat(5_000) } });
    const jobId = await bench.submit();
    const answers: Answer[] = [];

    await claim(bench, 1, (answer) => answers.push(answer) > 0);

    expect(answers).toEqual([{ jobs: [] }]);
    expect(await bench.queue.get(DEFAULT_TENANT, jobId)).toMatchObject({
      state: "failed",
      error: { code: "FLEET_WORKFLOW_TOO_LARGE", errorClass: "permanent" },
    });
    expect(bench.told).toMatchObject([{ type: "job.failed" }]);
  });

  test("of jobs that do not fit into one message, the rest goes to others", async () => {
    const bench = await openBench({ document: { note: "x".repeat(2_000) } });
    const jobs = [await bench.submit(), await bench.submit(), await bench.submit()];
    const answers: Answer[] = [];

    await claim(bench, 3, (answer) => answers.push(answer) > 0);

    expect(answers[0]?.jobs.map((job) => job.jobId)).toEqual(jobs.slice(0, 2));
    expect(await stateOf(bench, jobs[2] ?? "")).toBe("pending");
  });
});

describe("returnUnknownJobs", () => {
  test("gives back what was claimed before and never arrived, uncounted", async () => {
    const bench = await openBench();
    const jobId = await bench.submit();
    await claim(bench, 1);
    bench.robot.handedOver.clear(); // the connection on which it was handed over is gone

    await returnUnknownJobs(bench.parts, bench.robot, new Set());

    expect(await stateOf(bench, jobId)).toBe("pending");
  });

  test("leaves alone what the robot names, and what it was handed just now", async () => {
    const bench = await openBench();
    const named = await bench.submit();
    await claim(bench, 1);
    bench.robot.handedOver.clear();
    const fresh = await bench.submit();
    await claim(bench, 1);

    await returnUnknownJobs(bench.parts, bench.robot, new Set([`${named}/1`]));

    expect(await stateOf(bench, named)).toBe("running");
    expect(await stateOf(bench, fresh)).toBe("running");
  });

  test("takes back what the robot was handed long ago and does not know any more", async () => {
    const bench = await openBench();
    const jobId = await bench.submit();
    await claim(bench, 1);

    bench.clock.advance(31_000);
    await returnUnknownJobs(bench.parts, bench.robot, new Set());

    expect(await stateOf(bench, jobId)).toBe("pending");
    expect(bench.robot.handedOver.size).toBe(0);
  });

  test("does not touch what another session of the robot holds", async () => {
    const bench = await openBench();
    const jobId = await bench.submit();
    await claim(bench, 1);
    const later = await bench.queue.openSession({ tenantId: DEFAULT_TENANT, robotId: "r1", leaseMs: 60_000 });

    const reborn = { ...bench.robot, sessionId: later.sessionId, handedOver: new Map<string, number>() };
    await returnUnknownJobs(bench.parts, reborn, new Set());

    expect(await stateOf(bench, jobId)).toBe("running");
  });
});

test("settings that would let a lease end between two heartbeats are refused", () => {
  expect(() => fleetSettings({ leaseMs: 10_000, heartbeatMs: 4_000 })).toThrow(RangeError);
});
