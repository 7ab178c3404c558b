import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm, stat, truncate } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { testCacheDir } from "../../../test/support/browser.ts";
import { prepareBundledChromium } from "./bundled-chromium.ts";
import { type BundledPackage, findBundledPackage } from "./bundled-package.ts";
import { inspectChromium } from "./inspect-chromium.ts";
import { playwrightPlaces } from "./installed-programs.ts";
import { missingLibraries } from "./missing-parts.ts";

const bundled = await findBundledPackage(process.platform, process.arch);

describe.runIf(bundled !== undefined)("the bundled Chromium", () => {
  const bundle = bundled as BundledPackage;
  let cacheDir: string;
  beforeAll(async () => {
    cacheDir = await mkdtemp(join(tmpdir(), "casare-cache-"));
  });
  afterAll(() => rm(cacheDir, { recursive: true, force: true }));

  test("is unpacked by two processes at once and started by both", async () => {
    const resolver = fileURLToPath(new URL("./bundled-chromium.ts", import.meta.url));
    const script = `
      import { execFileSync } from "node:child_process";
      import { prepareBundledChromium } from ${JSON.stringify(resolver)};
      const found = await prepareBundledChromium(${JSON.stringify(bundle)}, { cacheDir: ${JSON.stringify(cacheDir)} });
      console.log(execFileSync(found.executablePath, ["--version"], { encoding: "utf8" }).trim());`;
    const run = async (): Promise<string> => {
      const child = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "-e", script]);
      const output: Buffer[] = [];
      child.stdout.on("data", (chunk: Buffer) => output.push(chunk));
      child.stderr.on("data", (chunk: Buffer) => output.push(chunk));
      await once(child, "close");
      return Buffer.concat(output).toString().trim();
    };

    const versions = await Promise.all([run(), run()]);

    expect(versions).toEqual(["Chromium 147.0.7727.0", "Chromium 147.0.7727.0"]);
    expect(await readdir(cacheDir)).toEqual([`chromium-${bundle.version}`]);
  });

  test("is unpacked anew when the cached program is cut short", async () => {
    const { executablePath } = await prepareBundledChromium(bundle, { cacheDir });
    await truncate(executablePath, 1_000_000);

    const again = await prepareBundledChromium(bundle, { cacheDir });

    expect((await stat(again.executablePath)).size).toBeGreaterThan(100_000_000);
    const { stdout } = await promisify(execFile)(again.executablePath, ["--version"]);
    expect(stdout).toContain("Chromium 147");
  });

  test("brings neither libraries nor fonts where the machine has them", async () => {
    const probe = { missingLibraries: () => Promise.resolve([]), countFonts: () => Promise.resolve(3) };

    const { env } = await prepareBundledChromium(bundle, { cacheDir, probe });

    expect(env).toEqual({});
  });

  test("brings libraries and fonts to a machine without them, and works with them", async () => {
    const probe = { missingLibraries: () => Promise.resolve(["libnss3.so"]), countFonts: () => Promise.resolve(0) };

    const { executablePath, env } = await prepareBundledChromium(bundle, { cacheDir, probe });
    const libraryPath = env["LD_LIBRARY_PATH"] ?? "";
    const trace = await promisify(execFile)(executablePath, [], {
      env: { LD_LIBRARY_PATH: libraryPath, LD_TRACE_LOADED_OBJECTS: "1" },
    });

    expect(trace.stdout).toContain(`libnss3.so => ${libraryPath}/libnss3.so`);
    expect(await missingLibraries(executablePath, { libraryPath })).toEqual([]);
    expect(await fontUsed(executablePath, env)).toBe("Open Sans");
  });

  test("is described for the doctor", async () => {
    const inspection = await inspectChromium({ env: process.env, cacheDir: testCacheDir });

    expect(inspection.version).toMatch(/\d+\.\d+/);
    expect(inspection.missingLibraries).toEqual([]);
    expect(inspection.systemFonts).toBeGreaterThanOrEqual(0);
  });
});

test("of Playwright's own browsers the headless shell comes before the full one", async () => {
  const places = await playwrightPlaces();

  expect(places.at(-1)).toMatchObject({ source: "playwright", headed: true });
  expect(places.at(-1)?.path).toMatch(/chromium-\d+/);
  expect(places.slice(0, -1).every((place) => !place.headed)).toBe(true);
});

test("no browser is bundled for other systems", async () => {
  expect(await findBundledPackage("darwin", "arm64")).toBeUndefined();
  expect(await findBundledPackage("linux", "arm64")).toBeUndefined();
});

/** The font Chromium really draws a paragraph with. */
async function fontUsed(executablePath: string, env: Readonly<Record<string, string>>): Promise<string | undefined> {
  const browser = await chromium.launch({ executablePath, env: { ...process.env, LANG: "en_US.UTF-8", ...env } });
  try {
    const page = await browser.newPage();
    await page.setContent("<p>fonts</p>");
    const session = await page.context().newCDPSession(page);
    await session.send("DOM.enable");
    await session.send("CSS.enable");
    const { root } = await session.send("DOM.getDocument");
    const { nodeId } = await session.send("DOM.querySelector", { nodeId: root.nodeId, selector: "p" });
    const { fonts } = await session.send("CSS.getPlatformFontsForNode", { nodeId });
    return fonts[0]?.familyName;
  } finally {
    await browser.close();
  }
}
