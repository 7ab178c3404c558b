import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { servePages, type TestSite } from "../../../test/support/browser.ts";
import { type BrowserNodeRunner, openBrowserNodeRunner } from "../../../test/support/browser-nodes.ts";
import { clickElementNode } from "./click-element.ts";
import { closeBrowserNode } from "./close-browser.ts";
import { getCurrentUrlNode } from "./get-current-url.ts";
import { getPageSourceNode } from "./get-page-source.ts";
import { goBackNode } from "./go-back.ts";
import { goForwardNode } from "./go-forward.ts";
import { goToUrlNode } from "./go-to-url.ts";
import { launchBrowserNode } from "./launch-browser.ts";
import { newTabNode } from "./new-tab.ts";
import { refreshPageNode } from "./refresh-page.ts";
import { waitForElementNode } from "./wait-for-element.ts";
import { waitForNavigationNode } from "./wait-for-navigation.ts";

let site: TestSite;
let runner: BrowserNodeRunner;
let visits = 0;

beforeAll(async () => {
  site = await servePages({
    "/": "<title>home</title><h1>home</h1>",
    "/two": "<title>two</title><h1>two</h1>",
    "/count": (_request, response) => {
      visits += 1;
      response.setHeader("content-type", "text/html");
      response.end(`<title>visit ${visits}</title>`);
    },
    "/echo": (request, response) => {
      response.setHeader("content-type", "text/html");
      response.end(`<title>${request.headers.referer ?? "none"}</title>`);
    },
    "/slow": () => undefined,
    "/file": (_request, response) => {
      response.setHeader("content-disposition", "attachment; filename=a.bin");
      response.end("bytes");
    },
    "/leaving": `<title>leaving</title><button onclick="location = '/two'">go</button>`,
    "/later": `<title>later</title><button>goes</button>
      <script>setTimeout(() => { document.body.insertAdjacentHTML("beforeend", "<p id=late>late</p>"); }, 150);
      setTimeout(() => { document.querySelector("button").hidden = true; }, 300);</script>`,
  });
  runner = await openBrowserNodeRunner();
});
afterEach(() => runner.reset());
afterAll(async () => {
  await runner.close();
  await site.close();
});

const title = async (): Promise<string> => (await runner.session.page()).title();
const coded = (code: string, text?: RegExp): object =>
  expect.objectContaining({ code, ...(text !== undefined && { message: expect.stringMatching(text) as string }) });

describe("GoToURLNode", () => {
  test("opens the page and gives it on", async () => {
    expect(await runner.run(goToUrlNode, { url: site.url })).toEqual({ page: { $page: "main" } });
    expect(await title()).toBe("home");
  });

  test("sends the referer", async () => {
    await runner.run(goToUrlNode, { url: `${site.url}/echo`, referer: "https://example.com/" });

    expect(await title()).toBe("https://example.com/");
  });

  test("takes an error status for an answer, and notes it", async () => {
    await runner.run(goToUrlNode, { url: `${site.url}/absent?token=secret` });

    expect(runner.log).toEqual([{ level: "warning", message: `${site.url}/absent?… answered with status 404` }]);
  });

  test.each([
    ["http://127.0.0.1:9", /browsers refuse that port|nothing answers/],
    ["http://no-such-host.invalid/a?secret=1", /^http:\/\/no-such-host\.invalid\/a\?… could not be opened/],
  ])("says why %s does not open", async (url, text) => {
    await expect(runner.run(goToUrlNode, { url })).rejects.toMatchObject({
      code: "NODE_NAVIGATION_FAILED",
      retryable: true,
    });
    await expect(runner.run(goToUrlNode, { url })).rejects.toThrow(text);
  });

  test("says that a URL is a file and no page", async () => {
    await expect(runner.run(goToUrlNode, { url: `${site.url}/file` })).rejects.toEqual(
      coded("NODE_NAVIGATION_FAILED", /use DownloadFileNode/),
    );
  });

  test("gives up after its timeout", async () => {
    await expect(runner.run(goToUrlNode, { url: `${site.url}/slow`, timeout: 300 })).rejects.toEqual(
      coded("NODE_BROWSER_TIMED_OUT", /Opening on about:blank did not finish within 300 ms/),
    );
  });

  test("is given up at once when the job is cancelled", async () => {
    const job = new AbortController();
    const reason = new Error("cancelled");
    const opening = runner.run(goToUrlNode, { url: `${site.url}/slow` }, { signal: job.signal });

    job.abort(reason);

    await expect(opening).rejects.toBe(reason);
  });

  test("refuses files of the machine", async () => {
    await expect(runner.run(goToUrlNode, { url: "file:///etc/passwd" })).rejects.toEqual(coded("NODE_URL_INVALID"));
  });
});

describe("history", () => {
  test("goes back, forward, and loads again", async () => {
    await runner.run(goToUrlNode, { url: site.url });
    await runner.run(goToUrlNode, { url: `${site.url}/two` });
    await runner.run(goBackNode);
    const back = await title();
    await runner.run(goForwardNode, { wait_until: "domcontentloaded" });
    const forward = await title();
    await runner.run(goToUrlNode, { url: `${site.url}/count` });
    const first = await title();
    await runner.run(refreshPageNode);

    expect([back, forward]).toEqual(["home", "two"]);
    expect(await title()).not.toBe(first);
  });
});

describe("LaunchBrowserNode", () => {
  test("opens the job's own context as the settings say, and a URL", async () => {
    const outputs = await runner.run(launchBrowserNode, {
      url: site.url,
      viewport_width: "640",
      viewport_height: 480,
      user_agent: "casare-test",
      locale: "de-DE",
      timezone_id: "Asia/Tokyo",
      color_scheme: "dark",
    });
    const page = await runner.session.page();

    expect(outputs).toEqual({ browser: { $browser: "main" }, page: { $page: "main" }, window: { $page: "main" } });
    expect(
      await page.evaluate(
        "[innerWidth, innerHeight, navigator.userAgent, navigator.language, Intl.DateTimeFormat().resolvedOptions().timeZone, matchMedia('(prefers-color-scheme: dark)').matches]",
      ),
    ).toEqual([640, 480, "casare-test", "de-DE", "Asia/Tokyo", true]);
    expect(await title()).toBe("home");
    expect(runner.log).toEqual([]);
  });

  test("notes what a robot does otherwise than the workflow says", async () => {
    await runner.run(launchBrowserNode, { browser_type: "firefox", profile_mode: "chrome_default", channel: "msedge" });

    expect(runner.log.map((line) => line.message)).toEqual([
      expect.stringContaining("firefox is not there"),
      expect.stringContaining("profiles are not used"),
      expect.stringContaining("channel is not used"),
    ]);
  });

  test("sends the traffic through a proxy", async () => {
    const asked: string[] = [];
    const proxy: Server = createServer((request, response) => {
      asked.push(request.url ?? "");
      response.setHeader("content-type", "text/html");
      response.end("<title>through the proxy</title>");
    }).listen(0, "127.0.0.1");
    await once(proxy, "listening");
    const { port } = proxy.address() as { port: number };

    await runner.run(launchBrowserNode, { url: "http://example.invalid/", proxy_server: `http://127.0.0.1:${port}` });
    const seen = await title();
    proxy.closeAllConnections();
    proxy.close();

    expect(seen).toBe("through the proxy");
    expect(asked).toContain("http://example.invalid/");
  });

  test("says which setting the browser refuses", async () => {
    await expect(runner.run(launchBrowserNode, { timezone_id: "Mars/Base" })).rejects.toEqual(
      coded("NODE_BROWSER_FAILED", /timezone/i),
    );
  });

  test("CloseBrowserNode closes it, and a later node opens a new one", async () => {
    await runner.run(launchBrowserNode, { url: site.url });
    await runner.run(closeBrowserNode);

    expect(runner.session.currentPage).toBeUndefined();
    await runner.run(goToUrlNode, { url: site.url });
    expect(await title()).toBe("home");
  });
});

describe("pages", () => {
  test("NewTabNode opens a named page, and nodes work on the page they are given", async () => {
    await runner.run(launchBrowserNode, { url: site.url });
    const { page } = await runner.run(newTabNode, { tab_name: "second", url: `${site.url}/two` });

    const there = await runner.run(getCurrentUrlNode, { page: page ?? null });
    const first = await runner.run(getCurrentUrlNode, { page: "main" });

    expect(page).toEqual({ $page: "second" });
    expect(there).toEqual({ page: { $page: "second" }, url: `${site.url}/two`, title: "two" });
    expect(first["title"]).toBe("home");
    expect(await title()).toBe("two");
    await expect(runner.run(getCurrentUrlNode, { page: { $page: "third" } })).rejects.toEqual(
      coded("BROWSER_PAGE_NOT_FOUND"),
    );
  });

  test("GetPageSourceNode gives the document as it stands", async () => {
    await runner.run(goToUrlNode, { url: site.url });

    expect((await runner.run(getPageSourceNode))["source"]).toContain("<h1>home</h1>");
  });
});

describe("waiting", () => {
  test("WaitForElementNode waits for what comes and for what goes", async () => {
    await runner.run(goToUrlNode, { url: `${site.url}/later` });

    const came = await runner.run(waitForElementNode, { selector: "#late", highlight_on_find: true });
    const went = await runner.run(waitForElementNode, { selector: "button", state: "hidden" });

    expect(came).toEqual({ page: { $page: "main" }, found: true });
    expect(went["found"]).toBe(false);
  });

  test("WaitForElementNode fails for what does not come", async () => {
    await runner.run(goToUrlNode, { url: site.url });

    await expect(runner.run(waitForElementNode, { selector: "#late", timeout: 200 })).rejects.toEqual(
      coded("NODE_ELEMENT_NOT_FOUND"),
    );
    await expect(runner.run(waitForElementNode, { selector: "h1", state: "detached", timeout: 200 })).rejects.toEqual(
      coded("NODE_ELEMENT_NOT_READY"),
    );
  });

  test.each(["load", "domcontentloaded", "networkidle", "commit"])(
    "WaitForNavigationNode waits for %s",
    async (until) => {
      await runner.run(goToUrlNode, { url: `${site.url}/leaving` });
      await runner.run(clickElementNode, { selector: "button" });

      await runner.run(waitForNavigationNode, { wait_until: until });

      await expect.poll(title).toBe("two");
    },
  );
});
