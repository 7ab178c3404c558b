import { mkdir, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { AttemptId } from "./outbox-record.ts";

/** Folder of one attempt: its working directory, what pages offer for download included. */
export function workFolderOf(jobsFolder: string, id: Pick<AttemptId, "jobId" | "attempt">): string {
  return join(jobsFolder, `${id.jobId}-${id.attempt}`);
}

/** Makes an empty folder, which nobody else can read. */
export async function makeWorkFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true, mode: 0o700 });
}

/**
 * Deletes the folders of finished jobs but the newest ones.
 *
 * @param inUse folders of running jobs, which are left alone and do not count.
 */
export async function pruneWorkFolders(
  jobsFolder: string,
  keep: number,
  inUse: ReadonlySet<string>,
): Promise<readonly string[]> {
  const names = await readdir(jobsFolder).catch(() => []);
  const finished: FinishedFolder[] = [];
  for (const name of names) {
    const path = join(jobsFolder, name);
    if (inUse.has(path)) continue;
    const facts = await stat(path).catch(() => undefined);
    if (facts !== undefined) finished.push({ path, atMs: facts.mtimeMs });
  }
  const old = finished.toSorted(newestFirst).slice(keep);
  for (const { path } of old) await rm(path, { recursive: true, force: true });
  return old.map(({ path }) => path);
}

interface FinishedFolder {
  readonly path: string;
  readonly atMs: number;
}

/** File systems count in steps of milliseconds; within one, the larger job number is the newer one. */
function newestFirst(a: FinishedFolder, b: FinishedFolder): number {
  return b.atMs - a.atMs || b.path.localeCompare(a.path, "en", { numeric: true });
}
