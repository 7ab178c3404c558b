import { basename } from "node:path";
import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { nameFromResponse } from "./download-name.ts";

describe("nameFromResponse", () => {
  test.each([
    ['attachment; filename="report.pdf"', "https://x.test/get", "report.pdf"],
    ["attachment; filename=report.pdf", "https://x.test/get", "report.pdf"],
    ["attachment; filename=\"r.pdf\"; filename*=UTF-8''%C3%BCber.pdf", "https://x.test/get", "über.pdf"],
    [undefined, "https://x.test/files/a%20b.csv?token=1", "a b.csv"],
    [undefined, "https://x.test/", "download"],
    ['attachment; filename="../../etc/passwd"', "https://x.test/", "passwd"],
    ['attachment; filename="..\\\\boot.ini"', "https://x.test/", "boot.ini"],
    ["attachment; filename*=UTF-8''%E0%A4%A", "https://x.test/a.bin", "a.bin"],
  ])("%s of %s is %s", (header, url, name) => {
    expect(nameFromResponse(header, url)).toBe(name);
  });

  prop.prop([fc.option(fc.string(), { nil: undefined }), fc.string()])("is always a plain name", (header, url) => {
    const name = nameFromResponse(header, url);

    expect(name).not.toBe("");
    expect(basename(name)).toBe(name);
    expect([".", ".."]).not.toContain(name);
  });
});
