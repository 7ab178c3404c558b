import { pause } from "../../core/deadline.ts";
import type { BrowserLog } from "../log.ts";
import { listInstanceFolders, removeInstanceFolder } from "./instance-folder.ts";
import { homeHash, type Owner, readMarker } from "./marker.ts";
import { ownerOfThisProcess, type ProcessRow, type ProcessTable, systemProcesses } from "./process-table.ts";

/** Whose orphans to end. */
export interface ReapOptions {
  /** Home folder whose browsers are meant; those of other homes are left alone. */
  readonly home: string;
  readonly log?: BrowserLog;
  readonly processes?: ProcessTable;
}

/** What was found and ended. */
export interface ReapReport {
  /** Process ids of browsers that were killed. */
  readonly killed: readonly number[];
  /** Number of folders that were removed. */
  readonly foldersRemoved: number;
}

const GONE_WITHIN_MS = 5_000;
/** Whether an owner in another container still lives cannot be seen from here. */
const ELSEWHERE_FORGOTTEN_AFTER_MS = 7 * 86_400_000;

/**
 * Ends the browsers, and removes the folders, that processes of this home left behind when they were killed.
 *
 * A browser is touched only if it carries the marker of this home and the process that started it no longer exists; a
 * process that merely has that one's number now does not count as it. Call it at start. Never rejects for a process
 * that resists: it is logged.
 */
export async function reapOrphans({ home, log, processes = systemProcesses() }: ReapOptions): Promise<ReapReport> {
  const hash = await homeHash(home);
  const killed: number[] = [];
  for (const row of await processes.list()) {
    if (!(await isOrphan(row, hash, processes))) continue;
    if (await kill(row, processes)) {
      killed.push(row.pid);
      log?.warn({ pid: row.pid }, "browser of a process that no longer exists was ended");
    } else {
      log?.error({ pid: row.pid }, "browser of a process that no longer exists cannot be ended");
    }
  }
  return { killed, foldersRemoved: await removeFolders(home, processes) };
}

async function removeFolders(home: string, processes: ProcessTable): Promise<number> {
  const { namespace } = await ownerOfThisProcess(processes);
  let removed = 0;
  for (const folder of await listInstanceFolders(home)) {
    const isOver =
      folder.owner.namespace === namespace
        ? !(await isAlive(folder.owner, processes))
        : Date.now() - folder.writtenAtMs > ELSEWHERE_FORGOTTEN_AFTER_MS;
    if (!isOver) continue;
    await removeInstanceFolder(folder);
    removed += 1;
  }
  return removed;
}

async function isOrphan(row: ProcessRow, home: string, processes: ProcessTable): Promise<boolean> {
  // Helpers of the browser end with it, and do not carry the marker.
  const marker = readMarker(row.commandLine);
  if (marker === undefined || marker.home !== home) return false;
  // In another container the owner's pid means nothing to us.
  if (row.namespace !== marker.owner.namespace) return false;
  return !(await isAlive(marker.owner, processes));
}

async function isAlive(owner: Owner, processes: ProcessTable): Promise<boolean> {
  const row = await processes.row(owner.pid);
  return row?.start === owner.start;
}

async function kill(row: ProcessRow, processes: ProcessTable): Promise<boolean> {
  const isSame = async (): Promise<boolean> => (await processes.row(row.pid))?.start === row.start;
  if (!(await isSame())) return true;
  try {
    process.kill(row.leadsGroup ? -row.pid : row.pid, "SIGKILL");
  } catch {
    // Gone meanwhile, or another user's: the next look tells.
  }
  for (let waitedMs = 0; waitedMs < GONE_WITHIN_MS; waitedMs += 20) {
    if (!(await isSame())) return true;
    await pause(20);
  }
  return false;
}
