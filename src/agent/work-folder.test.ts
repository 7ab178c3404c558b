import { mkdir, mkdtemp, readdir, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { makeWorkFolder, pruneWorkFolders, workFolderOf } from "./work-folder.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "casare-work-"));
});
afterEach(() => rm(folder, { recursive: true }));

test("a job starts with an empty folder of its own", async () => {
  const work = workFolderOf(folder, { jobId: "7", attempt: 2 });
  await mkdir(work);
  await writeFile(join(work, "left-over.txt"), "x");

  await makeWorkFolder(work);

  expect(work).toBe(join(folder, "7-2"));
  expect(await readdir(work)).toEqual([]);
  expect((await stat(work)).mode & 0o077).toBe(0);
});

test("keeps the newest folders and those in use", async () => {
  for (const [index, name] of ["1-1", "2-1", "3-1", "4-1"].entries()) {
    await mkdir(join(folder, name));
    const at = new Date(Date.UTC(2026, 0, 1 + index));
    await utimes(join(folder, name), at, at);
  }

  const removed = await pruneWorkFolders(folder, 1, new Set([join(folder, "1-1")]));

  expect(removed.toSorted()).toEqual([join(folder, "2-1"), join(folder, "3-1")]);
  expect((await readdir(folder)).toSorted()).toEqual(["1-1", "4-1"]);
});

test("of folders of one instant the one of the later job is the newer", async () => {
  const at = new Date(Date.UTC(2026, 0, 1));
  for (const name of ["9-1", "10-1", "10-2"]) {
    await mkdir(join(folder, name));
    await utimes(join(folder, name), at, at);
  }

  await pruneWorkFolders(folder, 1, new Set());

  expect(await readdir(folder)).toEqual(["10-2"]);
});

test("a missing folder needs no pruning", async () => {
  expect(await pruneWorkFolders(join(folder, "missing"), 1, new Set())).toEqual([]);
});
