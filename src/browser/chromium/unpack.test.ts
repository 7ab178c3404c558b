import { createWriteStream } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, truncate, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { brotliCompressSync, createBrotliCompress } from "node:zlib";
import { pack } from "tar-fs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { hasCode } from "../../core/errors.ts";
import { type ArchivePart, ensureUnpacked } from "./unpack.ts";

const PROGRAM: ArchivePart = { name: "program", archive: "program.br", to: "program", unpackedBytes: 1_000 };
const FONTS: ArchivePart = { name: "fonts", archive: "fonts.tar.br", to: "fonts", unpackedBytes: 1_000 };

let root: string;
let request: { archives: string; target: string };

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "casare-unpack-"));
  const archives = join(root, "archives");
  await mkdir(join(root, "made-fonts", "Sans"), { recursive: true });
  await mkdir(archives);
  await writeFile(join(archives, "program.br"), brotliCompressSync("a program"));
  await writeFile(join(root, "made-fonts", "Sans", "Sans.ttf"), "a font");
  await pipeline(
    pack(join(root, "made-fonts")),
    createBrotliCompress(),
    createWriteStream(join(archives, "fonts.tar.br")),
  );
  request = { archives, target: join(root, "cache", "chromium-1") };
});
afterEach(() => rm(root, { recursive: true }));

const read = (path: string): Promise<string> => readFile(join(request.target, path), "utf8");

describe("ensureUnpacked", () => {
  test("unpacks a file and a folder, and leaves nothing else behind", async () => {
    await ensureUnpacked(PROGRAM, request);
    await ensureUnpacked(FONTS, request);

    expect(await read("program")).toBe("a program");
    expect(await read("fonts/Sans/Sans.ttf")).toBe("a font");
    expect(await readdir(join(root, "cache"))).toEqual(["chromium-1"]);
  });

  test("does not unpack twice", async () => {
    await ensureUnpacked(PROGRAM, request);
    await rm(request.archives, { recursive: true });

    await ensureUnpacked(PROGRAM, request);

    expect(await read("program")).toBe("a program");
  });

  test.each(["truncated", "removed"])("unpacks anew what was %s", async (damage) => {
    await ensureUnpacked(PROGRAM, request);
    const path = join(request.target, "program");
    await (damage === "truncated" ? truncate(path, 3) : rm(path));

    await ensureUnpacked(PROGRAM, request);

    expect(await read("program")).toBe("a program");
  });

  test("many at once end with one complete copy", async () => {
    await Promise.all(Array.from({ length: 8 }, () => ensureUnpacked(FONTS, request)));

    expect(await read("fonts/Sans/Sans.ttf")).toBe("a font");
    expect(await readdir(join(root, "cache"))).toEqual(["chromium-1"]);
  });

  test("says in one sentence that the disk is full, before it writes", async () => {
    const failure = ensureUnpacked(
      { ...PROGRAM, unpackedBytes: 200 * 1_048_576 },
      {
        ...request,
        freeBytes: () => Promise.resolve(10 * 1_048_576),
      },
    );

    await expect(failure).rejects.toThrow(/needs 200 MiB in .* only 10 MiB are free/);
    await expect(failure).rejects.toSatisfy((error) => hasCode(error, "BROWSER_DISK_FULL"));
    expect(await readdir(join(root, "cache"))).toEqual([]);
  });

  test("says so too when the disk fills up while it writes", async () => {
    const full = Object.assign(new Error("write"), { code: "ENOSPC" });

    const failure = ensureUnpacked(PROGRAM, { ...request, freeBytes: () => Promise.reject(full) });

    await expect(failure).rejects.toSatisfy((error) => hasCode(error, "BROWSER_DISK_FULL"));
  });

  test("names the folder that cannot be written", async () => {
    await writeFile(join(root, "cache"), "a file where the folder should be");

    const failure = ensureUnpacked(PROGRAM, request);

    await expect(failure).rejects.toSatisfy((error) => hasCode(error, "BROWSER_UNPACK_FAILED"));
  });

  test("stops when it is aborted", async () => {
    const reason = new Error("stopped");

    await expect(ensureUnpacked(PROGRAM, { ...request, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(await readdir(join(root, "cache"))).toEqual([]);
  });

  test("clears away what a killed process left an hour ago", async () => {
    const forgotten = join(root, "cache", ".unpacking-1-old");
    const recent = join(root, "cache", ".unpacking-1-new");
    await mkdir(forgotten, { recursive: true });
    await mkdir(recent);
    await utimes(forgotten, 0, 0);

    await ensureUnpacked(PROGRAM, request);

    expect(await readdir(join(root, "cache"))).toEqual([".unpacking-1-new", "chromium-1"]);
  });
});
