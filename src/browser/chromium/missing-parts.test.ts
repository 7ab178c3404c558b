import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { countFonts, fontFolders, librariesNotFound, missingLibraries } from "./missing-parts.ts";

describe("librariesNotFound", () => {
  test("names what the loader did not find", () => {
    const trace = [
      "\tlinux-vdso.so.1 (0x00007f03)",
      "\tlibnspr4.so => not found",
      "\tlibm.so.6 => /lib/x86_64-linux-gnu/libm.so.6 (0x00007f03)",
      "\tlibnss3.so => not found",
    ].join("\n");

    expect(librariesNotFound(trace)).toEqual(["libnspr4.so", "libnss3.so"]);
  });

  prop.prop([fc.string()])("takes any text", (text) => {
    expect(librariesNotFound(text).length).toBeLessThanOrEqual(text.split("\n").length);
  });
});

describe("missingLibraries", () => {
  test("is empty for a program that runs here", async () => {
    expect(await missingLibraries(process.execPath)).toEqual([]);
  });

  test("rejects when it is aborted", async () => {
    const reason = new Error("stopped");

    await expect(missingLibraries(process.execPath, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});

describe("fontFolders", () => {
  test.each(["linux", "darwin", "win32"] as const)("knows where %s keeps its fonts", (platform) => {
    expect(fontFolders(platform, "/home/ada").length).toBeGreaterThan(0);
  });
});

describe("countFonts", () => {
  test("counts font files at any depth and ignores folders that do not exist", async () => {
    const folder = await mkdtemp(join(tmpdir(), "casare-fonts-"));
    await mkdir(join(folder, "truetype", "sans"), { recursive: true });
    await writeFile(join(folder, "truetype", "sans", "Sans.TTF"), "");
    await writeFile(join(folder, "readme.txt"), "");

    const count = await countFonts([folder, join(folder, "absent")]);
    await rm(folder, { recursive: true });

    expect(count).toBe(1);
  });
});
