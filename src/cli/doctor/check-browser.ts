import { join } from "node:path";
import { type BrowserConfig, createBrowserManager, inspectChromium } from "../../browser/index.ts";
import { messageOf } from "../../core/errors.ts";
import { type Diagnosis, fail, ok, warn } from "./finding.ts";

/** Which Chromium it is, whether it starts, opens a page, and can show text. */
export async function checkBrowser(
  place: { readonly home: string; readonly config: BrowserConfig; readonly env: NodeJS.ProcessEnv },
  signal: AbortSignal,
): Promise<Diagnosis> {
  const { home, config, env } = place;
  const remedy = "install Chromium or Google Chrome, or set CASARE_CHROMIUM_PATH to the program";
  let detail: string;
  let hasFonts: boolean;
  try {
    const path = config.CHROMIUM_PATH;
    const found = await inspectChromium({
      env: { ...env, ...(path !== undefined && { CASARE_CHROMIUM_PATH: path }) },
      cacheDir: join(home, "cache"),
      signal,
    });
    detail = `${found.version ?? "a Chromium that does not tell its version"} (${found.source}, ${found.executablePath})`;
    hasFonts = found.bundledFonts || found.systemFonts > 0;
    if (found.missingLibraries.length > 0) {
      return fail(
        `${detail} lacks ${found.missingLibraries.join(", ")}`,
        "install these libraries with the system's package manager, or unset CASARE_CHROMIUM_PATH to use the bundled one",
      );
    }
  } catch (error) {
    return fail(messageOf(error), remedy);
  }
  const opened = await openPage(home, config, signal);
  if (opened.problem !== undefined) return fail(`${detail} does not start: ${opened.problem}`, remedy);
  const proven = `${detail} opened a page in ${opened.durationMs} ms`;
  if (hasFonts) return ok(proven);
  return warn(
    `${proven}, but there are no fonts: text in pages is blank`,
    "install a font package, such as fonts-dejavu-core",
  );
}

async function openPage(
  home: string,
  config: BrowserConfig,
  signal: AbortSignal,
): Promise<{ readonly durationMs: number; readonly problem?: string }> {
  const startedMs = performance.now();
  const manager = createBrowserManager({ home, config });
  try {
    const page = await manager.openSession({ jobId: "doctor", signal }).page();
    await page.goto("about:blank", { timeout: 10_000 });
    return { durationMs: Math.round(performance.now() - startedMs) };
  } catch (error) {
    return { durationMs: 0, problem: messageOf(error) };
  } finally {
    await manager.close();
  }
}
