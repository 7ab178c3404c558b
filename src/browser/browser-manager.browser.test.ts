import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { openTestBrowser, servePages, type TestBrowser, type TestSite } from "../../test/support/browser.ts";
import { systemProcesses } from "./orphans/process-table.ts";

let site: TestSite;
let browser: TestBrowser;

beforeAll(async () => {
  site = await servePages({
    "/": "<title>home</title><h1>home</h1>",
    "/popup": `<a href="/" target="_blank">open</a>`,
    "/file": (_request, response) => {
      response.writeHead(200, { "content-disposition": 'attachment; filename="report.csv"' });
      response.end("a,b\n1,2\n");
    },
    "/download": `<a href="/file">get</a>`,
  });
});
afterAll(() => site.close());
afterEach(() => browser.close());

const coded = (code: string): object => expect.objectContaining({ code });

describe("createBrowserManager", () => {
  test("starts nothing before a session is used", async () => {
    browser = await openTestBrowser();

    browser.manager.openSession({ jobId: "1" });

    expect(browser.manager.running).toBeUndefined();
  });

  test("gives each job a fresh context of one shared process", async () => {
    browser = await openTestBrowser();
    const [first, second] = ["1", "2"].map((jobId) => browser.manager.openSession({ jobId }));
    const [one, two] = await Promise.all([first?.open(), second?.open()]);
    await one?.goto(site.url);
    await two?.goto(site.url);

    await one?.evaluate("document.cookie = 'session=1'");

    expect(await two?.evaluate("document.cookie")).toBe("");
    expect(browser.manager.running?.openContexts).toBe(2);
    expect(browser.log.filter((line) => line.message === "browser started")).toHaveLength(1);
  });

  test("speaks a language that Intl understands, in a window of known size", async () => {
    browser = await openTestBrowser();
    const page = await browser.manager.openSession({ jobId: "1" }).open();

    expect(await page.evaluate("new Intl.NumberFormat(navigator.language).format(1234.5)")).toBe("1,234.5");
    expect(page.viewportSize()).toEqual({ width: 1280, height: 720 });
  });

  test("lets the job and then the workflow differ from the defaults", async () => {
    browser = await openTestBrowser();
    const session = browser.manager.openSession({
      jobId: "1",
      contextOptions: { locale: "de-DE", colorScheme: "dark" },
    });
    const page = await session.open({ viewport: { width: 800, height: 600 } });

    expect(await page.evaluate("navigator.language")).toBe("de-DE");
    expect(page.viewportSize()).toEqual({ width: 800, height: 600 });
  });

  test.runIf(process.getuid?.() === 0)("says that it runs without a sandbox, once", async () => {
    browser = await openTestBrowser();
    await Promise.all(["1", "2"].map((jobId) => browser.manager.openSession({ jobId }).open()));

    expect(browser.log.filter((line) => line.message.includes("sandbox"))).toHaveLength(1);
  });

  test("fails running sessions when the process dies, and starts another one for the next", async () => {
    browser = await openTestBrowser();
    const session = browser.manager.openSession({ jobId: "7" });
    const page = await session.open();
    const waiting = page.waitForSelector("#never").catch((error: unknown) => error);
    const pid = browser.manager.running?.pid ?? 0;

    process.kill(pid, "SIGKILL");
    await waiting;

    await expect(session.page()).rejects.toMatchObject({ code: "BROWSER_CRASHED", retryable: true });
    await expect(session.newPage()).rejects.toEqual(coded("BROWSER_CRASHED"));
    const next = await browser.manager.openSession({ jobId: "8" }).open();
    await next.goto(site.url);
    expect(browser.manager.running?.pid).not.toBe(pid);
    await session.open();
    expect(session.currentPage).toBe("main");
  });

  test("closes the context of an aborted job within a second, though its page never yields", async () => {
    browser = await openTestBrowser();
    const job = new AbortController();
    const session = browser.manager.openSession({ jobId: "1", signal: job.signal });
    const page = await session.open();
    await page.goto(site.url);
    const stuck = page.evaluate("for (;;) {}").catch(() => "ended");
    const reason = new Error("job cancelled");
    const startMs = performance.now();

    job.abort(reason);
    await stuck;
    await expect.poll(() => browser.manager.running?.openContexts, { interval: 10 }).toBe(0);

    expect(performance.now() - startMs).toBeLessThan(1_500);
    await expect(session.page()).rejects.toBe(reason);
  });

  test("gives up a browser that hangs whole, and the job's end does not wait for it", async () => {
    browser = await openTestBrowser();
    const session = browser.manager.openSession({ jobId: "1" });
    await session.open();
    const pid = browser.manager.running?.pid ?? 0;
    process.kill(pid, "SIGSTOP");
    const startMs = performance.now();

    await session.close();
    const closedAfterMs = performance.now() - startMs;
    await expect.poll(() => systemProcesses().row(pid), { timeout: 15_000 }).toBeUndefined();
    const next = await browser.manager.openSession({ jobId: "2" }).open();
    await next.goto(site.url);

    expect(closedAfterMs).toBeLessThan(2_000);
    expect(await next.title()).toBe("home");
  });

  test("replaces the process after so many contexts, once the old one is idle", async () => {
    browser = await openTestBrowser({ BROWSER_MAX_CONTEXTS: 2 });
    const sessions = ["1", "2"].map((jobId) => browser.manager.openSession({ jobId }));
    await sessions[0]?.open();
    const pid = browser.manager.running?.pid ?? 0;
    await sessions[1]?.open();

    const third = browser.manager.openSession({ jobId: "3" });
    await third.open();
    const whileBusy = await systemProcesses().row(pid);
    await Promise.all(sessions.map((session) => session.close()));

    expect(browser.manager.running?.pid).not.toBe(pid);
    expect(whileBusy).toBeDefined();
    await expect.poll(() => systemProcesses().row(pid), { timeout: 10_000 }).toBeUndefined();
  });

  test("close ends sessions and process, and leaves no folder", async () => {
    browser = await openTestBrowser();
    const session = browser.manager.openSession({ jobId: "1" });
    await session.open();
    const pid = browser.manager.running?.pid ?? 0;

    await browser.manager.close();

    expect(await systemProcesses().row(pid)).toBeUndefined();
    expect(await readdir(join(browser.home, "run", "browsers"))).toEqual([]);
    await expect(session.page()).rejects.toEqual(coded("BROWSER_CLOSED"));
    expect(() => browser.manager.openSession({ jobId: "2" })).toThrow(coded("BROWSER_CLOSED"));
  });

  test("close ends a browser that hangs", async () => {
    browser = await openTestBrowser();
    await browser.manager.openSession({ jobId: "1" }).open();
    const pid = browser.manager.running?.pid ?? 0;
    process.kill(pid, "SIGSTOP");

    await browser.manager.close();

    expect(await systemProcesses().row(pid)).toBeUndefined();
  });

  test("names the program that does not start", async () => {
    browser = await openTestBrowser();
    const { createBrowserManager } = await import("./browser-manager.ts");
    const { browserConfig } = await import("./config.ts");
    const manager = createBrowserManager({
      home: browser.home,
      config: browserConfig.parse({ CHROMIUM_PATH: "/bin/false" }),
    });

    const failure = manager.openSession({ jobId: "1" }).open();

    await expect(failure).rejects.toMatchObject({ code: "BROWSER_LAUNCH_FAILED", retryable: true });
    await expect(failure).rejects.toThrow(/^\/bin\/false could not be started/);
    expect(await readdir(join(browser.home, "run", "browsers"))).toEqual([]);
    await manager.close();
  });
});

describe("a session", () => {
  test("opens itself at first use, under the name main", async () => {
    browser = await openTestBrowser();
    const session = browser.manager.openSession({ jobId: "1" });
    expect(session.currentPage).toBeUndefined();

    const page = await session.page();

    expect(session.currentPage).toBe("main");
    expect(await session.page("main")).toBe(page);
    expect(await session.open()).toBe(page);
  });

  test("knows its pages by name", async () => {
    browser = await openTestBrowser();
    const session = browser.manager.openSession({ jobId: "1" });
    const main = await session.open();

    const report = await session.newPage("report");

    expect(session.currentPage).toBe("report");
    expect(await session.page()).toBe(report.page);
    session.usePage("main");
    expect(await session.page()).toBe(main);
    await expect(session.page("gone")).rejects.toThrow("No page is named gone; open are: main, report");
    expect(() => session.usePage("gone")).toThrow(coded("BROWSER_PAGE_NOT_FOUND"));
  });

  test("keeps the older page open when a name is given again", async () => {
    browser = await openTestBrowser();
    const session = browser.manager.openSession({ jobId: "1" });
    const first = await session.open();

    const { page } = await session.newPage("main");

    expect(await session.page("main")).toBe(page);
    expect(await session.page("main_2")).toBe(first);
  });

  test("falls back to a page that is left when the current one closes", async () => {
    browser = await openTestBrowser();
    const session = browser.manager.openSession({ jobId: "1" });
    await session.open();
    const { page } = await session.newPage("second");

    await page.close();

    expect(session.currentPage).toBe("main");
  });

  test("names what a site opens, without making it the current page", async () => {
    browser = await openTestBrowser();
    const session = browser.manager.openSession({ jobId: "1" });
    const page = await session.open();
    await page.goto(`${site.url}/popup`);

    const [opened] = await Promise.all([page.waitForEvent("popup"), page.click("a")]);

    expect(await session.page("popup")).toBe(opened);
    expect(session.currentPage).toBe("main");
  });

  test("starts afresh when it is opened with options again", async () => {
    browser = await openTestBrowser();
    const session = browser.manager.openSession({ jobId: "1" });
    const before = await session.open();

    const after = await session.open({ locale: "fr-FR" });

    expect(before.isClosed()).toBe(true);
    expect(await after.evaluate("navigator.language")).toBe("fr-FR");
    expect(browser.manager.running?.openContexts).toBe(1);
  });

  test("can be used again after close", async () => {
    browser = await openTestBrowser();
    const session = browser.manager.openSession({ jobId: "1" });
    const before = await session.open();
    await session.close();

    const after = await session.page();

    expect(after).not.toBe(before);
    await after.goto(site.url);
  });

  test("saves what a page offers for download before it closes", async () => {
    browser = await openTestBrowser();
    const downloadsDir = await mkdtemp(join(tmpdir(), "casare-downloads-"));
    const session = browser.manager.openSession({ jobId: "1", downloadsDir });
    const page = await session.open();
    await page.goto(`${site.url}/download`);
    await Promise.all([page.waitForEvent("download"), page.click("a")]);

    await session.close();
    const names = await readdir(downloadsDir);
    const content = await readFile(join(downloadsDir, names[0] ?? ""), "utf8");
    await rm(downloadsDir, { recursive: true });

    expect(names).toEqual(["report.csv"]);
    expect(content).toBe("a,b\n1,2\n");
  });
});

test("importing the area does not load Playwright", async () => {
  const area = fileURLToPath(new URL("./index.ts", import.meta.url));
  const script = `
    import { createRequire } from "node:module";
    await import(${JSON.stringify(area)});
    const loaded = Object.keys(createRequire(import.meta.url).cache);
    console.log(loaded.filter((path) => path.includes("playwright-core")).length);`;
  const child = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "-e", script]);
  const [output] = (await once(child.stdout, "data")) as [Buffer];

  expect(output.toString().trim()).toBe("0");
});
