import { constants } from "node:fs";
import { access, open, readdir, realpath, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { ChromiumPlace } from "./places.ts";

/** True for a file that this user may execute. */
export async function isProgram(path: string): Promise<boolean> {
  try {
    const info = await stat(path);
    await access(path, constants.X_OK);
    return info.isFile();
  } catch {
    // Missing, or not ours to execute: both mean that it cannot be used.
    return false;
  }
}

/**
 * True for a browser inside (or a placeholder for) a snap. Its private /tmp hides the profile folder, so it never starts
 * properly under automation; on Ubuntu the placeholder does nothing but advertise the snap.
 */
export async function isSnap(path: string): Promise<boolean> {
  if (/\/snap(\/|$)/.test(await realpath(path))) return true;
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(2_048), 0, 2_048, 0);
    const head = buffer.subarray(0, bytesRead).toString("latin1");
    return head.startsWith("#!") && head.includes("snap");
  } finally {
    await file.close();
  }
}

/** The browsers that Playwright itself has installed for this version, the headless shell first. */
export async function playwrightPlaces(): Promise<ChromiumPlace[]> {
  const { chromium } = await import("playwright-core");
  const full = chromium.executablePath();
  return [...(await shellsBeside(full)), { source: "playwright", path: full, headed: true }];
}

/** `<browsers>/chromium-1255/chrome-linux64/chrome` has its shell in `<browsers>/chromium_headless_shell-1255/*&#47;`. */
async function shellsBeside(full: string): Promise<ChromiumPlace[]> {
  const revisionFolder = /^(.*)[\\/]chromium-(\d+)[\\/]/.exec(full);
  if (revisionFolder === null) return [];
  const [, browsers = dirname(full), revision] = revisionFolder;
  const shellFolder = join(browsers, `chromium_headless_shell-${revision}`);
  const builds = await readdir(shellFolder).catch(() => []);
  const suffix = process.platform === "win32" ? ".exe" : "";
  return builds.flatMap((build) =>
    ["chrome-headless-shell", "headless_shell"].map((name) => ({
      source: "playwright" as const,
      path: join(shellFolder, build, name + suffix),
      headed: false,
    })),
  );
}
