import { readFile } from "node:fs/promises";

/**
 * SIGKILL, if the process still is what its id was read for: ids are used again.
 *
 * @param mark part of its command line.
 */
export async function killProcess(pid: number, mark: string): Promise<void> {
  const command = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
  if (!command.replaceAll("\0", " ").includes(mark)) return;
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended since it was looked at.
  }
}
