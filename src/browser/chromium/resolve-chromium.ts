import { homedir } from "node:os";
import { join } from "node:path";
import { browserErrors } from "../errors.ts";
import { prepareBundledChromium } from "./bundled-chromium.ts";
import { type BundledPackage, findBundledPackage } from "./bundled-package.ts";
import { isProgram, isSnap, playwrightPlaces } from "./installed-programs.ts";
import { type ChromiumPlace, type ChromiumSource, systemPlaces } from "./places.ts";

/** Where to look, and what for. */
export interface ResolveChromiumOptions {
  /** CASARE_CHROMIUM_PATH is read from it; also CASARE_HOME, when there is no `cacheDir`. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where the bundled Chromium is unpacked; default `<home>/cache`. */
  readonly cacheDir?: string;
  /** True leaves out browsers that cannot show a window; default false. */
  readonly headed?: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** A browser that can be started. */
export interface ResolvedChromium {
  readonly executablePath: string;
  /** To be added to the browser's environment: where libraries and fonts are that the machine lacks. */
  readonly env: Readonly<Record<string, string>>;
  readonly source: ChromiumSource;
  /** Known beforehand for the bundled one only. */
  readonly version?: string;
}

/**
 * Finds the browser to use: CASARE_CHROMIUM_PATH, Playwright's own, an installed headless shell, an installed Chromium or
 * Chrome, the bundled one (Linux on x64; the first time it is unpacked, which takes 2 s and 220 MB).
 *
 * Rejects with BROWSER_PATH_INVALID, BROWSER_NOT_FOUND, BROWSER_DISK_FULL or BROWSER_UNPACK_FAILED.
 */
export async function resolveChromium(options: ResolveChromiumOptions): Promise<ResolvedChromium> {
  const configured = options.env["CASARE_CHROMIUM_PATH"];
  if (configured !== undefined && configured !== "") {
    if (!(await isProgram(configured))) throw browserErrors.BROWSER_PATH_INVALID({ path: configured });
    return { executablePath: configured, env: {}, source: "configured" };
  }
  const places = [...(await playwrightPlaces()), ...systemPlaces(process.platform, options.env)];
  return chooseChromium(places, await findBundledPackage(process.platform, process.arch), options);
}

/** The first place that holds a usable browser, else the bundled one; which is never headed. */
export async function chooseChromium(
  places: readonly ChromiumPlace[],
  bundled: BundledPackage | undefined,
  { env, headed = false, signal, ...options }: ResolveChromiumOptions,
): Promise<ResolvedChromium> {
  const suitable = places.filter((place) => place.headed || !headed);
  const installed = await firstUsable(suitable);
  if (installed !== undefined) return { executablePath: installed.path, env: {}, source: installed.source };
  if (bundled === undefined || headed) {
    throw browserErrors.BROWSER_NOT_FOUND({
      searched: [...suitable.map((place) => place.path), "@sparticuz/chromium"],
      platform: `${process.platform} ${process.arch}`,
    });
  }
  const cacheDir = options.cacheDir ?? join(env["CASARE_HOME"] ?? join(homedir(), ".casare"), "cache");
  const prepared = await prepareBundledChromium(bundled, { cacheDir, signal });
  return { ...prepared, source: "bundled", version: bundled.version };
}

async function firstUsable(places: readonly ChromiumPlace[]): Promise<ChromiumPlace | undefined> {
  for (const place of places) {
    if ((await isProgram(place.path)) && !(await isSnap(place.path))) return place;
  }
  return undefined;
}
