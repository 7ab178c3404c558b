/** One-job calls from many callers at once. */
import { setTimeout as delay } from "node:timers/promises";
import { median, percentile, printTable, round, shown } from "../figures.ts";
import { openClient } from "../open-client.ts";
import { processUs, serverUs } from "../proc.ts";
import type { Bench, Case } from "./bench.ts";

interface Run {
  readonly rate: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly p99: Readonly<Record<Call, number>>;
  readonly postgresUs: number;
  readonly nodeUs: number;
  readonly emptyShare: number;
}

type Call = "enqueue" | "claim" | "complete";

interface Measured {
  readonly finished: number;
  readonly emptyClaims: number;
  readonly tookMs: Readonly<Record<Call, readonly number[]>>;
}

const EXPECTED_MS = 5_000;

export function createCalls(bench: Bench, numbers: readonly number[]): Case {
  const windowMs = bench.isQuick ? 2_500 : 8_000;
  const runs = new Map<number, Run[]>(numbers.map((callers) => [callers, []]));
  return {
    rounds: bench.isQuick ? 3 : 5,
    async round() {
      for (const callers of numbers) {
        const name = `calls, ${callers} callers`;
        const run = await bench.step(name, EXPECTED_MS, () => runOnce(bench, callers, windowMs));
        if (run === undefined) continue;
        bench.note(`${name}: ${shown(run.rate)} jobs/s, p99 ${shown(run.p99Ms, 1)} ms`);
        runs.get(callers)?.push(run);
      }
    },
    report(figures) {
      print(runs);
      for (const [callers, list] of runs) {
        figures[`calls${callers}`] = {
          rate: round(median(list.map((run) => run.rate))),
          p50Ms: round(median(list.map((run) => run.p50Ms)), 2),
          p99Ms: round(median(list.map((run) => run.p99Ms)), 2),
        };
      }
    },
  };
}

function print(runs: ReadonlyMap<number, readonly Run[]>): void {
  printTable(
    "One-job calls of one queue object (median; ms of a call; CPU in microseconds per job)",
    [
      "callers",
      "jobs/s",
      "best",
      "p50",
      "p99",
      "enqueue p99",
      "claim p99",
      "complete p99",
      "empty claims",
      "CPU postgres",
      "CPU node",
    ],
    [...runs].map(([callers, list]) => {
      const of = (read: (run: Run) => number, digits = 0): string => shown(median(list.map(read)), digits);
      return [
        String(callers),
        String(list.length),
        of((run) => run.rate),
        shown(Math.max(...list.map((run) => run.rate))),
        of((run) => run.p50Ms, 1),
        of((run) => run.p99Ms, 1),
        of((run) => run.p99.enqueue, 1),
        of((run) => run.p99.claim, 1),
        of((run) => run.p99.complete, 1),
        `${of((run) => run.emptyShare * 100, 1)} %`,
        of((run) => run.postgresUs, 1),
        of((run) => run.nodeUs, 1),
      ];
    }),
  );
}

async function runOnce(bench: Bench, callers: number, windowMs: number): Promise<Run> {
  const { server, children, templates } = bench;
  const url = await server.createDatabase(await templates.of("ours"));
  const child = await children.start("caller", { url, callers });
  try {
    const look = async () => ({
      atMs: performance.now(),
      postgresUs: server.postmaster === undefined ? Number.NaN : await serverUs(server.postmaster),
      nodeUs: await processUs([child.pid]),
    });
    await child.request("begin");
    await delay(1_000);
    await child.request("reset");
    const before = await look();
    await delay(windowMs);
    const after = await look();
    const measured = await child.request<Measured>("figures");
    await child.request("finish");
    await verify(bench, url, callers);
    return toRun(measured, {
      seconds: (after.atMs - before.atMs) / 1_000,
      postgresUs: after.postgresUs - before.postgresUs,
      nodeUs: after.nodeUs - before.nodeUs,
    });
  } finally {
    await child.end();
    await server.dropDatabase(url);
  }
}

function toRun(
  { finished, emptyClaims, tookMs }: Measured,
  window: { readonly seconds: number; readonly postgresUs: number; readonly nodeUs: number },
): Run {
  const all = [...tookMs.enqueue, ...tookMs.claim, ...tookMs.complete];
  const p99 = (call: Call): number => percentile(tookMs[call], 0.99);
  return {
    rate: finished / window.seconds,
    p50Ms: percentile(all, 0.5),
    p99Ms: percentile(all, 0.99),
    p99: { enqueue: p99("enqueue"), claim: p99("claim"), complete: p99("complete") },
    postgresUs: window.postgresUs / finished,
    nodeUs: window.nodeUs / finished,
    emptyShare: emptyClaims / Math.max(tookMs.claim.length, 1),
  };
}

/** Whoever enqueued has also claimed and completed, so nothing may be left. */
async function verify(bench: Bench, url: string, callers: number): Promise<void> {
  const client = await openClient(url);
  const { rows } = await client.query<{ jobs: number; finished: number }>(
    `select (select count(*) from queue_job)::int as jobs,
      (select count(*) from queue_done where state = 1 and result is not null)::int as finished`,
  );
  await client.end();
  const { jobs, finished } = rows[0] ?? { jobs: -1, finished: 0 };
  if (jobs !== finished) bench.broken(`calls, ${callers} callers: ${jobs} enqueued, ${finished} finished`);
}
