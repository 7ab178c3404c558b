/** What a claim of ten jobs costs when much else is in the tables, compared with an otherwise empty queue. */
import type { Client } from "pg";
import type { Child } from "../child-process.ts";
import { mean, median, printTable, round, shown } from "../figures.ts";
import { copyDelayed, copyFinished, copyWaiting } from "../fill.ts";
import { openClient } from "../open-client.ts";
import { exactUs, type Memory, memoryOf, serverPids } from "../proc.ts";
import type { Bench, Case } from "./bench.ts";

type Key = "waiting10k" | "waiting100k" | "waiting1M" | "finished3M" | "notDue100k" | "unmatched100k" | "pinned";

interface Tools {
  readonly claimer: Child;
  /** The database that is filled, twice. */
  readonly client: Client;
  readonly second: Client;
}

interface Load {
  readonly key: Key;
  readonly label: string;
  readonly expectedMs: number;
  /** True: the claims take of what was filled in. Otherwise jobs to be claimed are enqueued afterwards. */
  readonly brings: boolean;
  prepare(tools: Tools): Promise<void>;
}

interface Compared {
  /** Of the medians. */
  readonly ratio: number;
  /** Sweeps of the line, which are few and dear, show here. */
  readonly ratioOfMeans: number;
  readonly emptyMs: number;
  readonly caseMs: number;
  readonly emptyUs: number | undefined;
  readonly caseUs: number | undefined;
}

interface Millions {
  /** Of the server, all its processes. */
  readonly server: Memory;
  /** Of the process that works on the queue. */
  readonly client: Memory;
  readonly diskBytesPerJob: number;
}

const LIMIT = 10;
const EMPTY = "empty";
const CASE = "case";
const PASSED = 60_000;
const LATER_MS = 3_600_000;

const enqueueOne = (claimer: Child, how: object = {}): Promise<string> =>
  claimer.request<string>("enqueueOne", { name: CASE, ...how });

const waiting = (key: Key, label: string, count: number): Load => ({
  key,
  label,
  expectedMs: 3_000 + count / 125,
  brings: true,
  prepare: async ({ claimer, client }) => copyWaiting(client, await enqueueOne(claimer), count),
});

const LOADS: readonly Load[] = [
  waiting("waiting10k", "10 thousand waiting", 10_000),
  waiting("waiting100k", "100 thousand waiting", 100_000),
  waiting("waiting1M", "1 million waiting", 1_000_000),
  {
    key: "notDue100k",
    label: "100 thousand not due",
    expectedMs: 5_000,
    brings: false,
    async prepare({ claimer, client }) {
      await copyDelayed(client, await enqueueOne(claimer, { inMs: LATER_MS, priority: 100 }), 100_000);
    },
  },
  {
    key: "unmatched100k",
    label: "100 thousand no robot can take",
    expectedMs: 5_000,
    brings: false,
    async prepare({ claimer, client }) {
      await copyWaiting(client, await enqueueOne(claimer, { requires: ["gpu"], priority: 100 }), 100_000);
    },
  },
  {
    key: "pinned",
    label: "pinned xmin, 60 thousand passed",
    expectedMs: 12_000,
    brings: false,
    async prepare({ claimer, second }) {
      await second.query("begin isolation level repeatable read");
      await second.query("select pg_current_xact_id(), (select count(*) from queue_ready)");
      await claimer.request("pass", { name: CASE, count: PASSED });
    },
  },
  {
    key: "finished3M",
    label: "3 million finished",
    expectedMs: 30_000,
    brings: false,
    async prepare({ claimer, client, second }) {
      const jobId = await enqueueOne(claimer);
      await claimer.request("complete", CASE);
      await copyFinished(client, second, { jobId, count: 3_000_000 });
    },
  },
];

export function createBacklog(bench: Bench): Case {
  const claims = bench.isQuick ? 200 : 600;
  const compared = new Map<Key, Compared[]>(LOADS.map(({ key }) => [key, []]));
  let millions: Millions | undefined;

  function middle(key: Key, read: (figures: Compared) => number | undefined): number {
    return median((compared.get(key) ?? []).map((figures) => read(figures) ?? Number.NaN));
  }

  return {
    rounds: bench.isQuick ? 1 : 3,
    async round() {
      for (const each of LOADS) {
        const name = `backlog, ${each.label}`;
        const ran = await bench.step(name, each.expectedMs, () => runOnce(bench, each, claims));
        if (ran === undefined) continue;
        const { figures, memory } = ran;
        bench.note(`${name}: ${shown(figures.emptyMs, 2)} ms empty, ${shown(figures.caseMs, 2)} ms`);
        compared.get(each.key)?.push(figures);
        millions = memory ?? millions;
      }
    },
    report(figures) {
      printTable(
        `Claim of ${LIMIT} jobs (ms of the call; CPU of postgres in microseconds for a claim and its completions)`,
        ["tables hold", "empty ms", "case ms", "ratio", "ratio of means", "empty CPU", "case CPU"],
        LOADS.map(({ key, label }) => {
          const cell = (read: (each: Compared) => number | undefined, digits: number): string =>
            shown(middle(key, read), digits);
          return [
            label,
            cell((each) => each.emptyMs, 2),
            cell((each) => each.caseMs, 2),
            cell((each) => each.ratio, 2),
            cell((each) => each.ratioOfMeans, 2),
            cell((each) => each.emptyUs, 0),
            cell((each) => each.caseUs, 0),
          ];
        }),
      );
      figures["backlog"] = Object.fromEntries(
        LOADS.map(({ key }) => [
          key,
          round(
            middle(key, (each) => each.ratio),
            2,
          ),
        ]),
      );
      if (millions === undefined) return;
      printMillions(millions);
      figures["million"] = { ...millions, diskBytesPerJob: round(millions.diskBytesPerJob) };
    },
  };
}

function printMillions({ server, client, diskBytesPerJob }: Millions): void {
  printTable(
    "With 1 million jobs waiting",
    ["", "MiB", "of it private"],
    [
      ["server, all processes (shared buffers included)", shown(server.totalMiB), shown(server.privateMiB)],
      ["process that works on the queue", shown(client.totalMiB), shown(client.privateMiB)],
    ],
  );
  console.log(`disk: ${shown(diskBytesPerJob)} bytes for each waiting job`);
}

async function runOnce(
  bench: Bench,
  each: Load,
  claims: number,
): Promise<{ readonly figures: Compared; readonly memory: Millions | undefined }> {
  const { server, children, templates } = bench;
  const template = await templates.of("ours");
  const emptyUrl = await server.createDatabase(template);
  const url = await server.createDatabase(template);
  const claimer = await children.start("claimer", {});
  const client = await openClient(url);
  const second = await openClient(url);
  try {
    const emptyBytes = await sizeOf(client);
    await claimer.request("open", { name: EMPTY, url: emptyUrl });
    await claimer.request("open", { name: CASE, url });
    await each.prepare({ claimer, client, second });
    const count = LIMIT * (claims + (await claimer.request<number>("warmUpClaims")));
    await claimer.request("enqueue", { name: EMPTY, count });
    if (!each.brings) await claimer.request("enqueue", { name: CASE, count });
    // As autovacuum would have done it by then; where the horizon is pinned it can do nothing.
    if (each.key !== "pinned") await client.query("vacuum analyze");
    const filledBytes = await sizeOf(client);
    const figures = await compare(claimer, client, claims);
    const isMillion = each.key === "waiting1M" && server.postmaster !== undefined;
    const memory = isMillion
      ? {
          server: await memoryOf(await serverPids(server.postmaster ?? 0)),
          client: await memoryOf([claimer.pid]),
          diskBytesPerJob: (filledBytes - emptyBytes) / 1_000_000,
        }
      : undefined;
    return { figures, memory };
  } finally {
    await claimer.end();
    await Promise.all([client.end(), second.end()]);
    await server.dropDatabase(url);
    await server.dropDatabase(emptyUrl);
  }
}

async function compare(claimer: Child, client: Client, claims: number): Promise<Compared> {
  const [emptyPids, casePids] = await Promise.all([EMPTY, CASE].map((name) => backendsOf(client, name)));
  const before = await Promise.all([exactUs(emptyPids ?? []), exactUs(casePids ?? [])]);
  const [emptyMs, caseMs] = await claimer.request<[number[], number[]]>("compare", {
    names: [EMPTY, CASE],
    claims,
    limit: LIMIT,
  });
  const after = await Promise.all([exactUs(emptyPids ?? []), exactUs(casePids ?? [])]);
  const all = claims + (await claimer.request<number>("warmUpClaims"));
  const perClaim = (which: 0 | 1): number | undefined =>
    after[which] > before[which] ? (after[which] - before[which]) / all : undefined;
  return {
    emptyMs: median(emptyMs),
    caseMs: median(caseMs),
    ratio: median(caseMs) / median(emptyMs),
    ratioOfMeans: mean(caseMs) / mean(emptyMs),
    emptyUs: perClaim(0),
    caseUs: perClaim(1),
  };
}

async function backendsOf(client: Client, name: string): Promise<readonly number[]> {
  const { rows } = await client.query<{ pid: number }>(
    "select pid from pg_stat_activity where application_name = $1 and usename = current_user",
    [`bench-${name}`],
  );
  return rows.map(({ pid }) => pid);
}

async function sizeOf(client: Client): Promise<number> {
  const { rows } = await client.query<{ size: string }>("select pg_database_size(current_database()) as size");
  return Number(rows[0]?.size);
}
