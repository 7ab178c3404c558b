import { execFile } from "node:child_process";
import { readdir } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";

/** Names of the shared libraries in the loader's trace that it did not find. Pure. */
export function librariesNotFound(loaderTrace: string): string[] {
  return [...loaderTrace.matchAll(/^\s*(\S+) => not found/gm)].map((match) => match[1] ?? "");
}

/**
 * The shared libraries that a program needs and this machine lacks; [] where that cannot be told (not Linux).
 *
 * The dynamic loader itself is asked, as ldd does it; ldd is only a script around this and not installed everywhere.
 */
export function missingLibraries(
  program: string,
  options: { readonly libraryPath?: string; readonly signal?: AbortSignal | undefined } = {},
): Promise<string[]> {
  if (process.platform !== "linux") return Promise.resolve([]);
  const env = {
    LD_TRACE_LOADED_OBJECTS: "1",
    ...(options.libraryPath === undefined ? {} : { LD_LIBRARY_PATH: options.libraryPath }),
  };
  const { signal } = options;
  return new Promise((resolve, reject) => {
    execFile(program, { env, timeout: 10_000, ...(signal && { signal }) }, (error, stdout) => {
      if (signal?.aborted) return reject(signal.reason);
      // A loader of another libc answers with an error instead of a trace; then launching tells what is wrong.
      resolve(error === null || stdout !== "" ? librariesNotFound(stdout) : []);
    });
  });
}

/** Folders of the system's fonts; on Linux those that fontconfig reads by default. Pure. */
export function fontFolders(platform: NodeJS.Platform, home: string): string[] {
  if (platform === "win32") return ["C:\\Windows\\Fonts"];
  if (platform === "darwin") return ["/System/Library/Fonts", "/Library/Fonts", join(home, "Library/Fonts")];
  return ["/usr/share/fonts", "/usr/local/share/fonts", join(home, ".fonts"), join(home, ".local/share/fonts")];
}

/** Number of font files; without any, Chromium renders text as nothing at all. */
export async function countFonts(
  folders: readonly string[] = fontFolders(process.platform, homedir()),
): Promise<number> {
  let count = 0;
  for (const folder of folders) {
    const names = await readdir(folder, { recursive: true }).catch(() => []);
    count += names.filter((name) => /\.(ttf|otf|ttc|pfb)$/i.test(name)).length;
  }
  return count;
}
