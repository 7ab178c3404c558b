/** Producer and workers running together; every run is verified. */
import { setTimeout as delay } from "node:timers/promises";
import type { Client } from "pg";
import type { Child } from "../child-process.ts";
import { median, printTable, round, shown } from "../figures.ts";
import { openClient } from "../open-client.ts";
import { processUs, serverUs } from "../proc.ts";
import type { SystemName } from "../systems/index.ts";
import type { Settings } from "../systems/system.ts";
import type { Bench, Case, Figures } from "./bench.ts";

interface Contender {
  readonly label: string;
  readonly system: SystemName;
  readonly settings: Settings;
}

interface Run {
  readonly jobsPerSecond: number;
  readonly postgresUs: number | undefined;
  readonly nodeUs: number;
  readonly walBytes: number;
  /** After the run, everything that is left of a finished job. */
  readonly diskBytes: number;
}

const BATCH = 500;
const CALLS = 2;
const EXPECTED_MS = 6_000;
/** Enough for all workers to find full batches, too little to become a backlog. */
const OUTSTANDING = 20_000;
/** Left to their defaults, some do a few jobs a second. */
const DEFAULT_FLOW = { batch: 100, outstanding: 1_000 };

/** How many jobs are recorded as finished (null: they are deleted), and how many are not. */
const COUNTS: Readonly<Record<SystemName, string>> = {
  ours: `select (select count(*) from queue_done where state = 1)::int as finished,
    ((select coalesce(sum(hi - lo + 1), 0) from queue_ready) + (select count(*) from queue_active)
      + (select count(*) from queue_delayed))::int as unfinished`,
  graphile: "select null::int as finished, count(*)::int as unfinished from graphile_worker._private_jobs",
  pgboss: `select count(*) filter (where state = 'completed')::int as finished,
    count(*) filter (where state <> 'completed')::int as unfinished from pgboss.job where name like 'bench%'`,
  statements: `select (select count(*) from q_done)::int as finished,
    ((select coalesce(sum(hi - lo + 1), 0) from q_ready) + (select count(*) from q_active))::int as unfinished`,
};

interface Plan {
  readonly processes: number;
  readonly warmUpMs: number;
  readonly windowMs: number;
  readonly drainMs: number;
}

const CONTENDERS: readonly Contender[] = [
  { label: "graphile default", system: "graphile", settings: "default" },
  { label: "pgboss default", system: "pgboss", settings: "default" },
  { label: "ours", system: "ours", settings: "tuned" },
  { label: "graphile tuned", system: "graphile", settings: "tuned" },
  { label: "pgboss tuned", system: "pgboss", settings: "tuned" },
  { label: "pgboss, results kept", system: "pgboss", settings: "keeping" },
  { label: "statements alone", system: "statements", settings: "tuned" },
];
/** What is less to the point gets fewer rounds. */
const SIDE_ROUNDS = { quick: [2], full: [2, 3] };

/** Each contender runs once before the first one runs again. */
export function createSteady(bench: Bench, processes: number): Case {
  const plan: Plan = bench.isQuick
    ? { processes, warmUpMs: 1_500, windowMs: 2_000, drainMs: 10_000 }
    : { processes, warmUpMs: 2_000, windowMs: 8_000, drainMs: 30_000 };
  const field = CONTENDERS.filter(({ system }) => bench.withPeers || system === "ours" || system === "statements");
  const runs = new Map<string, Run[]>(field.map(({ label }) => [label, []]));
  const sideRounds = bench.isQuick ? SIDE_ROUNDS.quick : SIDE_ROUNDS.full;

  return {
    rounds: bench.isQuick ? 3 : 5,
    async round(number) {
      for (const contender of field) {
        if (contender.settings !== "tuned" && !sideRounds.includes(number)) continue;
        const name = `steady, ${processes} × ${contender.label}`;
        const run = await bench.step(name, EXPECTED_MS, () => runOnce(bench, contender, plan));
        if (run === undefined) continue;
        bench.note(`${name}: ${shown(run.jobsPerSecond)} jobs/s`);
        runs.get(contender.label)?.push(run);
      }
    },
    report(figures) {
      printRuns(`Steady state, 1 producer and ${processes} worker process${processes > 1 ? "es" : ""}`, runs);
      addFigures(figures, processes, runs);
    },
  };
}

type Runs = ReadonlyMap<string, readonly Run[]>;

function middle(runs: readonly Run[], read: (run: Run) => number | undefined): number {
  return median(runs.map((run) => read(run) ?? Number.NaN));
}

function printRuns(title: string, all: Runs): void {
  printTable(
    `${title} (median; 200-byte payload; CPU in microseconds per job)`,
    ["system", "rounds", "jobs/s", "best", "CPU postgres", "CPU node", "WAL B/job", "disk B/job"],
    [...all].map(([label, runs]) => {
      const cell = (read: (run: Run) => number | undefined, digits = 0): string => shown(middle(runs, read), digits);
      return [
        label,
        String(runs.length),
        cell((run) => run.jobsPerSecond),
        shown(Math.max(...runs.map((run) => run.jobsPerSecond))),
        cell((run) => run.postgresUs, 1),
        cell((run) => run.nodeUs, 1),
        cell((run) => run.walBytes),
        cell((run) => run.diskBytes),
      ];
    }),
  );
}

/** Jobs a second of each, the better settings of a peer; null for what could not run. */
function addFigures(figures: Figures, processes: number, all: Runs): void {
  const best = (...labels: readonly string[]): number | null =>
    round(
      Math.max(
        ...labels
          .filter((label) => all.get(label)?.length)
          .map((label) => middle(all.get(label) ?? [], (run) => run.jobsPerSecond)),
      ),
    );
  figures[`steady${processes}`] = {
    ours: best("ours"),
    graphile: best("graphile tuned", "graphile default"),
    pgboss: best("pgboss tuned", "pgboss, results kept", "pgboss default"),
    statements: best("statements alone"),
  };
  if (processes > 1) return;
  figures["bytesPerJob"] = Object.fromEntries(
    [...all].map(([label, runs]) => [
      label,
      { wal: round(middle(runs, (run) => run.walBytes)), disk: round(middle(runs, (run) => run.diskBytes)) },
    ]),
  );
}

async function runOnce(bench: Bench, contender: Contender, plan: Plan): Promise<Run> {
  const { server, children, templates } = bench;
  const url = await server.createDatabase(await templates.of(contender.system));
  const client = await openClient(url);
  const emptyBytes = await sizeOf(client);
  const options = { system: contender.system, url, settings: contender.settings };
  const [producer, ...workers] = await Promise.all([
    children.start("producer", options),
    ...Array.from({ length: plan.processes }, () => children.start("worker", options)),
  ]);
  try {
    const flow = startFlow(producer, workers, contender.settings);
    await delay(plan.warmUpMs);
    const window = await measureWindow(bench, client, [producer, ...workers], plan.windowMs);
    const sent = await producer.request<number>("finish");
    if (contender.settings !== "default") await drained(flow, sent, plan.drainMs);
    const started = sum(await Promise.all(workers.map((worker) => worker.request<number>("stop"))));
    await producer.request("close");
    const finished = await verify(bench, client, contender, { sent, started });
    return { ...window, diskBytes: ((await sizeOf(client)) - emptyBytes) / Math.max(finished, 1) };
  } finally {
    await client.end();
    await Promise.all([producer, ...workers].map((child) => child.end()));
    await server.dropDatabase(url);
  }
}

interface FlowState {
  started(): number;
}

/** The producer is told how many jobs have started, and keeps as many ahead as it may. */
function startFlow(producer: Child, workers: readonly Child[], settings: Settings): FlowState {
  const counts = workers.map(() => 0);
  for (const [index, worker] of workers.entries()) {
    worker.onEvent((event) => {
      counts[index] = (event as { readonly started: number }).started;
      void producer.request("started", sum(counts)).catch(() => undefined);
    });
  }
  const flow = settings === "default" ? DEFAULT_FLOW : { batch: BATCH, outstanding: OUTSTANDING };
  void producer.request("begin", { ...flow, calls: CALLS });
  return { started: () => sum(counts) };
}

async function measureWindow(
  bench: Bench,
  client: Client,
  processes: readonly Child[],
  windowMs: number,
): Promise<Omit<Run, "diskBytes">> {
  const pids = processes.map(({ pid }) => pid);
  const workers = processes.slice(1);
  const { postmaster } = bench.server;
  const look = async () => ({
    started: sum(await Promise.all(workers.map((worker) => worker.request<number>("started")))),
    atMs: performance.now(),
    postgresUs: postmaster === undefined ? undefined : await serverUs(postmaster),
    nodeUs: await processUs(pids),
    walBytes: await walPosition(client),
  });
  const before = await look();
  await delay(windowMs);
  const after = await look();
  const jobs = after.started - before.started;
  const perJob = (from: number, to: number): number => (to - from) / jobs;
  return {
    jobsPerSecond: (jobs / (after.atMs - before.atMs)) * 1_000,
    postgresUs:
      before.postgresUs === undefined || after.postgresUs === undefined
        ? undefined
        : perJob(before.postgresUs, after.postgresUs),
    nodeUs: perJob(before.nodeUs, after.nodeUs),
    walBytes: perJob(before.walBytes, after.walBytes),
  };
}

async function drained(flow: FlowState, sent: number, withinMs: number): Promise<void> {
  const untilMs = performance.now() + withinMs;
  while (flow.started() < sent && performance.now() < untilMs) await delay(20);
}

/** Every job that was sent is finished once, or is still there. @returns how many are finished. */
async function verify(
  bench: Bench,
  client: Client,
  contender: Contender,
  { sent, started }: { readonly sent: number; readonly started: number },
): Promise<number> {
  const { rows } = await client.query<{ finished: number | null; unfinished: number }>(COUNTS[contender.system]);
  const unfinished = rows[0]?.unfinished ?? 0;
  const finished = rows[0]?.finished ?? sent - unfinished;
  const isDrained = unfinished === 0;
  const facts = `${sent} sent, ${started} started, ${finished} finished, ${unfinished} unfinished`;
  // Left to its defaults, a queue may be stopped in the middle of a job, which then waits to be started again.
  const isExact = contender.settings === "default" ? started >= finished : isDrained && started === finished;
  if (finished + unfinished !== sent || !isExact) bench.broken(`${contender.label}: ${facts}`);
  return finished;
}

async function sizeOf(client: Client): Promise<number> {
  const { rows } = await client.query<{ size: string }>("select pg_database_size(current_database()) as size");
  return Number(rows[0]?.size);
}

async function walPosition(client: Client): Promise<number> {
  const { rows } = await client.query<{ at: string }>("select pg_current_wal_insert_lsn() - '0/0'::pg_lsn as at");
  return Number(rows[0]?.at);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
