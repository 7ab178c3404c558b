/** How long a job waits in an idle queue, from the call that hands it in to the start of its handler in another process. */
import { EventEmitter, once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { percentile, printTable, round, shown } from "../figures.ts";
import type { SystemName } from "../systems/index.ts";
import type { Settings } from "../systems/system.ts";
import type { Bench, Case } from "./bench.ts";

interface Contender {
  readonly label: string;
  readonly system: SystemName;
  readonly settings: Settings;
}

const CONTENDERS: readonly Contender[] = [
  { label: "ours", system: "ours", settings: "tuned" },
  { label: "graphile, no batching", system: "graphile", settings: "latency" },
  { label: "graphile tuned", system: "graphile", settings: "tuned" },
  { label: "pgboss, notify", system: "pgboss", settings: "latency" },
];
/** Between jobs: an idle queue, but a warm one. */
const PAUSE_MS = 25;

const EXPECTED_MS = 4_000;
/** In a quick run a contender gets no more than this: one that polls would take minutes. */
const QUICK_LIMIT_MS = 4_000;

export function createIdle(bench: Bench): Case {
  const field = bench.withPeers ? CONTENDERS : CONTENDERS.slice(0, 1);
  const waits = new Map<string, number[]>(field.map(({ label }) => [label, []]));
  const plan = bench.isQuick
    ? { samples: 50, limitMs: QUICK_LIMIT_MS }
    : { samples: 150, limitMs: Number.POSITIVE_INFINITY };

  function best(system: SystemName): number | null {
    const labels = field.filter((contender) => contender.system === system).map(({ label }) => label);
    return round(Math.min(...labels.map((label) => percentile(waits.get(label) ?? [], 0.5))), 2);
  }

  return {
    rounds: bench.isQuick ? 3 : 4,
    async round() {
      for (const contender of field) {
        const name = `idle, ${contender.label}`;
        const waitedMs = await bench.step(name, EXPECTED_MS, () => runOnce(bench, contender, plan));
        if (waitedMs === undefined) continue;
        bench.note(`${name}: p50 ${shown(percentile(waitedMs, 0.5), 2)} ms`);
        waits.get(contender.label)?.push(...waitedMs);
      }
    },
    report(figures) {
      printTable(
        "Idle queue: call to enqueue until the handler starts in another process (ms)",
        ["system", "jobs", "p50", "p95", "p99"],
        [...waits].map(([label, list]) => [
          label,
          String(list.length),
          ...[0.5, 0.95, 0.99].map((share) => shown(percentile(list, share), 2)),
        ]),
      );
      // The better settings of a peer.
      figures["idle"] = { ours: best("ours"), graphile: best("graphile"), pgboss: best("pgboss") };
    },
  };
}

async function runOnce(
  { server, children, templates }: Bench,
  { system, settings }: Contender,
  { samples, limitMs }: { readonly samples: number; readonly limitMs: number },
): Promise<readonly number[]> {
  const url = await server.createDatabase(await templates.of(system));
  const options = { system, url, settings };
  const [producer, worker] = await Promise.all([
    children.start("producer", options),
    children.start("worker", options),
  ]);
  const starts = new EventEmitter();
  worker.onEvent((event) => {
    const { waitedMs } = event as { readonly waitedMs?: number };
    if (waitedMs !== undefined) starts.emit("start", waitedMs);
  });
  const waits: number[] = [];
  try {
    await delay(300);
    // The first ones find cold caches.
    const untilMs = performance.now() + limitMs;
    for (let number = -5; number < samples && performance.now() < untilMs; number++) {
      const [[waitedMs]] = await Promise.all([once(starts, "start"), producer.request("sendOne")]);
      if (number >= 0) waits.push(waitedMs as number);
      await delay(PAUSE_MS * (0.6 + Math.random() * 0.8));
    }
    await worker.request("stop");
    await producer.request("close");
  } finally {
    await Promise.all([producer, worker].map((child) => child.end()));
    await server.dropDatabase(url);
  }
  return waits;
}
