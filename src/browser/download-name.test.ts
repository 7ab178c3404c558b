import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { freeDownloadPath, safeFileName } from "./download-name.ts";

describe("safeFileName", () => {
  test.each([
    ["report.pdf", "report.pdf"],
    ["../../etc/passwd", "passwd"],
    ["..\\..\\boot.ini", "boot.ini"],
    ["a:b?.txt", "a_b_.txt"],
    [".bashrc", "bashrc"],
    ["con.txt", "_con.txt"],
    ["..", "download"],
    ["", "download"],
  ])("%j becomes %j", (suggested, expected) => {
    expect(safeFileName(suggested)).toBe(expected);
  });

  prop.prop([fc.string({ unit: "binary", maxLength: 400 })])("is always one short, plain name", (suggested) => {
    const name = safeFileName(suggested);

    expect(name).not.toBe("");
    expect(name.length).toBeLessThanOrEqual(151);
    expect(join("/folder", name)).toBe(`/folder/${name}`);
    expect(name).not.toMatch(/[\\/\0]/);
  });
});

describe("freeDownloadPath", () => {
  test("never gives one name twice, even at once", async () => {
    const folder = await mkdtemp(join(tmpdir(), "casare-names-"));

    const paths = await Promise.all(Array.from({ length: 3 }, () => freeDownloadPath(join(folder, "in"), "a.csv")));
    const names = await readdir(join(folder, "in"));
    await rm(folder, { recursive: true });

    expect(names.toSorted()).toEqual(["a (2).csv", "a (3).csv", "a.csv"]);
    expect(new Set(paths.map((path) => basename(path))).size).toBe(3);
  });
});
