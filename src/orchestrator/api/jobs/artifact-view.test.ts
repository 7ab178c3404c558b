import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { attachment, readContentType } from "./artifact-view.ts";

describe("attachment", () => {
  test.each([
    { name: "report.csv", expected: `attachment; filename="report.csv"; filename*=UTF-8''report.csv` },
    { name: "out/a b.txt", expected: `attachment; filename="a b.txt"; filename*=UTF-8''a%20b.txt` },
    { name: 'x";y=".exe', expected: `attachment; filename="x_;y=_.exe"; filename*=UTF-8''x%22%3By%3D%22.exe` },
    {
      name: "отчёт.pdf",
      expected: `attachment; filename="_____.pdf"; filename*=UTF-8''%D0%BE%D1%82%D1%87%D1%91%D1%82.pdf`,
    },
    { name: "..\\..\\evil.dll", expected: `attachment; filename="evil.dll"; filename*=UTF-8''evil.dll` },
    { name: "folder/", expected: `attachment; filename="artifact"; filename*=UTF-8''artifact` },
  ])("of $name", ({ name, expected }) => {
    expect(attachment(name)).toBe(expected);
  });

  prop.prop([fc.string({ unit: "binary" })])("is a valid header whatever the name", (name) => {
    expect(attachment(name)).toMatch(/^attachment; filename="[\x20-\x7e]*"; filename\*=UTF-8''[\w%.~!$&+^`|-]+$/);
  });
});

describe("readContentType", () => {
  test.each([
    { given: "image/png", expected: "image/png" },
    { given: "text/csv; charset=utf-8", expected: "text/csv; charset=utf-8" },
    { given: 'multipart/mixed; boundary="a b"', expected: 'multipart/mixed; boundary="a b"' },
    { given: undefined, expected: "application/octet-stream" },
    { given: "", expected: "application/octet-stream" },
    { given: "text/html\r\nx: y", expected: "application/octet-stream" },
    { given: `text/${"x".repeat(300)}`, expected: "application/octet-stream" },
  ])("of $given is $expected", ({ given, expected }) => {
    expect(readContentType(given)).toBe(expected);
  });
});
