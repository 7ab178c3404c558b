import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openTestBrowser, servePages, type TestBrowser, type TestSite } from "../../test/support/browser.ts";
import { createMasker } from "../core/mask.ts";
import type { RunEvent } from "../execution/index.ts";
import { createHttpClient } from "../http/index.ts";
import { runWorkflow } from "./run-workflow.ts";

let browser: TestBrowser;
let site: TestSite;
beforeAll(async () => {
  browser = await openTestBrowser();
  site = await servePages({ "/": "<title>Shop</title><h1>Welcome</h1>" });
});
afterAll(async () => {
  await site.close();
  await browser.close();
});

test("a workflow that fails on a page leaves a picture of it, and no open context", async () => {
  const workDir = join(browser.home, "work");
  await mkdir(workDir);
  const events: RunEvent[] = [];
  const document = {
    metadata: { name: "Shop" },
    nodes: {
      start: { node_id: "start", node_type: "StartNode", config: {} },
      open: { node_id: "open", node_type: "LaunchBrowserNode", config: { url: site.url } },
      click: { node_id: "click", node_type: "ClickElementNode", config: { selector: "#buy", timeout: 300 } },
    },
    connections: [
      { source_node: "start", source_port: "exec_out", target_node: "open", target_port: "exec_in" },
      { source_node: "open", source_port: "exec_out", target_node: "click", target_port: "exec_in" },
    ],
    variables: {},
    settings: {},
  };

  const report = await runWorkflow({
    document,
    workDir,
    home: browser.home,
    browserManager: browser.manager,
    http: createHttpClient(),
    masker: createMasker(),
    onEvent: (event) => events.push(event),
    jobId: "7-1",
  });

  expect(report).toMatchObject({ status: "failed", reached: ["start", "open", "click"], error: { node: "click" } });
  const picture = await readFile(join(workDir, "failure.png"));
  expect(picture.subarray(1, 4).toString()).toBe("PNG");
  expect(events.at(-1)).toMatchObject({ type: "artifact", name: "failure.png" });
  expect(browser.manager.running?.openContexts).toBe(0);
});
