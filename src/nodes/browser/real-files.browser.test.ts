import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openTestBrowser, servePages, type TestBrowser, type TestSite } from "../../../test/support/browser.ts";
import { compileWorkflow, createRegistry, parseWorkflowText, type RunReport, runPlan } from "../../execution/index.ts";
import { allNodes } from "../all-nodes.ts";
import { createFileSpace } from "../open-file-space.ts";
import { typeAliases } from "../type-aliases.ts";

/** Workflow files of the predecessor; set CASARE_WORKFLOWS_DIR to the folder that holds node_tests and stress_test_v1. */
const folder = process.env["CASARE_WORKFLOWS_DIR"] ?? "";
const isThere = folder !== "" && existsSync(join(folder, "node_tests"));

let site: TestSite;
let browser: TestBrowser;
let workDir: string;

beforeAll(async () => {
  site = await servePages({ "/": "<title>Example Domain</title><h1>Example Domain</h1>" });
  browser = await openTestBrowser();
  workDir = await mkdtemp(join(tmpdir(), "casare-real-"));
});
afterAll(async () => {
  await browser.close();
  await site.close();
  await rm(workDir, { recursive: true, force: true });
});

async function run(file: string): Promise<{ readonly report: RunReport; readonly logs: readonly string[] }> {
  // The only change: they visit a site of the internet, and tests have none.
  const text = readFileSync(join(folder, file), "utf8").replaceAll("https://example.com", site.url);
  const parsed = parseWorkflowText(text);
  const compiled = parsed.file && compileWorkflow(parsed.file, createRegistry(allNodes, typeAliases));
  if (compiled?.plan === undefined) throw new Error(JSON.stringify([...parsed.issues, ...(compiled?.issues ?? [])]));
  const session = browser.manager.openSession({ jobId: file });
  const offered = new Map<string, unknown>([
    ["browser", session],
    ["files", createFileSpace({ workDir, forbidden: [] })],
  ]);
  const logs: string[] = [];
  const report = await runPlan(compiled.plan, {
    capabilities: { get: (name) => Promise.resolve(offered.get(name)) },
    onEvent: (event) => {
      if (event.type === "log") logs.push(event.message);
    },
  });
  await session.close();
  return { report, logs };
}

describe.skipIf(!isThere)("workflow files of the predecessor that drive a browser (CASARE_WORKFLOWS_DIR)", () => {
  test.each([
    ["node_tests/batch_3_1_browser_core.json", "Browser core tests passed! Page title: Example Domain"],
    [
      "node_tests/batch_3_2_browser_interaction.json",
      /^Browser interaction tests passed! URL: http:\/\/127\.0\.0\.1:\d+\/$/,
    ],
    ["node_tests/batch_3_3_browser_scripts.json", "Browser script tests passed! Title from JS: Example Domain"],
    ["stress_test_v1/task_5.json", "The extracted theme is: dark"],
  ])("%s runs to its end", async (file, message) => {
    const { report, logs } = await run(file);

    expect(report.error).toBeUndefined();
    expect(report.status).toBe("completed");
    expect(report.unreached).toEqual([]);
    expect(logs.at(-1)).toMatch(message);
  });

  test("the picture that one of them takes is where it says", async () => {
    await run("node_tests/batch_3_1_browser_core.json");

    expect(await readdir(join(workDir, "test_output"))).toEqual(["browser_test_screenshot.png"]);
  });
});
