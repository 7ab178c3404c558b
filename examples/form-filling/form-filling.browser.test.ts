import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { JsonValue } from "../../src/core/json.ts";
import {
  compileWorkflow,
  createRegistry,
  type Plan,
  parseWorkflowText,
  type RunEvent,
  type RunReport,
  runPlan,
} from "../../src/execution/index.ts";
import { allNodes, createFileSpace, typeAliases } from "../../src/nodes/index.ts";
import { openTestBrowser, type TestBrowser } from "../../test/support/browser.ts";
import { startSite } from "./serve.js";

const people = fileURLToPath(new URL("./people.csv", import.meta.url));

let site: Awaited<ReturnType<typeof startSite>>;
let browser: TestBrowser;
let workDir: string;
let plan: Plan;

beforeAll(async () => {
  site = await startSite();
  browser = await openTestBrowser();
  const parsed = parseWorkflowText(await readFile(new URL("./workflow.json", import.meta.url), "utf8"));
  if (parsed.file === undefined) throw new Error(JSON.stringify(parsed.issues));
  const compiled = compileWorkflow(parsed.file, createRegistry(allNodes, typeAliases));
  expect([...parsed.issues, ...compiled.issues]).toEqual([]);
  if (compiled.plan === undefined) throw new Error("the example does not compile");
  plan = compiled.plan;
});
beforeEach(async () => {
  workDir = await mkdtemp(join(tmpdir(), "casare-example-"));
});
afterEach(() => rm(workDir, { recursive: true, force: true }));
afterAll(async () => {
  await browser.close();
  await site.close();
});

async function run(variables: Readonly<Record<string, JsonValue>>): Promise<{ report: RunReport; events: RunEvent[] }> {
  const session = browser.manager.openSession({ jobId: "1", downloadsDir: workDir });
  const offered = new Map<string, unknown>([
    ["browser", session],
    ["files", createFileSpace({ workDir, forbidden: [] })],
  ]);
  const events: RunEvent[] = [];
  const report = await runPlan(plan, {
    variables,
    capabilities: { get: (name) => Promise.resolve(offered.get(name)) },
    onEvent: (event) => events.push(event),
  });
  await session.close();
  return { report, events };
}

describe("the form-filling example", () => {
  test("fills every round right and keeps what came of it", async () => {
    const { report, events } = await run({ site_url: site.url, input_file: people });

    expect(report.error).toBeUndefined();
    expect(report.status).toBe("completed");
    expect(report.unreached).toEqual([]);
    expect(report.variables["score"]).toBe("100 %");
    expect(report.nodes["type_email"]?.runs).toBe(10);
    expect(events.filter((event) => event.type === "log").map((event) => event.message)).toEqual(["score 100 %"]);
    expect(events.filter((event) => event.type === "artifact").map((event) => event.name)).toEqual([
      "result.png",
      "result.csv",
    ]);
    expect((await readdir(workDir)).toSorted()).toEqual(["result.csv", "result.png"]);
    expect(await readFile(join(workDir, "result.csv"), "utf8")).toMatch(
      /^score,elapsed,people\r?\n100 %,[\d.]+ s,10\r?\n$/,
    );
  });

  test("counts what was filled wrong", async () => {
    const text = await readFile(people, "utf8");
    const copy = join(workDir, "copy.csv");
    await writeFile(copy, text.replace("Purchasing Lead", "Somebody else"));

    const { report } = await run({ site_url: site.url, input_file: copy });

    expect(report.status).toBe("completed");
    expect(report.variables["score"]).toBe("98 %");
  });
});

describe("the site", () => {
  test("never shows the same names twice, and no field by a class of its own", async () => {
    const page = await browser.manager.openSession({ jobId: "2" }).open();
    await page.goto(site.url);
    await page.getByRole("button", { name: "Start" }).click();
    const names: string[] = [];
    const orders = new Set<string>();
    for (let round = 1; round <= 10; round += 1) {
      const inputs = page.locator("form input");
      names.push(
        ...(await inputs.evaluateAll((found: { id: string; name: string }[]) =>
          found.flatMap((input) => [input.id, input.name]),
        )),
      );
      orders.add(await page.locator("form").innerText());
      await page.getByRole("button", { name: "Submit" }).click();
    }

    expect(names).toHaveLength(140);
    expect(new Set(names).size).toBe(140);
    expect(orders.size).toBeGreaterThan(1);
    expect(await page.getByLabel("Score").textContent()).toBe("0 %");
    expect(await page.locator("[class]").count()).toBe(0);
  });

  test("serves its own files and nothing else", async () => {
    expect(await Promise.all(["", "style.css", "app.js", "people.csv"].map((path) => status(path)))).toEqual([
      200, 200, 200, 200,
    ]);
    expect(
      await Promise.all(
        ["serve.js", "workflow.json", "../../package.json", "%2e%2e/README.md"].map((path) => status(path)),
      ),
    ).toEqual([404, 404, 404, 404]);
    expect(await status("", "POST")).toBe(405);
  });
});

async function status(path: string, method = "GET"): Promise<number> {
  return (await fetch(new URL(path, site.url), { method })).status;
}
