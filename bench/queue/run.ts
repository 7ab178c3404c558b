import { once } from "node:events";
import { availableParallelism, cpus } from "node:os";
import { createBacklog } from "./cases/backlog.ts";
import type { Bench, Case, Figures } from "./cases/bench.ts";
import { createCalls } from "./cases/calls.ts";
import { createIdle } from "./cases/idle.ts";
import { createSteady } from "./cases/steady.ts";
import { createTemplates } from "./cases/templates.ts";
import { createChildren } from "./child-process.ts";
import { round, shown } from "./figures.ts";
import { machineTime, ownUs, serverUs } from "./proc.ts";
import { openServer } from "./server.ts";

export interface RunOptions {
  readonly isQuick: boolean;
  /** Names of parts. */
  readonly wanted: readonly string[];
  /** The command that runs the benchmark's processes. */
  readonly node: readonly [string, ...string[]];
  readonly withPeers: boolean;
  /** Ends everything. */
  readonly signal: AbortSignal;
}

/** Each may make several cases. */
const PARTS: Readonly<Record<string, (bench: Bench) => readonly Case[]>> = {
  steady: (bench) => [createSteady(bench, 1), createSteady(bench, 4)],
  calls: (bench) => [createCalls(bench, [100, 1_000])],
  idle: (bench) => [createIdle(bench)],
  backlog: (bench) => [createBacklog(bench)],
};
/** A quick run begins nothing that would not end by then. */
const QUICK_MS = 170_000;

/** Milliseconds since the process started. */
const elapsedMs = (): number => performance.now();

function note(line: string): void {
  console.error(`[${Math.round(elapsedMs() / 1_000)} s] ${line}`);
}

/** Measures, prints the tables and the line of JSON. @returns false when a verification failed. Rejects when it is interrupted. */
export async function run(options: RunOptions): Promise<boolean> {
  const { isQuick, withPeers, node, signal } = options;
  const server = await openServer(signal);
  const children = createChildren(node);
  const broken: string[] = [];
  try {
    console.log(`PostgreSQL ${server.version}, ${availableParallelism()} × ${cpus()[0]?.model}, ${node[0]}`);
    const steps = createSteps(signal, isQuick ? QUICK_MS : Number.POSITIVE_INFINITY);
    const others = await watchOthers(server.postmaster);
    const measuring = measure(options.wanted, {
      server,
      children,
      templates: createTemplates(server, children),
      isQuick,
      withPeers,
      step: steps.step,
      note,
      broken(line) {
        broken.push(line);
        note(`BROKEN: ${line}`);
      },
    });
    // What is being measured when it is interrupted fails when its processes and its server are gone.
    const figures = await Promise.race([measuring, aborted(signal)]);
    const othersShare = await others();
    console.log(
      `\ntook ${Math.round(elapsedMs() / 1_000)} s; others used ${shown(othersShare * 100)} % of the machine`,
    );
    const missed = steps.missed();
    if (missed.length > 0) console.log(`there was no time for: ${missed.join("; ")}`);
    for (const line of broken) console.log(`BROKEN: ${line}`);
    console.log(JSON.stringify({ ...figures, othersShare: round(othersShare, 2), broken }));
  } finally {
    await children.endAll();
    await server.close();
  }
  return broken.length === 0;
}

/** @returns what tells the share of the machine's time, in [0, 1], that neither this run used nor nobody. */
async function watchOthers(postmaster: number | undefined): Promise<() => Promise<number>> {
  const look = async () => ({
    ...(await machineTime()),
    runUs: (await ownUs()) + (postmaster === undefined ? 0 : await serverUs(postmaster)),
  });
  const before = await look();
  return async () => {
    const after = await look();
    const busyUs = after.busyUs - before.busyUs;
    return Math.max(0, busyUs - (after.runUs - before.runUs)) / (busyUs + after.idleUs - before.idleUs);
  };
}

async function aborted(signal: AbortSignal): Promise<never> {
  if (!signal.aborted) await once(signal, "abort");
  throw signal.reason;
}

async function measure(wanted: readonly string[], bench: Bench): Promise<Figures> {
  const cases = wanted.flatMap((part) => PARTS[part]?.(bench) ?? []);
  for (let number = 1; number <= Math.max(...cases.map(({ rounds }) => rounds)); number++) {
    for (const each of cases.filter(({ rounds }) => rounds >= number)) await each.round(number);
  }
  const figures: Figures = {};
  for (const each of cases) each.report(figures);
  return figures;
}

interface Steps {
  readonly step: Bench["step"];
  /** Names of parts that were not measured once. */
  missed(): readonly string[];
}

function createSteps(signal: AbortSignal, untilMs: number): Steps {
  const tookMs = new Map<string, number>();
  const missed = new Set<string>();
  return {
    missed: () => [...missed].filter((name) => !tookMs.has(name)),
    async step(name, expectedMs, work) {
      signal.throwIfAborted();
      const startMs = elapsedMs();
      if (startMs + (tookMs.get(name) ?? expectedMs) > untilMs) {
        missed.add(name);
        return undefined;
      }
      const result = await work();
      tookMs.set(name, elapsedMs() - startMs);
      return result;
    },
  };
}
