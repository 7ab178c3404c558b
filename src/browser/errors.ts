import { defineErrors } from "../core/errors.ts";

/** What this area throws. */
export const browserErrors = defineErrors({
  BROWSER_NOT_FOUND: {
    status: 500,
    message: (d: { searched: readonly string[]; platform: string }) =>
      `No Chromium was found for ${d.platform} (searched: ${d.searched.join(", ")}). Install Chromium or Google Chrome, ` +
      `or run "npx playwright-core install chromium-headless-shell", or set CASARE_CHROMIUM_PATH to the program`,
  },
  BROWSER_PATH_INVALID: {
    status: 500,
    message: (d: { path: string }) =>
      `CASARE_CHROMIUM_PATH names ${d.path}, which is not a program that can be started; correct or unset it`,
  },
  BROWSER_DISK_FULL: {
    status: 507,
    message: (d: { folder: string; neededBytes: number; freeBytes: number }) =>
      `Chromium needs ${mebibytes(d.neededBytes)} MiB in ${d.folder} and only ${mebibytes(d.freeBytes)} MiB are free; ` +
      `free some space, or set CASARE_HOME to a folder on a larger disk`,
  },
  BROWSER_UNPACK_FAILED: {
    status: 500,
    message: (d: { folder: string; problem: string }) =>
      `Chromium could not be unpacked to ${d.folder}: ${d.problem}; make the folder writable, or set CASARE_CHROMIUM_PATH to an installed Chromium`,
  },
  BROWSER_LAUNCH_FAILED: {
    status: 500,
    retryable: true,
    message: (d: { executablePath: string; problem: string; remedy: string }) =>
      `${d.executablePath} could not be started: ${d.problem}; ${d.remedy}`,
  },
  BROWSER_CRASHED: {
    status: 503,
    retryable: true,
    message: (d: { jobId: string }) =>
      `The browser died while job ${d.jobId} used it, and its pages are lost; the next job gets a new one`,
  },
  BROWSER_PAGE_NOT_FOUND: {
    status: 422,
    message: (d: { page: string; open: readonly string[] }) =>
      `No page is named ${d.page}; ${d.open.length === 0 ? "no page is open" : `open are: ${d.open.join(", ")}`}`,
  },
  BROWSER_CLOSED: {
    status: 503,
    message: (d: { home: string }) =>
      `The browser of ${d.home} was asked for after it was closed; its robot shuts down`,
  },
});

function mebibytes(bytes: number): number {
  return Math.round(bytes / 1_048_576);
}
