/** What processes have cost, read from /proc. */
import { readdir, readFile } from "node:fs/promises";

/** Of /proc/…/stat; the same on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

interface Stat {
  readonly parent: number;
  readonly command: string;
  readonly ownUs: number;
  /** Of children that have ended. */
  readonly endedUs: number;
}

async function readStat(pid: number | string): Promise<Stat | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  const afterName = text.lastIndexOf(")");
  if (afterName < 0) return undefined;
  const fields = text.slice(afterName + 2).split(" ");
  const ticks = (index: number): number => (Number(fields[index]) * 1e6) / TICKS_PER_SECOND;
  return {
    parent: Number(fields[1]),
    command: text.slice(text.indexOf("(") + 1, afterName),
    ownUs: ticks(11) + ticks(12),
    endedUs: ticks(13) + ticks(14),
  };
}

/** Microseconds of processor time of some processes. */
export async function processUs(pids: readonly number[]): Promise<number> {
  const stats = await Promise.all(pids.map((pid) => readStat(pid)));
  return stats.reduce((sum, stat) => sum + (stat?.ownUs ?? 0), 0);
}

/** Process ids of a server: the one that was started first, and its children. */
export async function serverPids(postmaster: number): Promise<number[]> {
  const names = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const stats = await Promise.all(names.map(async (name) => ({ pid: Number(name), stat: await readStat(name) })));
  return stats.filter(({ pid, stat }) => pid === postmaster || stat?.parent === postmaster).map(({ pid }) => pid);
}

/** Microseconds of processor time of a server since its start, ended connections included. */
export async function serverUs(postmaster: number): Promise<number> {
  const stat = await readStat(postmaster);
  return (await processUs(await serverPids(postmaster))) + (stat?.endedUs ?? 0);
}

/** Microseconds of processor time of this process and of all its children that have ended. */
export async function ownUs(): Promise<number> {
  const stat = await readStat("self");
  return (stat?.ownUs ?? 0) + (stat?.endedUs ?? 0);
}

export interface MachineTime {
  readonly busyUs: number;
  readonly idleUs: number;
}

/** What all processors have done since the machine started. */
export async function machineTime(): Promise<MachineTime> {
  const [line = ""] = (await readFile("/proc/stat", "utf8")).split("\n");
  const [user = 0, nice = 0, system = 0, idle = 0, ioWait = 0, irq = 0, softIrq = 0] = line
    .split(/\s+/)
    .slice(1)
    .map((ticks) => (Number(ticks) * 1e6) / TICKS_PER_SECOND);
  return { busyUs: user + nice + system + irq + softIrq, idleUs: idle + ioWait };
}

/** The server that a backend belongs to, or undefined when it does not run on this machine. */
export async function postmasterOf(backend: number): Promise<number | undefined> {
  const stat = await readStat(backend);
  return stat?.command === "postgres" ? stat.parent : undefined;
}

/** Processor time of single-threaded processes, exact. */
export async function exactUs(pids: readonly number[]): Promise<number> {
  const texts = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/schedstat`, "utf8").catch(() => "0")));
  return texts.reduce((sum, text) => sum + Number(text.split(" ")[0]) / 1e3, 0);
}

export interface Memory {
  readonly totalMiB: number;
  /** Not shared with other processes, such as caches of connections. */
  readonly privateMiB: number;
}

/** Shared pages count once. */
export async function memoryOf(pids: readonly number[]): Promise<Memory> {
  const texts = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/smaps_rollup`, "utf8").catch(() => "")));
  const sum = (name: string): number =>
    texts.reduce((total, text) => total + Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(text)?.[1] ?? 0), 0) /
    1024;
  return { totalMiB: Math.round(sum("Pss")), privateMiB: Math.round(sum("Pss_Anon")) };
}
