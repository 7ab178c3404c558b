import { execFile } from "node:child_process";
import { countFonts, missingLibraries } from "./missing-parts.ts";
import type { ChromiumSource } from "./places.ts";
import { type ResolveChromiumOptions, resolveChromium } from "./resolve-chromium.ts";

/** What a diagnosis says about the browser of this machine. */
export interface ChromiumInspection {
  readonly executablePath: string;
  readonly source: ChromiumSource;
  /** As the program itself says: "Chromium 147.0.7727.0"; undefined when it does not start. */
  readonly version: string | undefined;
  /** Shared libraries that are found nowhere; not empty means that it will not start. */
  readonly missingLibraries: readonly string[];
  /** Font files of the system; the bundled Chromium brings its own where there are none. */
  readonly systemFonts: number;
  readonly bundledFonts: boolean;
}

/**
 * Finds the browser as `resolveChromium` does, and looks whether it would start and could render text.
 *
 * Rejects as `resolveChromium` does.
 */
export async function inspectChromium(options: ResolveChromiumOptions): Promise<ChromiumInspection> {
  const { executablePath, env, source } = await resolveChromium(options);
  const libraryPath = env["LD_LIBRARY_PATH"];
  return {
    executablePath,
    source,
    version: await versionOf(executablePath, env, options.signal),
    missingLibraries: await missingLibraries(executablePath, {
      ...(libraryPath !== undefined && { libraryPath }),
      signal: options.signal,
    }),
    systemFonts: await countFonts(),
    bundledFonts: env["FONTCONFIG_PATH"] !== undefined,
  };
}

function versionOf(
  executablePath: string,
  env: Readonly<Record<string, string>>,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  // On Windows the question would open a window instead.
  if (process.platform === "win32") return Promise.resolve(undefined);
  return new Promise((resolve, reject) => {
    const options = { env: { ...process.env, ...env }, timeout: 10_000, ...(signal && { signal }) };
    execFile(executablePath, ["--version"], options, (error, stdout) => {
      if (signal?.aborted) return reject(signal.reason);
      resolve(error === null && stdout.trim() !== "" ? stdout.trim() : undefined);
    });
  });
}
