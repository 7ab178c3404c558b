import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { servePages, type TestSite } from "../../../test/support/browser.ts";
import { type BrowserNodeRunner, openBrowserNodeRunner } from "../../../test/support/browser-nodes.ts";
import { checkboxNode } from "./checkbox.ts";
import { clickElementNode } from "./click-element.ts";
import { goToUrlNode } from "./go-to-url.ts";
import { hoverElementNode } from "./hover-element.ts";
import { pressKeyNode } from "./press-key.ts";
import { selectDropdownNode } from "./select-dropdown.ts";
import { submitFormNode } from "./submit-form-node.ts";
import { typeTextNode } from "./type-text.ts";

let site: TestSite;
let runner: BrowserNodeRunner;

const FORM = `<!doctype html><title>form</title>
<form action="/sent">
  <label for="f1">First name</label><input id="f1" name="first">
  <label>Company <input id="f2" name="company"></label>
  <label>Company address <input id="f3" name="address"></label>
  <div><span class="caption">Phone</span></div><div><input id="f4" name="phone"></div>
  <label for="color">Color</label>
  <select id="color" name="color"><option value="r">Red</option><option value="g">Green</option></select>
  <label><input type="checkbox" id="news" name="news"> News</label>
  <input placeholder="Search for it" id="search"><input data-testid="code" id="code">
  <input id="locked" disabled><input id="fixed" readonly value="1">
  <button>Send</button>
</form>
<p id="plain">plain</p>
<ul><li class="row">one</li><li class="row">two</li></ul>
<button id="count" onclick="this.textContent = Number(this.textContent) + 1">0</button>
<button id="keys" onclick="document.title = [event.shiftKey, event.detail, event.button, event.offsetX].join()">keys</button>
<button id="hidden" style="display:none">hidden</button>
<button id="covered" style="position:absolute;top:900px;left:0">covered</button>
<div style="position:absolute;top:890px;left:0;width:200px;height:60px;background:#ccc">above</div>
<iframe class="inner" srcdoc="<label>Card <input id='card'></label>"></iframe>
<script>
  document.querySelector("#plain").addEventListener("mouseover", (event) => { event.target.textContent = "hovered"; });
  document.addEventListener("keydown", (event) => { document.body.dataset.key = (event.ctrlKey ? "Control+" : "") + event.key; });
</script>`;

beforeAll(async () => {
  site = await servePages({ "/": FORM, "/sent": "<title>sent</title><h1>sent</h1>" });
  runner = await openBrowserNodeRunner();
});
afterEach(() => runner.reset());
afterAll(async () => {
  await runner.close();
  await site.close();
});

const open = (): Promise<unknown> => runner.run(goToUrlNode, { url: site.url });
const valueOf = async (selector: string): Promise<string> => (await runner.session.page()).inputValue(selector);
const coded = (code: string, text?: RegExp): object =>
  expect.objectContaining({ code, ...(text !== undefined && { message: expect.stringMatching(text) as string }) });

describe("TypeTextNode", () => {
  test.each([
    ["label=First name", "#f1"],
    ['label="Company"', "#f2"],
    ["label=company address", "#f3"],
    ["placeholder=search", "#search"],
    ["testid=code", "#code"],
    ['role=textbox[name="First name"]', "#f1"],
    ["//input[@name='phone']", "#f4"],
    ["(//input)[1]", "#f1"],
    ["#f*1", "#f1"],
    ["css=form >> css=[name=company]", "#f2"],
    ["text=First name", "#f1"],
    ["css=.caption", "#f4"],
  ])("types into what %s means", async (selector, field) => {
    await open();

    const outputs = await runner.run(typeTextNode, { selector, text: "value" });

    expect(await valueOf(field)).toBe("value");
    expect(outputs).toEqual({ page: { $page: "main" } });
  });

  test("takes the label with exactly that text when others contain it", async () => {
    await open();

    await runner.run(typeTextNode, { selector: "label=Company", text: "value" });

    expect(await valueOf("#f2")).toBe("value");
    expect(await valueOf("#f3")).toBe("");
  });

  test("does not guess between several labels that contain the text", async () => {
    await open();

    const failure = runner.run(typeTextNode, { selector: "label=Comp", text: "value" });

    await expect(failure).rejects.toEqual(coded("NODE_ELEMENT_AMBIGUOUS", /label=Comp matches 2 elements/));
  });

  test("works inside frames", async () => {
    await open();

    await runner.run(typeTextNode, { selector: "frame=iframe.inner >> label=Card", text: "4111" });

    expect(await (await runner.session.page()).frameLocator("iframe").locator("#card").inputValue()).toBe("4111");
  });

  test("replaces, appends, or types key by key and presses Enter", async () => {
    await open();
    await runner.run(typeTextNode, { selector: "#f1", text: "one" });
    await runner.run(typeTextNode, { selector: "#f1", text: " two", clear_first: false });
    const appended = await valueOf("#f1");
    await runner.run(typeTextNode, {
      selector: "#f1",
      text: "three",
      press_sequentially: true,
      delay: 1,
      press_tab_after: true,
    });
    const replaced = await valueOf("#f1");

    await runner.run(typeTextNode, { selector: "#f2", text: "x", fast_mode: true, press_enter_after: true });

    expect([appended, replaced]).toEqual(["one two", "three"]);
    await expect.poll(async () => (await runner.session.page()).title()).toBe("sent");
  });

  test("says that an element is no field, and nothing of the text", async () => {
    await open();

    const failure = await runner
      .run(typeTextNode, { selector: "#count", text: "secret-text" })
      .catch((error: unknown) => error);

    expect(failure).toEqual(coded("NODE_ELEMENT_UNSUITABLE", /#count on http:.*not an <input>/));
    expect(`${String(failure)} ${String((failure as Error).cause)}`).not.toContain("secret-text");
  });

  test.each([
    ["#locked", /it is disabled/],
    ["#fixed", /it is read-only/],
  ])("says why %s takes no text", async (selector, reason) => {
    await open();

    const failure = runner.run(typeTextNode, { selector, text: "x", timeout: 300 });

    await expect(failure).rejects.toEqual(coded("NODE_ELEMENT_NOT_READY", reason));
  });
});

describe("ClickElementNode", () => {
  test("clicks the first of several matches, unless they are narrowed", async () => {
    await open();
    await runner.run(clickElementNode, { selector: "#count", click_count: 2 });
    await runner.run(clickElementNode, { selector: "#count", trial: true });

    expect(await (await runner.session.page()).textContent("#count")).toBe("2");
    await runner.run(clickElementNode, { selector: ".row" });
    await runner.run(clickElementNode, { selector: ".row >> nth=-1" });
  });

  test("passes on button, place and held keys", async () => {
    await open();

    await runner.run(clickElementNode, {
      selector: "#keys",
      modifiers: "Shift",
      position_x: "3",
      position_y: 4,
      highlight_before_click: true,
    });

    expect(await (await runner.session.page()).title()).toBe("true,1,0,3");
  });

  test.each([
    ["#absent", "NODE_ELEMENT_NOT_FOUND", /Nothing matches #absent on http:\/\/127.*within 1000 ms/],
    ["#hidden", "NODE_ELEMENT_NOT_READY", /matches 1 element on .*it is not visible/],
    ["#covered", "NODE_ELEMENT_NOT_READY", /another element covers it/],
    ["[[", "NODE_SELECTOR_INVALID", /css selector/],
    ["//[[", "NODE_SELECTOR_INVALID", /XPath/],
    ["role=nonsense-role[name=", "NODE_SELECTOR_INVALID", /Selector role=/],
  ])("says what is wrong with %s", async (selector, code, text) => {
    await open();

    const failure = runner.run(clickElementNode, { selector, timeout: 1_000 });

    await expect(failure).rejects.toEqual(coded(code, text));
  });

  test("forces a click on what is covered", async () => {
    await open();

    await expect(runner.run(clickElementNode, { selector: "#covered", fast_mode: true })).resolves.toBeDefined();
  });

  test("is given up at once when the job is cancelled", async () => {
    await open();
    const job = new AbortController();
    const reason = new Error("cancelled");
    const clicking = runner.run(clickElementNode, { selector: "#absent" }, { signal: job.signal });
    const startMs = performance.now();

    job.abort(reason);

    await expect(clicking).rejects.toBe(reason);
    expect(performance.now() - startMs).toBeLessThan(1_000);
  });

  test("tells what it found before the engine's limit cuts it off", async () => {
    await open();

    const failure = runner.run(clickElementNode, { selector: "#absent" }, { timeoutMs: 1_500 });

    await expect(failure).rejects.toEqual(coded("NODE_ELEMENT_NOT_FOUND", /within 750 ms/));
  });

  test("keeps a picture of the failure when asked to", async () => {
    await open();

    await expect(
      runner.run(clickElementNode, { selector: "#absent", timeout: 100, screenshot_on_fail: true }),
    ).rejects.toEqual(coded("NODE_ELEMENT_NOT_FOUND"));

    expect(runner.artifacts).toEqual([
      { path: "failed-node_1-2026-01-01T00-00-00-000Z.png", contentType: "image/png" },
    ]);
  });

  test("fails with the browser's crash when the browser dies meanwhile", async () => {
    await open();
    const clicking = runner.run(clickElementNode, { selector: "#absent" }).catch((error: unknown) => error);

    process.kill(runner.browserPid ?? 0, "SIGKILL");

    expect(await clicking).toEqual(coded("BROWSER_CRASHED"));
  });

  test("fails with the page's crash when only that dies", async () => {
    await open();
    const page = await runner.session.page();
    const clicking = runner
      .run(clickElementNode, { selector: "#absent", timeout: 5_000 })
      .catch((error: unknown) => error);
    await page.goto("chrome://crash").catch(() => undefined);

    expect(await clicking).toEqual(coded("NODE_PAGE_CRASHED"));
  });

  test("says so when the page was closed", async () => {
    await open();
    const page = await runner.session.page();
    const clicking = runner.run(clickElementNode, { selector: "#absent" }).catch((error: unknown) => error);

    await page.close();

    expect(await clicking).toEqual(coded("NODE_BROWSER_FAILED", /the page was closed/));
  });
});

describe("SelectDropdownNode", () => {
  test.each([
    ["value", "g"],
    ["label", "Green"],
    ["index", "1"],
  ])("chooses by %s", async (selectBy, value) => {
    await open();

    await runner.run(selectDropdownNode, { selector: "label=Color", select_by: selectBy, value });

    expect(await valueOf("#color")).toBe("g");
  });

  test("lists what is offered when the option is missing", async () => {
    await open();

    const failure = runner.run(selectDropdownNode, { selector: "#color", value: "blue", timeout: 200 });

    await expect(failure).rejects.toEqual(
      coded("NODE_OPTION_NOT_FOUND", /no option with the given value; it offers: Red, Green/),
    );
  });

  test("says that an element has no options", async () => {
    await open();

    await expect(runner.run(selectDropdownNode, { selector: "#f1", value: "x" })).rejects.toEqual(
      coded("NODE_ELEMENT_UNSUITABLE", /select/),
    );
    await expect(
      runner.run(selectDropdownNode, { selector: "#color", value: "x", select_by: "index" }),
    ).rejects.toEqual(coded("NODE_VALUE_INVALID"));
  });
});

describe("other actions", () => {
  test("CheckboxNode checks and unchecks", async () => {
    await open();
    const page = await runner.session.page();

    const outputs = await runner.run(checkboxNode, { selector: "label=News" });
    const checked = await page.isChecked("#news");
    await runner.run(checkboxNode, { selector: "#news", checked: false });

    expect(outputs).toEqual({ page: { $page: "main" }, checked: true });
    expect([checked, await page.isChecked("#news")]).toEqual([true, false]);
  });

  test("HoverElementNode moves the mouse over it", async () => {
    await open();

    await runner.run(hoverElementNode, { selector: "#plain" });

    expect(await (await runner.session.page()).textContent("#plain")).toBe("hovered");
  });

  test("PressKeyNode presses combinations, and refuses keys that do not exist", async () => {
    await open();

    await runner.run(pressKeyNode, { key: "Control+ArrowDown" });

    expect(await (await runner.session.page()).evaluate("document.body.dataset.key")).toBe("Control+ArrowDown");
    await expect(runner.run(pressKeyNode, { key: "Nonsense" })).rejects.toEqual(
      coded("NODE_BROWSER_FAILED", /Unknown key/),
    );
  });

  test("SubmitFormNode submits and waits for the page that follows", async () => {
    await open();

    await runner.run(submitFormNode, { selector: "#f1" });

    expect(await (await runner.session.page()).title()).toBe("sent");
    await expect(runner.run(submitFormNode, { selector: "h1" })).rejects.toEqual(
      coded("NODE_ELEMENT_UNSUITABLE", /is not a form/),
    );
  });
});
