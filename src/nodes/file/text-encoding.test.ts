import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { decodeText, encodeText, type TextStyle } from "./text-encoding.ts";

const style = (encoding: string, errors: TextStyle["errors"] = "strict"): TextStyle => ({ encoding, errors });
const encode = (text: string, encoding: string, errors?: TextStyle["errors"]): Buffer =>
  encodeText(text, style(encoding, errors), { what: "content" });

describe("encodings", () => {
  test.each([
    ["utf-8", "äö😀\r\n", "c3a4c3b6f09f98800d0a"],
    ["UTF8", "ä", "c3a4"],
    ["utf-8-sig", "ä", "efbbbfc3a4"],
    ["utf-16", "aä", "fffe6100e400"],
    ["utf-16le", "aä", "6100e400"],
    ["utf-16be", "aä", "006100e4"],
    ["latin-1", "ä\n", "e40a"],
    ["iso-8859-15", "€", "a4"],
    ["cp1252", "€", "80"],
    ["windows-1252", "€", "80"],
    ["ascii", "a\r\n", "610d0a"],
    ["shift_jis", "日", "93fa"],
  ])("%s writes and reads %j", (encoding, text, hex) => {
    expect(encode(text, encoding).toString("hex")).toBe(hex);
    expect(decodeText(Buffer.from(hex, "hex"), style(encoding), "file")).toBe(text);
  });

  test("a byte order mark is skipped, and left out when text is added to a file", () => {
    expect(decodeText(Buffer.from("efbbbf61", "hex"), style("utf-8"), "file")).toBe("a");
    expect(decodeText(Buffer.from("feff0061", "hex"), style("utf-16"), "file")).toBe("a");
    const added = encodeText("a", style("utf-16"), { what: "content", append: true });
    expect(added.toString("hex")).toBe("6100");
  });

  test.each(["", "utf-9", "base64", "hex", "klingon"])("%j is unknown", (encoding) => {
    expect(() => encode("a", encoding)).toThrow(expect.objectContaining({ code: "NODE_ENCODING_UNKNOWN" }));
  });

  prop.prop([fc.string({ unit: "grapheme" }), fc.constantFrom("utf-8", "utf-16", "utf-16le", "utf-8-sig")])(
    "Unicode encodings keep any text",
    (text, encoding) => {
      fc.pre(!text.startsWith("\uFEFF"));
      expect(decodeText(encode(text, encoding), style(encoding), "file")).toBe(text);
    },
  );
});

describe("bytes that are no text", () => {
  const bytes = Buffer.from([0x61, 0xff, 0xc3, 0xa4, 0xe2, 0x82, 0xf0, 0x9f, 0x98, 0x80]);

  test.each<[TextStyle["errors"], string]>([
    ["replace", "a\uFFFDä\uFFFD😀"],
    ["ignore", "aä😀"],
    ["backslashreplace", String.raw`a\xffä\xe2\x82😀`],
  ])("%s", (errors, text) => {
    expect(decodeText(bytes, style("utf-8", errors), "file")).toBe(text);
  });

  test.each<TextStyle["errors"]>(["strict", "xmlcharrefreplace"])("%s fails and names the file", (errors) => {
    expect(() => decodeText(bytes, style("utf-8", errors), "orders.txt")).toThrow(
      expect.objectContaining({ code: "NODE_TEXT_NOT_DECODABLE", message: expect.stringContaining("orders.txt") }),
    );
  });

  test("a replacement character that the file really holds is none", () => {
    expect(decodeText(Buffer.from("a\uFFFD"), style("utf-8"), "file")).toBe("a\uFFFD");
    expect(decodeText(Buffer.from("\uFEFFa\uFFFD"), style("utf-8"), "file")).toBe("a\uFFFD");
    expect(decodeText(Buffer.from("feff0061fffd", "hex"), style("utf-16"), "file")).toBe("a\uFFFD");
  });
});

describe("characters that an encoding lacks", () => {
  test.each<[TextStyle["errors"], string]>([
    ["ignore", "ab"],
    ["replace", "a???b"],
    ["xmlcharrefreplace", "a&#233;&#8364;&#128512;b"],
    ["backslashreplace", String.raw`a\xe9\u20ac\U0001f600b`],
  ])("%s", (errors, text) => {
    expect(encode("aé€😀b", "ascii", errors).toString()).toBe(text);
  });

  test.each([
    ["€", "latin1"],
    ["ä", "ascii"],
    ["\uD800", "utf-8"],
  ])("strict refuses %j in %s", (text, encoding) => {
    expect(() => encode(text, encoding)).toThrow(expect.objectContaining({ code: "NODE_TEXT_NOT_ENCODABLE" }));
  });
});
