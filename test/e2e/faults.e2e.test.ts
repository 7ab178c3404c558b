import { afterEach, describe, expect, test } from "vitest";
import { type CountingSite, openCountingSite } from "../support/counting-site.ts";
import { type ApiBody, type Fleet, openFleet } from "../support/fleet.ts";
import { openTestDatabase } from "../support/postgres.ts";
import { findProcesses, until } from "../support/processes.ts";
import { chain } from "../support/workflow-files.ts";

const cleanups: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

async function open(env: Readonly<Record<string, string>> = {}): Promise<{ fleet: Fleet; site: CountingSite }> {
  const database = await openTestDatabase();
  cleanups.push(() => database.close());
  const fleet = await openFleet(database.url, env);
  cleanups.push(() => fleet.close());
  const site = await openCountingSite();
  cleanups.push(() => site.close());
  return { fleet, site };
}

/** Asks for /a, waits, asks for /b: long enough to be hit in the middle. */
function twoCalls(site: CountingSite, waitSeconds: number): Record<string, unknown> {
  return chain("two calls", {
    start: ["StartNode"],
    before: ["HttpRequestNode", { url: `${site.url}/a`, method: "GET" }],
    wait: ["WaitNode", { duration: waitSeconds }],
    after: ["HttpRequestNode", { url: `${site.url}/b`, method: "GET" }],
    end: ["EndNode"],
  });
}

function attemptsOf(job: ApiBody): { attempt: unknown; outcome: unknown }[] {
  return (job.attempts ?? []).map(({ attempt, outcome }) => ({ attempt, outcome }));
}

/** How many such events there are, once there is one: a state is recorded a moment before its event is told. */
async function countEvents(fleet: Fleet, jobId: string, type: string): Promise<number> {
  const found = await until(async () => {
    const { body } = await fleet.api("GET", `/api/v1/jobs/${jobId}/events?limit=250`);
    return (body.data ?? []).filter((event) => event.type === type).length || undefined;
  }, 30_000);
  return found ?? 0;
}

async function seen(site: CountingSite, path: string): Promise<void> {
  const hit = await until(() => (site.hits(path) > 0 ? true : undefined), 30_000);
  if (hit === undefined) throw new Error(`nobody asked for ${path}`);
}

describe("when something is killed in the middle of a job", () => {
  test("another robot finishes the job of a robot that was killed, and its result is the only one", async () => {
    const { fleet, site } = await open();
    const first = await fleet.startRobot("first");
    const jobId = await fleet.submit(await fleet.createWorkflow(twoCalls(site, 2)));
    await seen(site, "/a");

    first.signal("SIGKILL");
    await fleet.startRobot("second");
    const job = await fleet.waitForJob(jobId, ["completed", "failed"]);

    expect(job.state).toBe("completed");
    expect(attemptsOf(job)).toEqual([
      { attempt: 1, outcome: "lost" },
      { attempt: 2, outcome: "completed" },
    ]);
    expect(await countEvents(fleet, jobId, "job.completed")).toBe(1);
    expect([site.hits("/a"), site.hits("/b")]).toEqual([2, 1]);
  });

  test("a job survives the orchestrator being killed and started again, in the same attempt", async () => {
    const { fleet, site } = await open({ CASARE_QUEUE_LEASE_MS: "20000" });
    await fleet.startRobot("steady");
    const jobId = await fleet.submit(await fleet.createWorkflow(twoCalls(site, 3)));
    await seen(site, "/a");
    const [orchestrator] = fleet.orchestrators;

    orchestrator?.process.signal("SIGKILL");
    await orchestrator?.process.ended;
    await fleet.startOrchestrator(orchestrator?.port);
    const job = await fleet.waitForJob(jobId, ["completed", "failed"]);

    expect(job.state).toBe("completed");
    expect(attemptsOf(job)).toEqual([{ attempt: 1, outcome: "completed" }]);
    expect(await countEvents(fleet, jobId, "job.completed")).toBe(1);
    expect([site.hits("/a"), site.hits("/b")]).toEqual([1, 1]);
  });

  test("a job survives PostgreSQL being killed", async () => {
    const site = await openCountingSite();
    cleanups.push(() => site.close());
    const fleet = await openFleet(undefined, { CASARE_QUEUE_LEASE_MS: "20000" });
    cleanups.push(() => fleet.close());
    await fleet.startRobot("steady");
    const jobId = await fleet.submit(await fleet.createWorkflow(twoCalls(site, 3)));
    await seen(site, "/a");

    const postmaster = (await findProcesses(fleet.home)).find(({ command }) => /postgres.* -D /.test(command));
    if (postmaster === undefined) throw new Error("no postmaster found");
    process.kill(postmaster.pid, "SIGKILL");
    const job = await fleet.waitForJob(jobId, ["completed", "failed"]);

    expect(job.state).toBe("completed");
    expect(attemptsOf(job)).toEqual([{ attempt: 1, outcome: "completed" }]);
    expect(await countEvents(fleet, jobId, "job.completed")).toBe(1);
    expect([site.hits("/a"), site.hits("/b")]).toEqual([1, 1]);
  });
});

test("a robot that slept through its lease is refused and stops, and the job is done by another", async () => {
  const { fleet, site } = await open();
  const sleeper = await fleet.startRobot("sleeper");
  const jobId = await fleet.submit(await fleet.createWorkflow(twoCalls(site, 2)));
  await seen(site, "/a");

  sleeper.signal("SIGSTOP");
  await fleet.startRobot("other");
  const job = await fleet.waitForJob(jobId, ["completed", "failed"]);
  sleeper.signal("SIGCONT");
  const back = await until(async () => {
    const { body } = await fleet.api("GET", "/api/v1/robots");
    const robot = body.data?.find((entry) => entry.name === "sleeper");
    return robot?.status === "idle" ? robot : undefined;
  }, 20_000);

  expect(job.state).toBe("completed");
  expect(attemptsOf(job)).toEqual([
    { attempt: 1, outcome: "lost" },
    { attempt: 2, outcome: "completed" },
  ]);
  expect(back).toBeDefined();
  expect(await countEvents(fleet, jobId, "job.completed")).toBe(1);
  expect((await fleet.api("GET", `/api/v1/jobs/${jobId}`)).body.state).toBe("completed");
});

test("cancelling a running job stops its browser within a second", async () => {
  const { fleet, site } = await open();
  await fleet.startRobot("worker");
  site.hold("/stuck");
  const workflow = chain("stuck page", {
    start: ["StartNode"],
    launch: ["LaunchBrowserNode", { headless: true }],
    go: ["GoToURLNode", { url: `${site.url}/stuck`, timeout: 60_000 }],
    end: ["EndNode"],
  });
  const jobId = await fleet.submit(await fleet.createWorkflow(workflow));
  await seen(site, "/stuck");

  const before = performance.now();
  const { status } = await fleet.api("POST", `/api/v1/jobs/${jobId}/cancel`, {});
  const gone = await until(() => (site.waiting("/stuck") === 0 ? true : undefined), 10_000);
  const stoppedAfterMs = performance.now() - before;
  const job = await fleet.waitForJob(jobId, ["cancelled", "completed", "failed"]);

  expect(status).toBe(202);
  expect(gone).toBe(true);
  expect(stoppedAfterMs).toBeLessThan(1_000);
  expect(job.state).toBe("cancelled");
});

test("two orchestrators and four robots run five hundred jobs, each once", async () => {
  const { fleet, site } = await open({ CASARE_QUEUE_LEASE_MS: "30000", CASARE_QUEUE_HEARTBEAT_MS: "5000" });
  const second = await fleet.startOrchestrator();
  const workflowId = await fleet.createWorkflow(
    chain("one call", {
      start: ["StartNode"],
      call: ["HttpRequestNode", { url: `${site.url}/job/{{number}}`, method: "GET" }],
      end: ["EndNode"],
    }),
  );
  for (const index of [0, 1, 2, 3]) {
    await fleet.startRobot(`robot-${index}`, {
      CASARE_ROBOT_MAX_JOBS: "10",
      CASARE_ORCHESTRATOR_URL: (index % 2 === 0 ? fleet.orchestrators[0]?.url : second.url) ?? "",
    });
  }

  const ids: string[] = [];
  for (let start = 0; start < 500; start += 25) {
    const batch = Array.from({ length: 25 }, (_, offset) => fleet.submit(workflowId, { number: start + offset }));
    ids.push(...(await Promise.all(batch)));
  }
  await until(async () => {
    const { body } = await fleet.api("GET", "/api/v1/jobs?state=pending&state=running&limit=1");
    return body.data?.length === 0 ? true : undefined;
  }, 120_000);

  const states = await Promise.all(ids.map(async (id) => (await fleet.waitForJob(id, ["completed", "failed"])).state));
  expect(new Set(ids).size).toBe(500);
  expect(new Set(states)).toEqual(new Set(["completed"]));
  const calls = site.paths.filter((path) => path.startsWith("/job/"));
  expect(calls.toSorted()).toEqual(Array.from({ length: 500 }, (_, index) => `/job/${index}`).toSorted());
});
