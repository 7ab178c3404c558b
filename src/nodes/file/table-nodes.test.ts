import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fc, test as prop } from "@fast-check/vitest";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { JsonValue } from "../../core/json.ts";
import type { AnyNode } from "../../execution/index.ts";
import { createFileSpace } from "../open-file-space.ts";
import { type NodeTestResult, runNode } from "../testing.ts";
import { csvOf, parseCsv } from "./csv-text.ts";
import { readCsvNode } from "./read-csv.ts";
import { readJsonFileNode } from "./read-json-file.ts";
import { writeCsvNode } from "./write-csv.ts";
import { writeJsonFileNode } from "./write-json-file.ts";

let workDir: string;

beforeEach(() => {
  workDir = realpathSync(mkdtempSync(path.join(tmpdir(), "table-nodes-")));
});
afterEach(() => rmSync(workDir, { recursive: true, force: true }));

function run(
  node: AnyNode,
  config: Readonly<Record<string, JsonValue>>,
  signal?: AbortSignal,
): Promise<NodeTestResult> {
  const files = createFileSpace({ workDir, forbidden: [] });
  return runNode(node, config, { files, ...(signal === undefined ? {} : { signal }) });
}

const at = (name: string): string => path.join(workDir, name);

async function readCsv(
  text: string | Uint8Array,
  config: Record<string, JsonValue> = {},
): Promise<NodeTestResult["outputs"]> {
  writeFileSync(at("in.csv"), text);
  return (await run(readCsvNode, { file_path: "in.csv", ...config })).outputs;
}

describe("ReadCSVNode", () => {
  test("gives rows by column name; all cells are text", async () => {
    const outputs = await readCsv('\uFEFFid,name\r\n1,"Ada, ""Countess"""\r\n\r\n2,"two\nlines"\r\n');

    expect(outputs).toEqual({
      data: [
        { id: "1", name: 'Ada, "Countess"' },
        { id: "2", name: "two\nlines" },
      ],
      headers: ["id", "name"],
      row_count: 2,
      success: true,
    });
  });

  test("drops no cell: doubled and missing names get their own, missing cells are null", async () => {
    const outputs = await readCsv("id,,id,__proto__\n1,2,3,4,5\n6\n");

    expect(outputs["headers"]).toEqual(["id", "column_2", "id_2", "__proto__", "column_5"]);
    expect((outputs["data"] as object[]).map((row) => Object.entries(row))).toEqual([
      [
        ["id", "1"],
        ["column_2", "2"],
        ["id_2", "3"],
        ["__proto__", "4"],
        ["column_5", "5"],
      ],
      [
        ["id", "6"],
        ["column_2", null],
        ["id_2", null],
        ["__proto__", null],
        ["column_5", null],
      ],
    ]);
  });

  test("without a header rows are lists", async () => {
    const outputs = await readCsv("a;b\n'c;d';e\n", { delimiter: ";", quotechar: "'", has_header: "no" });

    expect(outputs).toMatchObject({
      data: [
        ["a", "b"],
        ["c;d", "e"],
      ],
      headers: [],
    });
  });

  test("skips rows before the header and stops after max_rows", async () => {
    const outputs = await readCsv("Report\nof today,\nid\n1\n2\n3\n", { skip_rows: 2, max_rows: 2 });

    expect(outputs).toMatchObject({ headers: ["id"], data: [{ id: "1" }, { id: "2" }], row_count: 2 });
  });

  test("reads other encodings, tabs, and no quotes at all", async () => {
    const latin = await readCsv(Buffer.from("n\ncaf\xe9\n", "latin1"), { encoding: "latin1" });
    expect(latin["data"]).toEqual([{ n: "café" }]);
    const plain = await readCsv('a\tb\n"x\ty\n', { delimiter: "\\t", quotechar: "" });
    expect(plain["data"]).toEqual([{ a: '"x', b: "y" }]);
    expect(await readCsv("")).toEqual({ data: [], headers: [], row_count: 0, success: true });
  });

  test.each([
    ["a,b\n1\n", /in\.csv.*line 2.*number of cells/],
    ['a\n"x\n', /in\.csv.*never closed/],
    ['a\n"x"y\n', /in\.csv.*line 2.*middle of a cell/],
  ])("strict refuses %j and tells the line", async (text, message) => {
    await expect(readCsv(text, { strict: true })).rejects.toMatchObject({ code: "NODE_CSV_INVALID", message });
  });

  test("an error quotes nothing of the file", async () => {
    const reading = readCsv('a\n"secret-cell');

    await expect(reading).rejects.toMatchObject({ code: "NODE_CSV_INVALID" });
    await expect(reading).rejects.not.toHaveProperty("cause");
    await expect(reading).rejects.not.toThrow(/secret-cell/);
  });

  test("refuses files that are too large, wrong delimiters, wrong encodings", async () => {
    await expect(readCsv("a\n1\n", { max_size: 2 })).rejects.toMatchObject({ code: "NODE_FILE_TOO_LARGE" });
    await expect(readCsv("a\n", { delimiter: "||" })).rejects.toThrow("one character");
    await expect(readCsv(Uint8Array.of(0xff), {})).rejects.toMatchObject({ code: "NODE_TEXT_NOT_DECODABLE" });
  });

  test("stops when the run is cancelled", async () => {
    const reason = new Error("cancelled");
    const options = {
      path: "x",
      delimiter: ",",
      quote: '"',
      hasHeader: true,
      skipRows: 0,
      maxRows: Infinity,
      strict: false,
    };

    const reading = parseCsv("a\n1\n2\n", { ...options, signal: AbortSignal.abort(reason) });

    await expect(reading).rejects.toBe(reason);
  });
});

describe("WriteCSVNode", () => {
  test("writes dicts under the names they have, with CRLF, quoting where needed", async () => {
    const written = await run(writeCsvNode, {
      file_path: "out/a.csv",
      data: [{ id: 1, name: 'A "B", C' }, { id: 2, more: [true] }, { name: null }],
    });

    expect(readFileSync(at("out/a.csv"), "utf8")).toBe('id,name,more\r\n1,"A ""B"", C",\r\n2,,[true]\r\n,,\r\n');
    expect(written.outputs).toMatchObject({ file_path: at("out/a.csv"), row_count: 3, success: true });
    expect(written.artifacts).toEqual([{ path: "out/a.csv", contentType: "text/csv" }]);
  });

  test("writes chosen columns, lists, other delimiters and encodings", async () => {
    const rows = [{ a: 1, b: 2, c: "=SUM(A1)" }];
    await run(writeCsvNode, { file_path: "a.csv", data: rows, headers: ["c", "a", "x"] });
    expect(readFileSync(at("a.csv"), "utf8")).toBe("c,a,x\r\n=SUM(A1),1,\r\n");
    await run(writeCsvNode, { file_path: "a.csv", data: [[1, 2]], delimiter: "\\t", headers: ["x", "y"] });
    expect(readFileSync(at("a.csv"), "utf8")).toBe("x\ty\r\n1\t2\r\n");
    await run(writeCsvNode, { file_path: "a.csv", data: [["é"]], write_header: false, encoding: "utf-16" });
    expect(readFileSync(at("a.csv")).toString("hex")).toBe("fffee9000d000a00");
    await run(writeCsvNode, { file_path: "a.csv", data: [] });
    expect(readFileSync(at("a.csv"), "utf8")).toBe("");
    expect(readdirSync(workDir)).toEqual(["a.csv"]);
  });

  test("refuses rows that are neither dict nor list, and characters that do not fit", async () => {
    await expect(run(writeCsvNode, { file_path: "a.csv", data: [{}, "x"] })).rejects.toMatchObject({
      code: "NODE_VALUE_INVALID",
      message: /row 1/,
    });
    await expect(run(writeCsvNode, { file_path: "a.csv", data: [["€"]], encoding: "latin1" })).rejects.toMatchObject({
      code: "NODE_TEXT_NOT_ENCODABLE",
    });
  });

  prop.prop([
    fc.array(fc.array(fc.string(), { minLength: 2, maxLength: 2 }), { minLength: 1 }),
    fc.constantFrom(",", ";", "\t", "|"),
  ])("what is written is read back", async (rows, delimiter) => {
    const text = csvOf(rows, delimiter);
    const table = await parseCsv(text, {
      path: "x",
      delimiter,
      quote: '"',
      hasHeader: false,
      skipRows: 0,
      maxRows: Infinity,
      strict: true,
      signal: new AbortController().signal,
    });
    expect(table.rows).toEqual(rows);
  });
});

describe("ReadJSONFileNode and WriteJSONFileNode", () => {
  test("keep data", async () => {
    const data = { name: "é", list: [1, null, { a: true }] };
    const written = await run(writeJsonFileNode, { file_path: "out/a.json", data });

    expect(readFileSync(at("out/a.json"), "utf8")).toBe(JSON.stringify(data, undefined, 2));
    expect(written.artifacts).toEqual([{ path: "out/a.json", contentType: "application/json" }]);
    expect((await run(readJsonFileNode, { file_path: "out/a.json" })).outputs).toEqual({ data, success: true });
  });

  test("write on one line in ASCII when told to, and null too", async () => {
    await run(writeJsonFileNode, { file_path: "a.json", data: { a: "é" }, indent: 0, ensure_ascii: true });
    expect(readFileSync(at("a.json"), "utf8")).toBe('{"a":"\\u00e9"}');
    await run(writeJsonFileNode, { file_path: "a.json", data: null });
    expect(readFileSync(at("a.json"), "utf8")).toBe("null");
    await expect(run(writeJsonFileNode, { file_path: "a.json" })).rejects.toThrow("is required");
  });

  test("name the file that is not JSON, and warn of numbers that lose digits", async () => {
    writeFileSync(at("bad.json"), '{"a": }');
    await expect(run(readJsonFileNode, { file_path: "bad.json" })).rejects.toMatchObject({
      code: "NODE_JSON_INVALID",
      message: /^bad\.json is not JSON; .*character 6/,
    });
    writeFileSync(at("big.json"), "[12345678901234567890]");
    const { logs } = await run(readJsonFileNode, { file_path: "big.json" });
    expect(logs).toMatchObject([{ level: "warning" }]);
  });
});
