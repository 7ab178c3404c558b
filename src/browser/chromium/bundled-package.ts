import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { z } from "zod";

/** The npm package that carries a Chromium for Linux on x64 as compressed archives. */
export interface BundledPackage {
  /** Folder of the archives. */
  readonly archives: string;
  /** Of the package; its major number is Chromium's. */
  readonly version: string;
}

const packageFile = z.object({ version: z.string().regex(/^[\w.-]+$/) });

/** The installed package, or undefined where it is missing (it is optional) or has no build for this machine. */
export async function findBundledPackage(
  platform: NodeJS.Platform,
  arch: NodeJS.Architecture,
): Promise<BundledPackage | undefined> {
  if (platform !== "linux" || arch !== "x64") return undefined;
  let main: string;
  try {
    main = createRequire(import.meta.url).resolve("@sparticuz/chromium");
  } catch {
    // Optional dependencies may be left out.
    return undefined;
  }
  const root = join(dirname(main), "..", "..");
  const { version } = packageFile.parse(JSON.parse(await readFile(join(root, "package.json"), "utf8")));
  return { archives: join(root, "bin"), version };
}
