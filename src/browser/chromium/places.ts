import { posix, win32 } from "node:path";

/** Where a browser came from. */
export type ChromiumSource = "configured" | "playwright" | "system" | "bundled";

export interface ChromiumPlace {
  readonly source: ChromiumSource;
  readonly path: string;
  /** It can show a window; headless shells cannot. */
  readonly headed: boolean;
}

/**
 * Where installed browsers are looked for, best first: headless shells start faster and take a third of the memory.
 *
 * @param env as of the process; homes and program folders are read from it.
 */
export function systemPlaces(
  platform: NodeJS.Platform,
  env: Readonly<Record<string, string | undefined>>,
): ChromiumPlace[] {
  if (platform === "win32") {
    const roots = [env["PROGRAMFILES"], env["PROGRAMFILES(X86)"], env["LOCALAPPDATA"]];
    const programs = ["Google\\Chrome\\Application\\chrome.exe", "Chromium\\Application\\chrome.exe"];
    // Edge is Chromium too, and every Windows has it; so it comes last.
    return [...programs, "Microsoft\\Edge\\Application\\msedge.exe"].flatMap((program) =>
      roots.filter((root) => root !== undefined && root !== "").map((root) => headed(win32.join(root ?? "", program))),
    );
  }
  if (platform === "darwin") {
    const roots = ["/Applications", ...(env["HOME"] ? [posix.join(env["HOME"], "Applications")] : [])];
    return ["Google Chrome", "Chromium", "Microsoft Edge"].flatMap((name) =>
      roots.map((root) => headed(posix.join(root, `${name}.app/Contents/MacOS/${name}`))),
    );
  }
  return [
    { source: "system", path: "/usr/bin/chromium-headless-shell", headed: false },
    ...[
      "/usr/bin/chromium",
      "/usr/bin/chromium-browser",
      "/usr/bin/google-chrome-stable",
      "/usr/bin/google-chrome",
      "/opt/google/chrome/chrome",
    ].map(headed),
  ];
}

function headed(path: string): ChromiumPlace {
  return { source: "system", path, headed: true };
}
