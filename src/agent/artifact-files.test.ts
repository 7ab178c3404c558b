import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { collectArtifacts } from "./artifact-files.ts";

let root: string;
let workDir: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "casare-artifacts-"));
  workDir = join(root, "work");
  await mkdir(join(workDir, "out", "deep"), { recursive: true });
});
afterEach(() => rm(root, { recursive: true }));

test("finds every file below the working directory and names it by its path there", async () => {
  await writeFile(join(workDir, "b.csv"), "a,b\n");
  await writeFile(join(workDir, "out", "deep", "a.bin"), "");

  const { files, omitted } = await collectArtifacts(workDir, []);

  expect(files).toEqual([
    { path: join(workDir, "b.csv"), name: "b.csv", contentType: "text/csv", sizeBytes: 4 },
    {
      path: join(workDir, "out", "deep", "a.bin"),
      name: "out/deep/a.bin",
      contentType: "application/octet-stream",
      sizeBytes: 0,
    },
  ]);
  expect(omitted).toBe(0);
});

test("takes what nodes handed over from elsewhere, each under a name of its own", async () => {
  await mkdir(join(root, "other"));
  await writeFile(join(workDir, "report.pdf"), "1");
  await writeFile(join(root, "other", "report.pdf"), "2");

  const { files } = await collectArtifacts(workDir, [
    { path: join(root, "other", "report.pdf"), contentType: "application/x-report" },
    { path: "report.pdf", contentType: "application/x-own" },
    { path: "missing.txt", contentType: "text/plain" },
    { path: join(root, "gone.txt"), contentType: "text/plain" },
  ]);

  expect(files.map(({ name, contentType }) => [name, contentType])).toEqual([
    ["report.pdf", "application/x-own"],
    ["report-2.pdf", "application/x-report"],
  ]);
});

test("goes by the name of a file whose type the node does not know", async () => {
  await writeFile(join(workDir, "a.txt"), "a");

  const { files } = await collectArtifacts(workDir, [{ path: "a.txt", contentType: "application/octet-stream" }]);

  expect(files).toMatchObject([{ contentType: "text/plain" }]);
});

test("does not follow links out of the working directory", async () => {
  await writeFile(join(root, "secret.txt"), "x");
  await symlink(join(root, "secret.txt"), join(workDir, "link.txt"));
  await symlink(root, join(workDir, "folder"));

  expect((await collectArtifacts(workDir, [])).files).toEqual([]);
});

test("a working directory that is gone holds nothing", async () => {
  expect(await collectArtifacts(join(root, "missing"), [])).toEqual({ files: [], omitted: 0 });
});
