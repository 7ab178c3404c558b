import type { Output } from "../output.ts";

/** Most ids that one step takes. */
const IDS_PER_STEP = 1_000;

interface Step {
  readonly matched: number;
  readonly nextCursor?: string | undefined;
}

/**
 * Calls again with the cursor of the answer until there is none, and says how far it is where it takes several steps.
 *
 * What was done stays done when a step fails.
 */
export async function inSteps<Report extends Step>(
  output: Output,
  step: (cursor: { readonly cursor?: string }) => Promise<Report>,
): Promise<readonly Report[]> {
  const reports: Report[] = [];
  let cursor: string | undefined;
  do {
    const report = await step(cursor === undefined ? {} : { cursor });
    reports.push(report);
    cursor = report.nextCursor;
    if (cursor !== undefined) output.note(`${sumOf(reports, (one) => one.matched)} so far`);
  } while (cursor !== undefined);
  return reports;
}

/** As `inSteps`, over ids. */
export async function inStepsOfIds<Report>(
  ids: readonly string[],
  step: (jobIds: string[]) => Promise<Report>,
): Promise<readonly Report[]> {
  const reports: Report[] = [];
  for (let at = 0; at < ids.length; at += IDS_PER_STEP) reports.push(await step(ids.slice(at, at + IDS_PER_STEP)));
  return reports;
}

/** Of all steps. */
export function sumOf<Report>(reports: readonly Report[], count: (report: Report) => number): number {
  return reports.reduce((sum, report) => sum + count(report), 0);
}
