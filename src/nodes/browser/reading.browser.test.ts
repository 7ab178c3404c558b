import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { servePages, type TestSite } from "../../../test/support/browser.ts";
import { type BrowserNodeRunner, openBrowserNodeRunner } from "../../../test/support/browser-nodes.ts";
import { browserAlertHandleNode } from "./alert-handle.ts";
import { cookieManagementNode } from "./cookie-management.ts";
import { downloadFileNode } from "./download-file.ts";
import { extractTextNode } from "./extract-text.ts";
import { formFieldNode } from "./form-field.ts";
import { formFillerNode } from "./form-filler.ts";
import { getAllImagesNode } from "./get-all-images.ts";
import { getAttributeNode } from "./get-attribute.ts";
import { goToUrlNode } from "./go-to-url.ts";
import { screenshotNode } from "./screenshot.ts";
import { tableScraperNode } from "./table-scraper.ts";

let site: TestSite;
let runner: BrowserNodeRunner;

const PIXEL = Buffer.from("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7", "base64");

beforeAll(async () => {
  site = await servePages({
    "/": `<!doctype html><title>page</title>
      <h1 lang="en">  Hello <span style="display:none">hidden</span> </h1><input id="f" value="typed"><a href="/two">link</a>
      <table id="t"><thead><tr><th>Name</th><th>Price</th></tr></thead>
        <tbody><tr><td>Apple, red</td><td>1</td></tr><tr><td>Pear</td><td>2</td></tr></tbody></table>
      <img src="/a.gif" width="50"><img src="/a.gif"><div style="background-image:url(/b.png)"></div>
      <div style="height:2000px"></div>`,
    "/a.gif": (_request, response) => void response.writeHead(200, { "content-type": "image/gif" }).end(PIXEL),
    "/dialogs": `<button id="alert" onclick="alert('saved')">a</button>
      <button id="confirm" onclick="document.title = confirm('sure?')">c</button>
      <button id="prompt" onclick="document.title = prompt('name?')">p</button>
      <button id="none">n</button><script>if (location.hash) setTimeout(() => alert("by itself"), 200);</script>`,
    "/form": `<form id="f" action="/sent"><label>First name <input name="first"></label>
      <label for="c">Country</label><select id="c" name="country"><option value="de">Germany</option><option value="fr">France</option></select>
      <label><input type="checkbox" name="terms"> Accept</label>
      <label><input type="radio" name="size" value="m"> Medium</label><input name="nick"><input placeholder="Notes"></form>`,
    "/sent": (request, response) => {
      response.setHeader("content-type", "text/html");
      response.end(`<title>${(request.url ?? "").split("?")[1] ?? ""}</title>`);
    },
    "/report": (request, response) => {
      const isIn = (request.headers.cookie ?? "").includes("login=1");
      response.writeHead(isIn ? 200 : 403, { "content-disposition": 'attachment; filename="report.csv"' });
      response.end("a,b\n");
    },
    "/text": (_request, response) => void response.writeHead(200, { "content-type": "text/plain" }).end("plain"),
    "/offering": `<script>location = "/report";</script>`,
  });
  runner = await openBrowserNodeRunner();
});
afterEach(() => runner.reset());
afterAll(async () => {
  await runner.close();
  await site.close();
});

const open = (path = "/"): Promise<unknown> => runner.run(goToUrlNode, { url: site.url + path });
const login = (): Promise<unknown> =>
  runner.run(cookieManagementNode, { operation: "set", cookie_name: "login", cookie_value: "1" });
const coded = (code: string, text?: RegExp): object =>
  expect.objectContaining({ code, ...(text !== undefined && { message: expect.stringMatching(text) as string }) });

describe("ExtractTextNode", () => {
  test("reads the text of the document and stores it", async () => {
    await open();

    expect(await runner.run(extractTextNode, { selector: "h1" })).toEqual({ text: "Hello hidden" });
    expect(runner.variables.get("extracted_text")).toBe("Hello hidden");
  });

  test("reads the text as it is rendered", async () => {
    await open();

    expect(await runner.run(extractTextNode, { selector: "h1", use_inner_text: true, variable_name: "" })).toEqual({
      text: "Hello",
    });
    expect(runner.variables.size).toBe(0);
  });

  test("reads what is typed in a field, blanks included if wanted", async () => {
    await open();

    expect(await runner.run(extractTextNode, { selector: "#f" })).toEqual({ text: "typed" });
    expect((await runner.run(extractTextNode, { selector: "h1", trim_whitespace: false }))["text"]).toMatch(
      /^ {2}Hello/,
    );
  });

  test("is strict when asked to", async () => {
    await open();

    await expect(runner.run(extractTextNode, { selector: "img", strict: true })).rejects.toEqual(
      coded("NODE_ELEMENT_AMBIGUOUS", /matches 2 elements/),
    );
  });
});

test("GetAttributeNode reads an attribute as it is written, and null where there is none", async () => {
  await open();

  expect(await runner.run(getAttributeNode, { selector: "a", attribute: "href" })).toEqual({ value: "/two" });
  expect(await runner.run(getAttributeNode, { selector: "a", attribute: "title", variable_name: "t" })).toEqual({
    value: null,
  });
  expect(Object.fromEntries(runner.variables)).toEqual({ attribute_value: "/two", t: null });
});

describe("ScreenshotNode", () => {
  test("saves the page as an artifact, in a folder that it makes", async () => {
    await open();

    const outputs = await runner.run(screenshotNode, { file_path: "shots/page.png", full_page: true });

    const file = join(runner.workDir, "shots", "page.png");
    expect(outputs).toEqual({ file_path: file, attachment_file: [file] });
    expect((await readFile(file)).readUInt32BE(20)).toBeGreaterThan(2_000);
    expect(runner.artifacts).toEqual([{ path: join("shots", "page.png"), contentType: "image/png" }]);
  });

  test("saves an element as JPEG under a name of its own", async () => {
    await open();

    const outputs = await runner.run(screenshotNode, { selector: "h1", type: "jpeg", quality: 50 });

    const file = join(runner.workDir, "screenshot-node_1-2026-01-01T00-00-00-000Z.jpg");
    expect(outputs["file_path"]).toBe(file);
    expect((await readFile(file)).subarray(0, 2).toString("hex")).toBe("ffd8");
  });
});

describe("TableScraperNode", () => {
  test.each([
    [
      "list_of_dicts",
      [
        { Name: "Apple, red", Price: "1" },
        { Name: "Pear", Price: "2" },
      ],
    ],
    [
      "list_of_lists",
      [
        ["Name", "Price"],
        ["Apple, red", "1"],
        ["Pear", "2"],
      ],
    ],
    ["csv_string", 'Name,Price\n"Apple, red",1\nPear,2\n'],
  ])("reads a table as %s", async (format, data) => {
    await open();

    const outputs = await runner.run(tableScraperNode, { table_selector: "#t", output_format: format });

    expect(outputs).toEqual({ data, row_count: 2, headers: ["Name", "Price"] });
    expect(runner.variables.get("table_data")).toEqual(data);
  });

  test("finds the table inside what is selected, and says when there is none", async () => {
    await open();

    expect((await runner.run(tableScraperNode, { table_selector: "body" }))["row_count"]).toBe(2);
    await expect(runner.run(tableScraperNode, { table_selector: "h1" })).rejects.toEqual(
      coded("NODE_ELEMENT_UNSUITABLE", /no table/),
    );
  });
});

test("GetAllImagesNode lists images and backgrounds, each once", async () => {
  await open();

  expect(await runner.run(getAllImagesNode)).toEqual({ images: [`${site.url}/a.gif`, `${site.url}/b.png`], count: 2 });
  expect(await runner.run(getAllImagesNode, { include_backgrounds: false, min_width: 2 })).toEqual({
    images: [],
    count: 0,
  });
});

describe("BrowserAlertHandleNode", () => {
  test.each([
    ["#alert", "accept", "", { dialog_type: "alert", message: "saved" }, ""],
    ["#confirm", "accept", "", { dialog_type: "confirm", message: "sure?" }, "true"],
    ["#confirm", "dismiss", "", { dialog_type: "confirm", message: "sure?" }, "false"],
    ["#prompt", "accept", "Ada", { dialog_type: "prompt", message: "name?" }, "Ada"],
  ])("answers %s with %s", async (trigger, action, answer, expected, title) => {
    await open("/dialogs");

    const outputs = await runner.run(browserAlertHandleNode, {
      trigger_selector: trigger,
      action,
      prompt_text: answer,
    });

    expect(outputs).toMatchObject({ ...expected, action_taken: action, success: true });
    expect(await (await runner.session.page()).title()).toBe(title);
  });

  test("answers a dialog that the page opens by itself", async () => {
    await open("/dialogs#later");

    expect((await runner.run(browserAlertHandleNode))["message"]).toBe("by itself");
  });

  test("fails when none appears", async () => {
    await open("/dialogs");

    await expect(runner.run(browserAlertHandleNode, { trigger_selector: "#none", timeout: 400 })).rejects.toEqual(
      coded("NODE_DIALOG_MISSING", /trigger_selector/),
    );
    await expect(runner.run(browserAlertHandleNode, { timeout: 100 })).rejects.toEqual(coded("NODE_DIALOG_MISSING"));
  });
});

describe("CookieManagementNode", () => {
  test("sets, gets and deletes", async () => {
    await open();
    await runner.run(cookieManagementNode, { operation: "set", cookie_name: "a", cookie_value: "1", http_only: true });
    await runner.run(cookieManagementNode, { operation: "set", cookie_name: "b", cookie_value: "2", domain: "x.test" });

    const one = await runner.run(cookieManagementNode, { cookie_name: "a" });
    const all = await runner.run(cookieManagementNode);
    await runner.run(cookieManagementNode, { operation: "delete", cookie_name: "a" });
    const gone = await runner.run(cookieManagementNode, { cookie_name: "a" });

    expect(one).toMatchObject({
      cookie: { name: "a", value: "1", httpOnly: true, domain: "127.0.0.1" },
      success: true,
      count: 1,
    });
    expect(all["count"]).toBe(2);
    expect(gone).toMatchObject({ cookie: {}, success: false, count: 0 });
  });

  test("carries a login from one browser to the next", async () => {
    await open();
    await runner.run(cookieManagementNode, { operation: "set", cookie_name: "login", cookie_value: "1" });
    const { cookies } = await runner.run(cookieManagementNode, { operation: "export" });
    await runner.session.close();

    const imported = await runner.run(cookieManagementNode, { operation: "import", cookies_input: cookies ?? "" });
    await open("/report").catch(() => undefined);

    expect(imported["count"]).toBe(1);
    expect((await runner.run(cookieManagementNode, { operation: "delete_all" }))["count"]).toBe(1);
  });

  test.each([
    [{ operation: "set" }, /cookie_name/],
    [{ operation: "set", cookie_name: "a" }, /domain/],
    [{ operation: "delete" }, /cookie_name/],
    [{ operation: "import", cookies_json: "{" }, /cookies_json/],
  ])("says what is missing for %j", async (config, text) => {
    await expect(runner.run(cookieManagementNode, config)).rejects.toEqual(coded("NODE_VALUE_INVALID", text));
  });
});

describe("DownloadFileNode", () => {
  test.each([
    [{ use_browser: false }, "/report"],
    [{ use_browser: true }, "/report"],
    [{ use_browser: true }, "/offering"],
  ])("with %j saves what needs the browser's cookies at %s", async (config, path) => {
    await open();
    await login();

    const outputs = await runner.run(downloadFileNode, { ...config, url: site.url + path });

    const file = join(runner.workDir, "report.csv");
    expect(outputs).toEqual({ path: file, attachment_file: [file], size: 4, success: true });
    expect(await readFile(file, "utf8")).toBe("a,b\n");
    expect(runner.artifacts.map((artifact) => artifact.path)).toEqual(["report.csv"]);
    expect(await readdir(runner.workDir)).toEqual(["report.csv"]);
    expect(runner.session.currentPage).toBe("main");
  });

  test("saves what the browser would show, under the name that is asked for", async () => {
    await runner.run(downloadFileNode, { url: `${site.url}/text`, use_browser: true, filename: "t.txt" });
    await runner.run(downloadFileNode, { url: `${site.url}/text`, save_path: "deep/er/t.txt" });

    expect(await readFile(join(runner.workDir, "t.txt"), "utf8")).toBe("plain");
    expect((await stat(join(runner.workDir, "deep/er/t.txt"))).size).toBe(5);
  });

  test("keeps a file that must not be overwritten", async () => {
    const config = { url: `${site.url}/text`, filename: "t.txt", overwrite: false };
    await runner.run(downloadFileNode, config);

    await expect(runner.run(downloadFileNode, config)).rejects.toEqual(coded("NODE_FILE_EXISTS"));
  });

  test.each([false, true])("says that the server refuses (in the browser: %s)", async (useBrowser) => {
    await expect(runner.run(downloadFileNode, { url: `${site.url}/report`, use_browser: useBrowser })).rejects.toEqual(
      coded("NODE_DOWNLOAD_FAILED", /status 403/),
    );
  });

  test("says that the server cannot be reached", async () => {
    await expect(runner.run(downloadFileNode, { url: "http://127.0.0.1:1/x" })).rejects.toEqual(
      coded("NODE_DOWNLOAD_FAILED", /could not be downloaded/),
    );
  });
});

describe("forms", () => {
  test("FormFillerNode fills by label, name, placeholder and selector, and submits", async () => {
    await open("/form");

    const outputs = await runner.run(formFillerNode, {
      field_mapping: {
        "First name": "Ada",
        Country: "France",
        Accept: true,
        nick: "al",
        Notes: "none",
        "[value=m]": "yes",
      },
      auto_submit: true,
    });

    expect(outputs["fields_filled"]).toBe(6);
    await expect
      .poll(async () => (await runner.session.page()).title())
      .toBe("first=Ada&country=fr&terms=on&size=m&nick=al");
  });

  test("FormFieldNode collects fields for it", async () => {
    await open("/form");
    const { fields_out: one } = await runner.run(formFieldNode, { selector: "label=First name", value: "Ada" });
    const { fields_out: two } = await runner.run(formFieldNode, {
      fields_in: one ?? [],
      selector: "#c",
      value: "fr",
      field_type: "select",
    });

    await runner.run(formFillerNode, { fields_in: two ?? [], field_mapping: "" });

    const page = await runner.session.page();
    expect([await page.inputValue("[name=first]"), await page.inputValue("#c")]).toEqual(["Ada", "fr"]);
  });

  test("FormFillerNode says which field is missing", async () => {
    await open("/form");

    await expect(runner.run(formFillerNode, { field_mapping: { Street: "x" }, timeout: 300 })).rejects.toEqual(
      coded("NODE_ELEMENT_NOT_FOUND", /form >> label=Street/),
    );
    await expect(runner.run(formFillerNode, {})).rejects.toEqual(coded("NODE_VALUE_INVALID", /field_mapping/));
  });
});
