import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { BundledPackage } from "./bundled-package.ts";
import { countFonts, missingLibraries } from "./missing-parts.ts";
import { type ArchivePart, ensureUnpacked, type UnpackRequest } from "./unpack.ts";

const CHROMIUM: ArchivePart = { name: "chromium", archive: "chromium.br", to: "chromium", unpackedBytes: 200_000_000 };
/** Software WebGL; Chromium looks for it in its own folder. */
const SWIFTSHADER: ArchivePart = {
  name: "swiftshader",
  archive: "swiftshader.tar.br",
  to: ".",
  unpackedBytes: 16_000_000,
};
const LIBRARIES: ArchivePart = { name: "libraries", archive: "al2023.tar.br", to: "system", unpackedBytes: 4_000_000 };
const FONTS: ArchivePart = { name: "fonts", archive: "fonts.tar.br", to: "fonts", unpackedBytes: 1_000_000 };

export interface BundledOptions {
  readonly cacheDir: string;
  readonly signal?: AbortSignal | undefined;
  readonly freeBytes?: UnpackRequest["freeBytes"];
  /** What the machine lacks; asked after unpacking. */
  readonly probe?: {
    readonly missingLibraries: (program: string) => Promise<readonly string[]>;
    readonly countFonts: () => Promise<number>;
  };
}

/** Unpacks the bundled Chromium (2 s, 200 MB, once), and the libraries and fonts that this machine lacks. */
export async function prepareBundledChromium(
  bundled: BundledPackage,
  options: BundledOptions,
): Promise<{ readonly executablePath: string; readonly env: Readonly<Record<string, string>> }> {
  const { cacheDir, signal, freeBytes } = options;
  const probe = options.probe ?? {
    missingLibraries: (program: string) => missingLibraries(program, { signal }),
    countFonts: () => countFonts(),
  };
  const target = join(cacheDir, `chromium-${bundled.version}`);
  const request: UnpackRequest = { archives: bundled.archives, target, signal, ...(freeBytes && { freeBytes }) };
  await ensureUnpacked(CHROMIUM, request);
  await ensureUnpacked(SWIFTSHADER, request);
  const executablePath = join(target, "chromium");
  const env: Record<string, string> = {};
  if ((await probe.missingLibraries(executablePath)).length > 0) {
    await ensureUnpacked(LIBRARIES, request);
    env["LD_LIBRARY_PATH"] = join(target, "system", "lib");
  }
  if ((await probe.countFonts()) === 0) {
    await ensureUnpacked(FONTS, request);
    env["FONTCONFIG_PATH"] = await writeFontConfig(target);
  }
  return { executablePath, env };
}

/** The archive's own configuration names folders of another system; this one names ours. */
async function writeFontConfig(target: string): Promise<string> {
  const folder = join(target, "fontconfig");
  await mkdir(folder, { recursive: true });
  await writeFile(
    join(folder, "fonts.conf"),
    `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${xmlText(join(target, "fonts"))}</dir>
  <cachedir>${xmlText(join(target, "font-cache"))}</cachedir>
</fontconfig>
`,
  );
  return folder;
}

function xmlText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
