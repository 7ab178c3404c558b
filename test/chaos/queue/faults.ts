/** What the planned faults do. */
import sql from "sql-template-tag";
import { pause } from "../../../src/core/deadline.ts";
import { type Database, openDatabase } from "../../../src/database/index.ts";
import type { ChaosServer } from "./chaos-server.ts";
import type { Crew, CrewExit, CrewMember } from "./crew.ts";
import type { WorkerFault } from "./crew-orders.ts";
import { createDice, type Dice } from "./dice.ts";
import type { FaultKind, PlannedFault } from "./fault-plan.ts";
import { killProcess } from "./kill-process.ts";
import type { Direction, Link, RoughNetwork } from "./rough-network.ts";

/** All that a fault can hit. */
export interface World {
  readonly seed: number;
  readonly leaseMs: number;
  readonly server: ChaosServer;
  /** As superuser, past the network. */
  readonly admin: Database;
  readonly network: RoughNetwork;
  readonly workers: Crew;
  readonly producers: Crew;
  readonly signal: AbortSignal;
  /** Told of a worker that went home when it was asked to. */
  readonly onLeft: (robotId: string, exit: CrewExit | undefined) => Promise<void>;
}

interface Scene {
  readonly world: World;
  readonly dice: Dice;
}

/** A worker that was told to end has this long: its statements may hang on a dead connection until their time limit. */
export const LEAVE_WITHIN_MS = 60_000;
const CROWD = 130;

/** Resolves when the fault is over, with what it was. */
export function inject(fault: PlannedFault, world: World): Promise<string> {
  return FAULTS[fault.kind]({ world, dice: createDice(world.seed, "fault", fault.number) });
}

const FAULTS: Readonly<Record<FaultKind, (scene: Scene) => Promise<string>>> = {
  "worker-kill": async (scene) =>
    withWorker(scene, async (worker) => {
      worker.kill();
      return "killed";
    }),
  "worker-pause": async (scene) =>
    withWorker(scene, async (worker) => {
      const ms = scene.dice.between(1.1, 3) * scene.world.leaseMs;
      worker.pause();
      await pause(ms, scene.world.signal);
      worker.resume();
      return `${Math.round(ms)} ms`;
    }),
  "worker-stop": async (scene) =>
    withWorker(scene, async (worker) => {
      const exit = await worker.dismiss(LEAVE_WITHIN_MS);
      await scene.world.onLeft(worker.name, exit);
      return `ended with ${exit?.code ?? exit?.signal ?? "SIGKILL, too slowly"}`;
    }),
  "worker-stall": async (scene) =>
    withWorker(scene, async (worker) => {
      const ms = scene.dice.between(1.1, 2.5) * scene.world.leaseMs;
      worker.send({ kind: "stall", ms } satisfies WorkerFault);
      await pause(ms, scene.world.signal);
      return `${Math.round(ms)} ms`;
    }),
  "worker-clock": async (scene) =>
    withWorker(scene, async (worker) => {
      const { dice } = scene;
      const dateMs = Math.round(dice.pick([1, -1]) * dice.pick([1_500, 60_000, 3_600_000]) * dice.between(0.5, 1));
      const monotonicMs = dice.hits(0.2) ? Math.round(dice.between(0, 2) * scene.world.leaseMs) : 0;
      worker.send({ kind: "clock", dateMs, monotonicMs } satisfies WorkerFault);
      return `date ${dateMs} ms, monotonic ${monotonicMs} ms`;
    }),
  "producer-kill": async ({ world, dice }) => {
    const members = world.producers.members();
    if (members.length === 0) return "nobody is there";
    const member = dice.pick(members);
    member.kill();
    return member.name;
  },
  "backend-terminate": async (scene) => {
    const pids = await pickBackends(scene, scene.dice.whole(1, 3));
    await scene.world.admin.query(sql`select pg_terminate_backend(pid) from unnest(${pids}::int[]) as pid`);
    return `processes ${pids.join(" ")}`;
  },
  "backend-kill": async (scene) => {
    const pids = await pickBackends(scene, 1);
    for (const pid of pids) await killProcess(pid, "postgres");
    // The server ends all sessions and recovers; until then nobody gets in.
    await waitForServer(scene.world);
    return `processes ${pids.join(" ")}`;
  },
  "postmaster-kill": async ({ world, dice }) => {
    const times = dice.hits(0.25) ? 2 : 1;
    for (let time = 0; time < times; time++) {
      // The second time right after the start.
      const upMs = time === 0 ? 4_000 : dice.between(0, 400);
      await world.server.kill({ upMs, downMs: dice.hits(0.5) ? 0 : dice.between(0, 2_500) });
    }
    return times === 1 ? "once" : "twice";
  },
  "network-cut": async (scene) => {
    const links = pickLinks(scene, scene.dice.pick([0.2, 0.5, 0.5, 1]));
    for (const link of links) link.cut();
    return `${links.length} connections`;
  },
  "network-refuse": async ({ world, dice }) => {
    const ms = dice.between(300, 3_000);
    world.network.refuse(true);
    if (dice.hits(0.5)) for (const link of world.network.links()) link.cut();
    await pause(ms, world.signal);
    world.network.refuse(false);
    return `${Math.round(ms)} ms`;
  },
  "network-freeze": async (scene) => {
    const { dice, world } = scene;
    const links = pickLinks(scene, dice.pick([0.2, 0.2, 0.5, 1]));
    const direction = dice.pick<Direction>(["both", "up", "down"]);
    const ms = dice.between(300, 5_000);
    for (const link of links) link.freeze(direction);
    await pause(ms, world.signal);
    const ending = dice.hits(0.6) ? "thaw" : "cut";
    for (const link of links) link[ending]();
    return `${links.length} connections, ${direction}, ${Math.round(ms)} ms, then ${ending}`;
  },
  "network-slow": async ({ world, dice }) => {
    const delayMs = dice.between(2, 80);
    const ms = dice.between(1_000, 4_000);
    world.network.delay(delayMs);
    await pause(ms, world.signal);
    world.network.delay(0);
    return `${Math.round(delayMs)} ms for ${Math.round(ms)} ms`;
  },
  "network-blackhole": async (scene) => {
    const links = pickLinks(scene, scene.dice.pick([0.1, 0.3]));
    for (const link of links) link.freeze("both");
    await pause(40_000, scene.world.signal);
    for (const link of links) link.cut();
    return `${links.length} connections`;
  },
  "server-crowded": async ({ world, dice }) => {
    const seconds = dice.between(1, 3);
    const crowd = openDatabase({ url: world.server.url, maxConnections: CROWD, applicationName: "chaos-crowd" });
    const visits = Array.from({ length: CROWD }, () => crowd.query(sql`select pg_sleep(${seconds}::float8)`));
    const results = await Promise.allSettled(visits);
    await crowd.close(0);
    return `${results.filter((result) => result.status === "fulfilled").length} connections, ${seconds.toFixed(1)} s`;
  },
  "server-pinned": async ({ world, dice }) => {
    const ms = dice.between(5_000, 15_000);
    await world.admin.withTransaction(async (transaction) => {
      // Keeps every row version from being cleaned up.
      await transaction.query(sql`set transaction isolation level repeatable read`);
      await transaction.query(sql`select count(*) from queue_session`);
      await pause(ms, world.signal);
    });
    return `${Math.round(ms)} ms`;
  },
};

async function withWorker(scene: Scene, act: (worker: CrewMember) => Promise<string>): Promise<string> {
  const present = scene.world.workers
    .members()
    .filter((worker) => worker.isReady && !worker.isPaused && !worker.isLeaving);
  if (present.length === 0) return "nobody is there";
  const worker = scene.dice.pick(present);
  return `${worker.name}: ${await act(worker)}`;
}

function pickLinks({ world, dice }: Scene, share: number): readonly Link[] {
  return world.network.links().filter(() => dice.hits(share));
}

/** Of the programs under test. */
async function pickBackends({ world, dice }: Scene, count: number): Promise<readonly number[]> {
  const rows = await world.admin.query<{ pid: number }>(sql`
    select pid from pg_stat_activity where application_name = 'casare-queue' order by backend_start, pid`);
  const pids = rows.map((row) => row.pid);
  const picked = new Set<number>();
  for (let n = 0; n < count && pids.length > 0; n++) picked.add(dice.pick(pids));
  return [...picked];
}

/** Resolves when the server answers again. */
export async function waitForServer(world: Pick<World, "admin" | "signal">): Promise<void> {
  while (!world.signal.aborted) {
    try {
      await world.admin.query(sql`select 1`);
      return;
    } catch {
      await pause(50, world.signal);
    }
  }
}
