/** One chaos run from its first process to its last check. */
import { setMaxListeners } from "node:events";
import { appendFileSync } from "node:fs";
import { mkdir, readdir } from "node:fs/promises";
import path from "node:path";
import sql from "sql-template-tag";
import { pause } from "../../../src/core/deadline.ts";
import { messageOf } from "../../../src/core/errors.ts";
import { type Database, migrate, openDatabase } from "../../../src/database/index.ts";
import { type ChaosServer, startChaosServer } from "./chaos-server.ts";
import { type CrewPrograms, compileCrew } from "./compile-crew.ts";
import { type Crew, type CrewExit, startCrew } from "./crew.ts";
import { EXIT_CLEAN, EXIT_TROUBLED, type ProducerOrders, type WorkerOrders } from "./crew-orders.ts";
import type { Evidence } from "./evidence.ts";
import { type PlannedFault, planFaults } from "./fault-plan.ts";
import { inject, LEAVE_WITHIN_MS, type World, waitForServer } from "./faults.ts";
import { findViolations, type Violation } from "./invariants.ts";
import { RARE_LABEL } from "./job-plan.ts";
import { readProducerJournal, readWorkerJournal } from "./journal.ts";
import type { ChaosOptions } from "./options.ts";
import { countLeftovers, readStored } from "./read-rows.ts";
import { type Counts, countBy, countEvidence } from "./report.ts";
import { openRoughNetwork, type RoughNetwork } from "./rough-network.ts";

export interface ChaosResult {
  readonly counts: Counts & {
    readonly faults: Readonly<Record<string, number>>;
    /** Jobs that had ended when the faults did. */
    readonly endedUnderFire: number;
  };
  readonly violations: readonly Violation[];
}

const PRODUCERS = 2;
const LEASE_MS = 1_500;
const HEARTBEAT_MS = 400;
const POLL_MS = 300;
const REAP_MS = 500;
const CONCURRENCY = 64;
/** Beyond a lease and a pass of the reaper: a heartbeat on its way, the start of a process, a busy machine. */
const RECOVERY_SLACK_MS = 3_000;
/** Jobs are left for good when none has ended for so long: statements on connections that died in silence take 35 s. */
const STUCK_AFTER_MS = 60_000;
/** Share of the time in which all jobs are offered; the rest is for those that are still under way. */
const OFFERED_WITHIN = 0.95;
const PROGRESS_EVERY_MS = 5_000;

/**
 * Runs the whole of it. Rejects when the run itself cannot go on; every process it started has ended when it settles.
 *
 * @param folder empty, and may be entered by everybody; holds the database, the journals and the logs.
 */
export async function runChaos(
  options: ChaosOptions,
  environment: { readonly folder: string; readonly signal: AbortSignal; readonly say: (line: string) => void },
): Promise<ChaosResult> {
  const { folder, signal } = environment;
  // Each fault listens to it.
  setMaxListeners(0, signal);
  const journals = path.join(folder, "journals");
  await mkdir(journals);
  const say = (line: string): void => {
    environment.say(line);
    appendFileSync(path.join(folder, "run.log"), `${new Date().toISOString()} ${line}\n`);
  };
  const closers: (() => Promise<void>)[] = [];
  try {
    say("compiling, and starting PostgreSQL");
    const programs = await compileCrew(path.join(folder, "code"), signal);
    const server = await startChaosServer(path.join(folder, "home"), { signal, note: say });
    closers.push(() => server.close());
    const admin = openDatabase({ url: server.adminUrl, maxConnections: 4, applicationName: "chaos-run" });
    closers.push(() => admin.close());
    await migrateAsOwner(server.url);
    const network = await openRoughNetwork(server.port);
    closers.push(() => network.close());
    const places = { programs, journals, folder };
    const stage: Stage = { options, server, admin, network, ...places, signal, say, incidents: [] };
    const producers = startProducers(stage);
    closers.push(() => producers.killAll());
    const workers = startWorkers(stage);
    closers.push(() => workers.killAll());
    return await play(stage, { producers, workers });
  } finally {
    for (const close of closers.toReversed()) {
      await close().catch((error: unknown) => say(`while cleaning up: ${messageOf(error)}`));
    }
  }
}

interface Stage {
  readonly options: ChaosOptions;
  readonly server: ChaosServer;
  readonly admin: Database;
  readonly network: RoughNetwork;
  readonly programs: CrewPrograms;
  readonly folder: string;
  readonly journals: string;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
  readonly incidents: string[];
}

interface Crews {
  readonly producers: Crew;
  readonly workers: Crew;
}

async function migrateAsOwner(url: string): Promise<void> {
  const database = openDatabase({ url, maxConnections: 1 });
  try {
    await migrate(database);
  } finally {
    await database.close();
  }
}

function crewUrl({ server, network }: Stage): string {
  const url = new URL(server.url);
  url.port = String(network.port);
  return url.href;
}

function startWorkers(stage: Stage): Crew {
  const { options, folder, journals } = stage;
  return startCrew({
    program: stage.programs.worker,
    size: options.workers,
    logFile: path.join(folder, "workers.log"),
    endsWhenDone: false,
    onCrash: (name, exit) => stage.incidents.push(`${name} ended by itself: ${JSON.stringify(exit)}, see workers.log`),
    orders(place, life) {
      const robotId = `worker-${place}-${life}`;
      const orders: WorkerOrders = {
        seed: options.seed,
        url: crewUrl(stage),
        journal: path.join(journals, `${robotId}.ndjson`),
        robotId,
        concurrency: CONCURRENCY,
        capabilities: place % 2 === 0 ? [RARE_LABEL] : [],
        leaseMs: LEASE_MS,
        heartbeatMs: HEARTBEAT_MS,
        pollMs: POLL_MS,
        reapMs: REAP_MS,
      };
      return { name: robotId, argument: JSON.stringify(orders) };
    },
  });
}

function startProducers(stage: Stage): Crew {
  const { options, folder, journals } = stage;
  const startAtMs = Date.now();
  const journalOf = (place: number, life: number): string => path.join(journals, `producer-${place}-${life}.ndjson`);
  return startCrew({
    program: stage.programs.producer,
    size: PRODUCERS,
    logFile: path.join(folder, "producers.log"),
    endsWhenDone: true,
    onCrash: (name, exit) =>
      stage.incidents.push(`${name} ended by itself: ${JSON.stringify(exit)}, see producers.log`),
    orders(place, life) {
      const orders: ProducerOrders = {
        seed: options.seed,
        url: crewUrl(stage),
        journal: journalOf(place, life),
        index: place,
        producers: PRODUCERS,
        life,
        earlier: Array.from({ length: life - 1 }, (_, index) => journalOf(place, index + 1)),
        jobs: options.jobs,
        startAtMs,
        spreadMs: options.minutes * 60_000 * OFFERED_WITHIN,
      };
      return { name: `producer-${place}-${life}`, argument: JSON.stringify(orders) };
    },
  });
}

/** Faults, then peace, then the checks. */
async function play(stage: Stage, crews: Crews): Promise<ChaosResult> {
  const { options, signal, say, admin } = stage;
  const durationMs = options.minutes * 60_000;
  await allReady(crews.workers, options.workers, signal);
  const startedMs = performance.now();
  const faults = planFaults(options.seed, durationMs);
  say(`seed ${options.seed}: ${options.jobs} jobs and ${faults.length} faults in ${options.minutes} min`);
  const progress = startProgress(stage, crews, startedMs);
  try {
    await Promise.all([sufferAll(stage, crews, { faults, startedMs }), pause(durationMs, signal)]);
    signal.throwIfAborted();
    stage.network.calm();
    await waitForServer(stage);
    // The last fault is over when those that were hit by it are there again.
    await allReady(crews.workers, options.workers, signal);
    const calmMs = performance.now();
    say("the faults are over");
    const endedUnderFire = await countEnded(admin);
    const { recoveryMs, drainMs } = await settleDown(stage, crews, calmMs);
    say(drainMs === undefined ? "jobs are left" : `drained after ${drainMs} ms`);
    await sendHome(stage, crews);
    const evidence = await gather(stage, { recoveryMs, drainMs });
    const counts = countEvidence(evidence);
    return {
      counts: { ...counts, faults: countBy(faults, ({ kind }) => kind), endedUnderFire },
      violations: findViolations(evidence),
    };
  } finally {
    await progress.stop();
  }
}

/** Waits until all places are filled: the start of a process takes a while on a busy machine. */
async function allReady(crew: Crew, size: number, signal: AbortSignal): Promise<void> {
  while (crew.members().filter((member) => member.isReady).length < size) {
    signal.throwIfAborted();
    await pause(50, signal);
  }
}

async function sufferAll(
  stage: Stage,
  crews: Crews,
  plan: { readonly faults: readonly PlannedFault[]; readonly startedMs: number },
): Promise<void> {
  const { options, server, admin, network, signal, say } = stage;
  const world: World = {
    seed: options.seed,
    leaseMs: LEASE_MS,
    server,
    admin,
    network,
    ...crews,
    signal,
    onLeft: (robotId, exit) => checkLeft(stage, robotId, exit),
  };
  const suffer = async (fault: PlannedFault): Promise<void> => {
    if (!(await pause(Math.max(0, plan.startedMs + fault.atMs - performance.now()), signal))) return;
    const beganMs = performance.now();
    const tell = (what: string): void => {
      const tookMs = Math.round(performance.now() - beganMs);
      say(`fault ${fault.number} at ${fault.atMs} ms: ${fault.kind}, ${what} (${tookMs} ms)`);
    };
    try {
      tell(await inject(fault, world));
    } catch (error) {
      // Mostly another fault was faster: the server is down.
      tell(`did not happen: ${messageOf(error)}`);
    }
  };
  await Promise.all(plan.faults.map(suffer));
}

/** A worker that has stopped without trouble holds nothing any more in its newest session. */
async function checkLeft(stage: Stage, robotId: string, exit: CrewExit | undefined): Promise<void> {
  if (exit === undefined) {
    stage.incidents.push(`${robotId} had not stopped ${LEAVE_WITHIN_MS} ms after SIGTERM`);
    return;
  }
  // Another fault may have killed it before it was done.
  if (exit.code === EXIT_TROUBLED || exit.signal === "SIGKILL") return;
  if (exit.code !== EXIT_CLEAN) {
    stage.incidents.push(`${robotId} failed when it was asked to stop: ${JSON.stringify(exit)}, see workers.log`);
    return;
  }
  const [row] = await stage.admin.query<{ jobs: number }>(sql`
    select count(a.id)::int as jobs
    from (select * from queue_session where robot_id = ${robotId} order by id desc limit 1) s
    join queue_active a on a.tenant_id = s.tenant_id and a.session_id = s.id
    where s.ended_at is null and s.until > clock_timestamp()`);
  if (row !== undefined && row.jobs > 0) stage.incidents.push(`${robotId} stopped and still holds ${row.jobs} jobs`);
}

/** Waits until robots that are gone hold no job, and until nothing is left to do or nothing is done any more. */
async function settleDown(
  stage: Stage,
  { producers, workers }: Crews,
  calmMs: number,
): Promise<Pick<Evidence, "recoveryMs" | "drainMs">> {
  const { admin, signal } = stage;
  let hasOffered = false;
  const offering = producers.done.finally(() => {
    hasOffered = true;
  });
  let recoveryMs: number | undefined;
  let ended = 0;
  let lastEndMs = performance.now();
  while (performance.now() < lastEndMs + STUCK_AFTER_MS) {
    signal.throwIfAborted();
    const alive = workers.members().map(({ name }) => name);
    const elapsedMs = Math.round(performance.now() - calmMs);
    if (recoveryMs === undefined && (await countOrphans(admin, alive)) === 0) recoveryMs = elapsedMs;
    if (hasOffered && recoveryMs !== undefined && sum(await countLeftovers(admin)) === 0) {
      await offering;
      return { recoveryMs, drainMs: elapsedMs };
    }
    const endedNow = await countEnded(admin);
    if (endedNow > ended) lastEndMs = performance.now();
    ended = endedNow;
    await pause(200, signal);
  }
  return { recoveryMs, drainMs: undefined };
}

async function countEnded(admin: Database): Promise<number> {
  const [row] = await admin.query<{ count: number }>(sql`select count(*)::int as count from queue_done`);
  return row?.count ?? 0;
}

/** Jobs held by sessions that are over, or of robots that do not live. */
async function countOrphans(admin: Database, alive: readonly string[]): Promise<number> {
  const [row] = await admin.query<{ count: number }>(sql`
    select count(*)::int as count from queue_active a
    left join queue_session s on s.tenant_id = a.tenant_id and s.id = a.session_id
    where s.ended_at is not null or s.until <= clock_timestamp() or s.robot_id is null
      or s.robot_id <> all (${alive}::text[])`);
  return row?.count ?? 0;
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}

async function sendHome(stage: Stage, { workers, producers }: Crews): Promise<void> {
  producers.close();
  workers.close();
  const leaving = workers.members().map(async (worker) => {
    await checkLeft(stage, worker.name, await worker.dismiss(LEAVE_WITHIN_MS));
  });
  await Promise.all(leaving);
  await producers.killAll();
}

async function gather(stage: Stage, times: Pick<Evidence, "recoveryMs" | "drainMs">): Promise<Evidence> {
  const { options, admin, journals, incidents } = stage;
  const files = (await readdir(journals)).toSorted();
  const ofWorkers = files
    .filter((file) => file.startsWith("worker-"))
    .map((file) => ({
      robotId: path.basename(file, ".ndjson"),
      entries: readWorkerJournal(path.join(journals, file)),
    }));
  const ofProducers = files
    .filter((file) => file.startsWith("producer-"))
    .map((file) => ({
      who: path.basename(file, ".ndjson"),
      entries: readProducerJournal(path.join(journals, file)),
    }));
  const workerEntries = ofWorkers.flatMap(({ robotId, entries }) => entries.map((entry) => ({ robotId, ...entry })));
  const producerEntries = ofProducers.flatMap(({ who, entries }) => entries.map((entry) => ({ who, ...entry })));
  return {
    offered: options.jobs,
    acknowledgements: producerEntries.filter((entry) => entry.what === "acknowledged"),
    cancelRequests: producerEntries.filter((entry) => entry.what === "cancel").map(({ jobId }) => jobId),
    cancelAnswers: producerEntries
      .filter((entry) => entry.what === "cancel-answer")
      .map(({ jobId, kind, state }) => ({ jobId, kind, ...(state !== undefined && { state }) })),
    starts: workerEntries.filter((entry) => entry.what === "start"),
    ends: workerEntries.filter((entry) => entry.what === "end"),
    rejections: workerEntries.filter((entry) => entry.what === "rejected"),
    errors: [
      ...workerEntries.filter((entry) => entry.what === "error").map((entry) => ({ ...entry, who: entry.robotId })),
      ...producerEntries.filter((entry) => entry.what === "error"),
    ],
    ...(await readStored(admin, options.seed)),
    incidents,
    recoveryLimitMs: LEASE_MS + REAP_MS + RECOVERY_SLACK_MS,
    ...times,
  };
}

function startProgress(stage: Stage, { workers }: Crews, startedMs: number): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const tell = async (): Promise<void> => {
    while (await pause(PROGRESS_EVERY_MS, stopping.signal)) {
      const seconds = Math.round((performance.now() - startedMs) / 1_000);
      try {
        const [row] = await stage.admin.query<{ jobs: number; done: number }>(sql`
          select (select count(*) from queue_job)::int as jobs, (select count(*) from queue_done)::int as done`);
        const { queue_active: running = 0 } = await countLeftovers(stage.admin);
        const { jobs, done } = row ?? { jobs: 0, done: 0 };
        stage.say(
          `${seconds} s: ${jobs} jobs, ${done} ended, ${running} running, ${jobs - done - running} waiting, ${workers.members().length} workers`,
        );
      } catch {
        stage.say(`${seconds} s: the server is down`);
      }
    }
  };
  const telling = tell();
  return {
    stop() {
      stopping.abort();
      return telling;
    },
  };
}
