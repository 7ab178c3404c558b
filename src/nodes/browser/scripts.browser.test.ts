import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { servePages, type TestSite } from "../../../test/support/browser.ts";
import { type BrowserNodeRunner, openBrowserNodeRunner } from "../../../test/support/browser-nodes.ts";
import { browserEvaluateNode } from "./browser-evaluate.ts";
import { browserRunScriptNode } from "./browser-run-script.ts";
import { goToUrlNode } from "./go-to-url.ts";

let site: TestSite;
let runner: BrowserNodeRunner;

beforeAll(async () => {
  site = await servePages({
    "/": "<title>scripts</title><h1>hello</h1>",
    "/strict": (_request, response) => {
      response.writeHead(200, { "content-type": "text/html", "content-security-policy": "script-src 'self'" });
      response.end("<title>strict</title>");
    },
  });
  runner = await openBrowserNodeRunner();
});
afterEach(() => runner.reset());
afterAll(async () => {
  await runner.close();
  await site.close();
});

const coded = (code: string, text?: RegExp): object =>
  expect.objectContaining({ code, ...(text !== undefined && { message: expect.stringMatching(text) as string }) });

describe("BrowserEvaluateNode", () => {
  test.each([
    ["document.title", "scripts"],
    ["document.title;", "scripts"],
    ["({ a: [1, 2] })", { a: [1, 2] }],
    ["{ a: 1 }", { a: 1 }],
    ["() => 1 + 1", 2],
    ["(n) => n.x", 7],
    ["async function (n) { return n.x + 1; }", 8],
    ["await Promise.resolve(5)", 5],
    ["const a = 2; a * 3", 6],
    ["const a = 2; return a + arg.x;", 9],
    ["undefined", null],
    ["JSON.stringify({ b: 1 })", { b: 1 }],
    ["document.title // the name", "scripts"],
  ])("%s gives %j", async (script, result) => {
    await runner.run(goToUrlNode, { url: site.url });

    expect(await runner.run(browserEvaluateNode, { script, arg: { x: 7 } })).toEqual({
      result,
      success: true,
      error: "",
    });
  });

  test("runs also where the page forbids scripts of others", async () => {
    await runner.run(goToUrlNode, { url: `${site.url}/strict` });

    expect((await runner.run(browserEvaluateNode, { script: "document.title" }))["result"]).toBe("strict");
  });

  test("waits for an element, stores the result, and leaves JSON text alone if told to", async () => {
    await runner.run(goToUrlNode, { url: site.url });

    await runner.run(browserEvaluateNode, {
      script: "'[1]'",
      wait_for_selector: "h1",
      return_json: false,
      store_variable: "out",
    });

    expect(runner.variables.get("out")).toBe("[1]");
  });

  test("tells what the script threw", async () => {
    await runner.run(goToUrlNode, { url: site.url });

    await expect(runner.run(browserEvaluateNode, { script: "missing.value" })).rejects.toEqual(
      coded("NODE_SCRIPT_FAILED", /missing is not defined/),
    );
  });

  test("refuses what is no JavaScript before anything runs", async () => {
    await runner.run(goToUrlNode, { url: site.url });

    await expect(runner.run(browserEvaluateNode, { script: "document.title = 'x'; def f(:" })).rejects.toEqual(
      coded("NODE_SCRIPT_INVALID", /SyntaxError/),
    );
    expect(await (await runner.session.page()).title()).toBe("scripts");
  });

  test("stops a script that never ends, and the page can be used on", async () => {
    await runner.run(goToUrlNode, { url: site.url });

    await expect(runner.run(browserEvaluateNode, { script: "for (;;) {}", timeout: 500 })).rejects.toEqual(
      coded("NODE_BROWSER_TIMED_OUT", /within 500 ms/),
    );
    expect((await runner.run(browserEvaluateNode, { script: "1 + 1", timeout: 5_000 }))["result"]).toBe(2);
  });

  test("is given up at once when the job is cancelled, though the page never yields", async () => {
    await runner.run(goToUrlNode, { url: site.url });
    const job = new AbortController();
    const reason = new Error("cancelled");
    const running = runner.run(browserEvaluateNode, { script: "for (;;) {}" }, { signal: job.signal });
    const startMs = performance.now();

    job.abort(reason);

    await expect(running).rejects.toBe(reason);
    expect(performance.now() - startMs).toBeLessThan(1_000);
  });
});

describe("BrowserRunScriptNode", () => {
  test("runs a body that returns and awaits", async () => {
    await runner.run(goToUrlNode, { url: site.url });

    const outputs = await runner.run(browserRunScriptNode, {
      script: "const a = await Promise.resolve(document.title);\nreturn { a };",
    });

    expect(outputs).toEqual({ page: { $page: "main" }, result: { a: "scripts" } });
    expect(runner.log).toEqual([]);
  });

  test("reads escaped newlines of old files as newlines, and says so", async () => {
    const script = String.raw`const data = JSON.parse('{"theme": "dark"}');\nreturn data.theme + "\n";`;

    const outputs = await runner.run(browserRunScriptNode, { script });

    expect(outputs["result"]).toBe("dark\n");
    expect(runner.log).toEqual([{ level: "warning", message: expect.stringContaining("read as a newline") as string }]);
  });

  test("leaves escapes in strings alone where the script compiles", async () => {
    const outputs = await runner.run(browserRunScriptNode, { script: String.raw`return "a\nb";` });

    expect(outputs["result"]).toBe("a\nb");
    expect(runner.log).toEqual([]);
  });

  test("refuses what is no JavaScript", async () => {
    await expect(runner.run(browserRunScriptNode, { script: String.raw`import os\nprint(1` })).rejects.toEqual(
      coded("NODE_SCRIPT_INVALID"),
    );
  });
});
