import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { RunReport } from "../execution/index.ts";

/** Files of the job itself may have the first names. */
const MAX_NAMES = 100;

/**
 * Writes the whole report of a run as JSON into the job's folder, from where it is uploaded with the other files.
 *
 * @returns its name. Rejects when the disk does not take it.
 */
export async function writeReportFile(workDir: string, report: RunReport): Promise<string> {
  const text = JSON.stringify(report);
  for (let number = 1; ; number++) {
    const name = number === 1 ? "casare-report.json" : `casare-report-${number}.json`;
    try {
      await writeFile(join(workDir, name), text, { flag: "wx" });
      return name;
    } catch (error) {
      const isTaken = error instanceof Error && "code" in error && error.code === "EEXIST";
      if (!isTaken || number === MAX_NAMES) throw error;
    }
  }
}
