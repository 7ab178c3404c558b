import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { VariableDeclaration } from "../../execution/index.ts";
import { readGivenVariables } from "./given-variables.ts";

let cwd: string;
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), "casare-variables-"));
});
afterEach(() => rm(cwd, { recursive: true }));

const declarations = new Map<string, VariableDeclaration>([
  ["count", declare("count", "Integer", false)],
  ["password", declare("password", "String", true)],
]);

function declare(name: string, type: VariableDeclaration["type"], sensitive: boolean): VariableDeclaration {
  return { name, type, defaultValue: null, description: "", sensitive, readonly: false };
}

const read = (options: Parameters<typeof readGivenVariables>[0]) =>
  readGivenVariables(options, declarations, { cwd, stdin: Readable.from([]) });

describe("readGivenVariables", () => {
  test("an argument wins over a file of one variable, which wins over a file of many", async () => {
    await writeFile(join(cwd, "all.json"), '{"a": 1, "b": 1, "c": [1], "password": "p"}');
    await writeFile(join(cwd, "b.txt"), "two\r\n");

    const values = await read({ varsFile: "all.json", varFile: ["a=b.txt", "b=b.txt"], var: ["a=3", "count=4"] });

    expect(values).toEqual({ a: 3, b: "two", c: [1], password: "p", count: "4" });
  });

  test("a sensitive value is taken from a file and refused as an argument, without being repeated", async () => {
    await writeFile(join(cwd, "secret"), "hunter22\n");

    expect(await read({ varFile: ["password=secret"] })).toEqual({ password: "hunter22" });
    const refusal = await read({ var: ["password=hunter22"] }).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: "CLI_VARIABLE_SENSITIVE" });
    expect(JSON.stringify([refusal, String(refusal)])).not.toContain("hunter22");
  });

  test.each([
    ["no JSON", "hunter22"],
    ["no object", '["hunter22"]'],
  ])("a variables file that holds %s is refused without being quoted", async (_case, content) => {
    await writeFile(join(cwd, "all.json"), content);

    const refusal = await read({ varsFile: "all.json" }).catch((error: unknown) => error);

    expect(refusal).toMatchObject({ code: "CLI_FILE_UNREADABLE" });
    expect(JSON.stringify([refusal, String(refusal)])).not.toContain("hunter22");
  });

  test("a name like that of an object's own machinery is a name like others", async () => {
    const values = await read({ var: ["__proto__=1"] });

    expect(Object.entries(values)).toEqual([["__proto__", 1]]);
  });
});
