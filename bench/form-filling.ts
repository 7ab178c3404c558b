/**
 * The form-filling example through the engine against a hand-written Playwright script that does the same.
 *
 * Both drive one browser process of the same kind on the same site, with a fresh context for each run; runs alternate, so
 * that the machine's other load hits both. Measured from opening the context to closing it. Usage: `tsx bench/form-filling.ts [runs]`.
 */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "csv-parse/sync";
import { stringify } from "csv-stringify/sync";
import { type Browser, chromium } from "playwright-core";
import { startSite } from "../examples/form-filling/serve.js";
import { type BrowserManager, browserConfig, createBrowserManager, resolveChromium } from "../src/browser/index.ts";
import { compileWorkflow, createRegistry, type Plan, parseWorkflowText, runPlan } from "../src/execution/index.ts";
import { allNodes, createFileSpace, typeAliases } from "../src/nodes/index.ts";

const example = new URL("../examples/form-filling/", import.meta.url);
const people = fileURLToPath(new URL("people.csv", example));
const runs = Number(process.argv[2] ?? 7);

interface Place {
  readonly siteUrl: string;
  readonly workDir: string;
}

async function compileExample(): Promise<Plan> {
  const { file } = parseWorkflowText(await readFile(new URL("workflow.json", example), "utf8"));
  const compiled = file === undefined ? undefined : compileWorkflow(file, createRegistry(allNodes, typeAliases));
  if (compiled?.plan === undefined) throw new Error("the example does not compile");
  return compiled.plan;
}

async function throughEngine(manager: BrowserManager, plan: Plan, { siteUrl, workDir }: Place): Promise<string> {
  const session = manager.openSession({ jobId: "bench", downloadsDir: workDir });
  const offered = new Map<string, unknown>([
    ["browser", session],
    ["files", createFileSpace({ workDir, forbidden: [] })],
  ]);
  const report = await runPlan(plan, {
    variables: { site_url: siteUrl, input_file: people },
    capabilities: { get: (name) => Promise.resolve(offered.get(name)) },
    onEvent: () => undefined,
  });
  await session.close();
  if (report.status !== "completed") throw new Error(report.error?.message ?? report.status);
  const { score } = report.variables;
  return typeof score === "string" ? score : "missing";
}

const LABELS = {
  first_name: "First name",
  last_name: "Last name",
  company: "Company",
  role: "Role",
  address: "Address",
  email: "E-mail",
  phone: "Phone",
};

async function byHand(browser: Browser, { siteUrl, workDir }: Place): Promise<string> {
  const context = await browser.newContext({ locale: "en-US", viewport: { width: 1280, height: 720 } });
  const page = await context.newPage();
  await page.goto(siteUrl);
  const rows = parse<Record<string, string>>(await readFile(people, "utf8"), { columns: true });
  await page.getByRole("button", { name: "Start" }).click();
  for (const row of rows) {
    for (const [column, label] of Object.entries(LABELS)) await page.getByLabel(label).fill(row[column] ?? "");
    await page.getByRole("button", { name: "Submit" }).click();
  }
  const score = (await page.getByLabel("Score").textContent()) ?? "";
  const elapsed = (await page.getByLabel("Time").textContent()) ?? "";
  await page.screenshot({ path: join(workDir, "result.png") });
  await writeFile(
    join(workDir, "result.csv"),
    stringify([
      ["score", "elapsed", "people"],
      [score, elapsed, rows.length],
    ]),
  );
  await context.close();
  return score;
}

async function timed(work: () => Promise<string>): Promise<number> {
  const startMs = performance.now();
  const score = await work();
  const durationMs = performance.now() - startMs;
  if (score !== "100 %") throw new Error(`the score is ${score}`);
  return durationMs;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}

const home = await mkdtemp(join(tmpdir(), "casare-bench-"));
const cacheDir = fileURLToPath(new URL("../node_modules/.cache/casare", import.meta.url));
const found = await resolveChromium({ env: process.env, cacheDir });
const site = await startSite();
const manager = createBrowserManager({
  home,
  config: browserConfig.parse({}),
  resolve: () => Promise.resolve(found),
});
const browser = await chromium.launch({
  executablePath: found.executablePath,
  chromiumSandbox: process.getuid?.() !== 0,
  env: { ...process.env, LANG: "en_US.UTF-8", ...found.env },
});
try {
  const plan = await compileExample();
  const place = { siteUrl: site.url, workDir: home };
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let run = 0; run <= runs; run += 1) {
    const oursMs = await timed(() => throughEngine(manager, plan, place));
    const playwrightMs = await timed(() => byHand(browser, place));
    const label = run === 0 ? "warm-up" : `run ${run}`;
    console.log(`${label}: engine ${Math.round(oursMs)} ms, by hand ${Math.round(playwrightMs)} ms`);
    if (run === 0) continue;
    ours.push(oursMs);
    theirs.push(playwrightMs);
  }
  const result = { ours: Math.round(median(ours)), playwright: Math.round(median(theirs)) };
  const ratio = Math.round((median(ours) / median(theirs)) * 1_000) / 1_000;
  console.log(
    `median of ${runs}: engine ${result.ours} ms, by hand ${result.playwright} ms, ratio ${ratio} (target 1.3 or less)`,
  );
  console.log(JSON.stringify({ ...result, ratio }));
} finally {
  await manager.close();
  await browser.close();
  await site.close();
  await rm(home, { recursive: true, force: true });
}
