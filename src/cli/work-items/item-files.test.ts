import { Readable } from "node:stream";
import { describe, expect, test } from "vitest";
import { messageOf } from "../../core/errors.ts";
import { readItemsFile, readSchemaFile } from "./item-files.ts";

const from = (text: string) => ({ cwd: "/", stdin: Readable.from([Buffer.from(text)]) });

describe("items of a file", () => {
  test.each([
    ["a list", '[{"data":{"n":1}}, {}]', [{ data: { n: 1 } }, {}]],
    ["an empty list", " [ ] ", []],
    ["one a line", '{"data":{"n":1}}\n\n{}\r\n', [{ data: { n: 1 } }, {}]],
    ["nothing", "", []],
  ])("may be %s", async (_, text, expected) => {
    expect(await readItemsFile("-", from(text))).toEqual(expected);
  });

  test.each([
    ["an entry that is no object", "[{}, 5]", "item 2"],
    ["a line that is no JSON", '{}\n{"data": secret}', "line 2"],
    ["a list that breaks off", '[{"data": "secret', "not JSON"],
  ])("are refused with %s, without a word of them", async (_, text, place) => {
    const error = await readItemsFile("-", from(text)).catch((thrown: unknown) => thrown as Error);

    expect(error).toMatchObject({ code: "CLI_FILE_UNREADABLE" });
    expect(messageOf(error)).toContain(place);
    expect(messageOf(error)).not.toContain("secret");
  });
});

test("a schema is one object", async () => {
  expect(await readSchemaFile("-", from('{"type":"object"}'))).toEqual({ type: "object" });
  await expect(readSchemaFile("-", from("[]"))).rejects.toMatchObject({ code: "CLI_FILE_UNREADABLE" });
});
