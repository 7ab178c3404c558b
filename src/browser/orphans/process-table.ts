import { execFile } from "node:child_process";
import { readdir, readFile, readlink } from "node:fs/promises";
import type { Owner } from "./marker.ts";

export interface ProcessRow {
  readonly pid: number;
  /** As in `Owner`. */
  readonly start: string;
  readonly namespace: string;
  readonly leadsGroup: boolean;
  readonly commandLine: readonly string[];
}

/** Which processes exist. */
export interface ProcessTable {
  list(): Promise<readonly ProcessRow[]>;
  /** Undefined when there is no such process (any more). */
  row(pid: number): Promise<ProcessRow | undefined>;
}

/** The table of this machine. On Windows it is empty: there a browser always ends with the process that started it. */
export function systemProcesses(): ProcessTable {
  if (process.platform === "linux") return linuxProcesses;
  return process.platform === "win32" ? noProcesses : unixProcesses;
}

/** This process as the owner of what it starts. */
export async function ownerOfThisProcess(table: ProcessTable): Promise<Owner> {
  const self = await table.row(process.pid);
  return { pid: process.pid, start: self?.start ?? "0", namespace: self?.namespace ?? "-" };
}

const noProcesses: ProcessTable = { list: () => Promise.resolve([]), row: () => Promise.resolve(undefined) };

const linuxProcesses: ProcessTable = {
  async list() {
    const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
    const rows = await Promise.all(pids.map((pid) => linuxRow(Number(pid))));
    return rows.filter((row) => row !== undefined);
  },
  row: linuxRow,
};

async function linuxRow(pid: number): Promise<ProcessRow | undefined> {
  try {
    const [stat, commandLine, namespace] = await Promise.all([
      readFile(`/proc/${pid}/stat`, "utf8"),
      readFile(`/proc/${pid}/cmdline`, "utf8"),
      // Unreadable for processes of other users.
      readlink(`/proc/${pid}/ns/pid`).catch(() => ""),
    ]);
    const { group, state, start } = readStat(stat);
    // A zombie is over: it only waits for its parent to notice.
    if (state === "Z" || state === "X") return undefined;
    return {
      pid,
      start,
      namespace: /\d+/.exec(namespace)?.[0] ?? "-",
      leadsGroup: group === pid,
      commandLine: commandLine.split("\0").filter((argument) => argument !== ""),
    };
  } catch {
    // Gone meanwhile.
    return undefined;
  }
}

/** Fields of /proc/PID/stat; the name in parentheses may hold spaces and parentheses itself (proc(5)). Pure. */
export function readStat(stat: string): { readonly state: string; readonly group: number; readonly start: string } {
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return { state: fields[0] ?? "", group: Number(fields[2]), start: fields[19] ?? "" };
}

const unixProcesses: ProcessTable = {
  list: () => askPs(["-axww"]),
  row: async (pid) => (await askPs(["-ww", "-p", String(pid)]))[0],
};

function askPs(selection: readonly string[]): Promise<ProcessRow[]> {
  const columns = ["-o", "pid=,pgid=,state=,lstart=,command="];
  return new Promise((resolve) => {
    execFile(
      "ps",
      [...selection, ...columns],
      { env: { ...process.env, LC_ALL: "C" }, maxBuffer: 64_000_000 },
      (_, out) =>
        // ps answers 1 when there is no such process; then there are no lines.
        resolve(readPs(out)),
    );
  });
}

/** Lines of `ps -o pid=,pgid=,state=,lstart=,command=`. Pure. */
export function readPs(output: string): ProcessRow[] {
  return output.split("\n").flatMap((line): ProcessRow[] => {
    const match = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(\w{3}\s+\w{3}\s+\d+\s+[\d:]+\s+\d{4})\s+(.*)$/.exec(line);
    if (match === null || match[3]?.startsWith("Z")) return [];
    const [, pid, group, , started = "", command = ""] = match;
    return [
      {
        pid: Number(pid),
        start: String(Date.parse(started)),
        namespace: "-",
        leadsGroup: pid === group,
        commandLine: command.split(" ").filter((argument) => argument !== ""),
      },
    ];
  });
}
