import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { AppError } from "../../core/errors.ts";
import type { JsonValue } from "../../core/json.ts";
import type { AnyNode } from "../../execution/index.ts";
import { createFileSpace } from "../open-file-space.ts";
import { type NodeTestResult, runNode } from "../testing.ts";
import { appendFileNode } from "./append-file.ts";
import { copyFileNode } from "./copy-file.ts";
import { createDirectoryNode } from "./create-directory.ts";
import { deleteFileNode } from "./delete-file.ts";
import { fileError } from "./file-error.ts";
import { fileExistsNode } from "./file-exists.ts";
import { fileSystemSuperNode } from "./file-system-super.ts";
import { getFileInfoNode } from "./get-file-info.ts";
import { getFileSizeNode } from "./get-file-size.ts";
import { globMatcher } from "./glob.ts";
import { listDirectoryNode } from "./list-directory.ts";
import { listEntries } from "./list-entries.ts";
import { listFilesNode } from "./list-files.ts";
import { moveFileNode } from "./move-file.ts";
import { readFileNode } from "./read-file.ts";
import { writeFileNode } from "./write-file.ts";

let workDir: string;

beforeEach(() => {
  workDir = realpathSync(mkdtempSync(path.join(tmpdir(), "file-nodes-")));
});
afterEach(() => rmSync(workDir, { recursive: true, force: true }));

function run(
  node: AnyNode,
  config: Readonly<Record<string, JsonValue>>,
  signal?: AbortSignal,
): Promise<NodeTestResult> {
  const files = createFileSpace({ workDir, forbidden: [] });
  return runNode(node, config, { files, ...(signal === undefined ? {} : { signal }) });
}

const at = (name: string): string => path.join(workDir, name);
const content = (name: string): string => readFileSync(at(name), "utf8");

describe("WriteFileNode and ReadFileNode", () => {
  test("keep text, line ends included, and create parent folders", async () => {
    const written = await run(writeFileNode, { file_path: "out/deep/a.txt", content: "äö\r\nb\n" });
    const read = await run(readFileNode, { file_path: "out/deep/a.txt" });

    expect(written.outputs).toEqual({
      file_path: at("out/deep/a.txt"),
      attachment_file: [at("out/deep/a.txt")],
      bytes_written: 8,
      success: true,
    });
    expect(written.artifacts).toEqual([{ path: "out/deep/a.txt", contentType: undefined }]);
    expect(read.outputs).toEqual({ content: "äö\r\nb\n", size: 8, success: true });
  });

  test("carry bytes as Base64", async () => {
    await run(writeFileNode, { file_path: "a.bin", content: "AP8=\n", binary_mode: true });

    expect([...readFileSync(at("a.bin"))]).toEqual([0, 255]);
    expect((await run(readFileNode, { file_path: "a.bin", binary_mode: true })).outputs["content"]).toBe("AP8=");
    const wrong = run(writeFileNode, { file_path: "a.bin", content: "plain text!", binary_mode: true });
    await expect(wrong).rejects.toMatchObject({ code: "NODE_BASE64_INVALID" });
  });

  test("write in other encodings, and data as JSON", async () => {
    await run(writeFileNode, { file_path: "a.txt", content: "€", encoding: "cp1252" });
    expect([...readFileSync(at("a.txt"))]).toEqual([0x80]);
    expect((await run(readFileNode, { file_path: "a.txt", encoding: "cp1252" })).outputs["content"]).toBe("€");
    await run(writeFileNode, { file_path: "b.txt", content: { a: [1] } });
    expect(content("b.txt")).toBe('{"a":[1]}');
  });

  test("replace a file in one step: its mode stays, and nothing is left behind", async () => {
    writeFileSync(at("a.sh"), "old");
    chmodSync(at("a.sh"), 0o750);

    await run(writeFileNode, { file_path: "a.sh", content: "new" });

    expect(content("a.sh")).toBe("new");
    expect(statSync(at("a.sh")).mode & 0o777).toBe(0o750);
    expect(readdirSync(workDir)).toEqual(["a.sh"]);
  });

  test("a cancelled write leaves the old content and no traces", async () => {
    writeFileSync(at("a.txt"), "old");
    const reason = new Error("cancelled");

    const write = run(writeFileNode, { file_path: "a.txt", content: "new" }, AbortSignal.abort(reason));

    await expect(write).rejects.toMatchObject({ name: "AbortError" });
    expect(content("a.txt")).toBe("old");
    expect(readdirSync(workDir)).toEqual(["a.txt"]);
  });

  test("append when told to", async () => {
    await run(writeFileNode, { file_path: "a.txt", content: "a", append_mode: true, encoding: "utf-8-sig" });
    await run(writeFileNode, { file_path: "a.txt", content: "b", append_mode: true });

    expect(content("a.txt")).toBe("ab");
  });

  test("refuse what is no file, and what may not be touched", async () => {
    mkdirSync(at("folder"));
    const folder = { file_path: "folder", content: "x" };
    await expect(run(writeFileNode, folder)).rejects.toMatchObject({ code: "NODE_NOT_A_FILE" });
    await expect(run(readFileNode, folder)).rejects.toMatchObject({ code: "NODE_NOT_A_FILE" });
    await expect(run(writeFileNode, { ...folder, append_mode: true })).rejects.toMatchObject({
      code: "NODE_NOT_A_FILE",
    });
    await expect(run(readFileNode, { file_path: "/etc/shadow" })).rejects.toMatchObject({ code: "NODE_PATH_REFUSED" });
    await expect(run(readFileNode, { file_path: "/etc/shadow", allow_dangerous_paths: true })).rejects.toMatchObject({
      code: "NODE_PATH_REFUSED",
    });
  });

  test("sockets, pipes and devices are not read: that might never end", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(at("socket"), resolve));
    try {
      await expect(run(readFileNode, { file_path: "socket" })).rejects.toMatchObject({ code: "NODE_NOT_A_FILE" });
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  });

  test("a missing file is named as it was written, with what to do", async () => {
    await expect(run(readFileNode, { file_path: "in/nothing.txt" })).rejects.toMatchObject({
      code: "NODE_FILE_NOT_FOUND",
      message:
        "Cannot read in/nothing.txt: it does not exist; check the path, relative ones start in the job's working directory",
    });
    writeFileSync(at("file"), "");
    await expect(run(readFileNode, { file_path: "file/below" })).rejects.toMatchObject({ code: "NODE_NOT_A_FOLDER" });
    await expect(
      run(writeFileNode, { file_path: "no/such/a.txt", content: "x", create_dirs: false }),
    ).rejects.toMatchObject({ code: "NODE_FILE_NOT_FOUND" });
  });

  test("a file beyond the limit is not read", async () => {
    writeFileSync(at("a.txt"), "12345");

    await expect(run(readFileNode, { file_path: "a.txt", max_size: 4 })).rejects.toMatchObject({
      code: "NODE_FILE_TOO_LARGE",
      message: /5 bytes.*4.*max_size/,
    });
    expect((await run(readFileNode, { file_path: "a.txt", max_size: 5 })).outputs["size"]).toBe(5);
  });
});

test("AppendFileNode adds text, and creates the file unless told not to", async () => {
  await run(appendFileNode, { file_path: "logs/a.txt", content: "one\n" });
  const second = await run(appendFileNode, { file_path: "logs/a.txt", content: "é" });

  expect(content("logs/a.txt")).toBe("one\né");
  expect(second.outputs).toEqual({ file_path: at("logs/a.txt"), bytes_written: 2, success: true });
  const strict = run(appendFileNode, { file_path: "logs/b.txt", content: "x", create_if_missing: false });
  await expect(strict).rejects.toMatchObject({ code: "NODE_FILE_NOT_FOUND" });
});

test("DeleteFileNode deletes files only", async () => {
  writeFileSync(at("a.txt"), "");
  mkdirSync(at("folder"));

  expect((await run(deleteFileNode, { file_path: "a.txt" })).outputs).toEqual({
    deleted_path: at("a.txt"),
    success: true,
  });
  await expect(run(deleteFileNode, { file_path: "a.txt" })).rejects.toMatchObject({ code: "NODE_FILE_NOT_FOUND" });
  expect((await run(deleteFileNode, { file_path: "a.txt", ignore_missing: true })).outputs["success"]).toBe(true);
  await expect(run(deleteFileNode, { file_path: "folder" })).rejects.toMatchObject({ code: "NODE_NOT_A_FILE" });
});

describe("CopyFileNode and MoveFileNode", () => {
  test("copy with mode and time", async () => {
    writeFileSync(at("a.txt"), "12345", { mode: 0o640 });

    const copied = await run(copyFileNode, { source_path: "a.txt", dest_path: "deep/b.txt" });

    expect(copied.outputs).toEqual({ dest_path: at("deep/b.txt"), bytes_copied: 5, success: true });
    expect(content("deep/b.txt")).toBe("12345");
    expect(statSync(at("deep/b.txt")).mode).toBe(statSync(at("a.txt")).mode);
    expect(statSync(at("deep/b.txt")).mtimeMs).toBeCloseTo(statSync(at("a.txt")).mtimeMs, -1);
    expect(readdirSync(at("deep"))).toEqual(["b.txt"]);
  });

  test("move, within the disk and to another one", async () => {
    writeFileSync(at("a.txt"), "x");
    await run(moveFileNode, { source_path: "a.txt", dest_path: "b.txt" });
    expect(readdirSync(workDir)).toEqual(["b.txt"]);

    const other = realpathSync(mkdtempSync("/dev/shm/file-nodes-"));
    try {
      const files = createFileSpace({ workDir: other, forbidden: [] });
      await runNode(moveFileNode, { source_path: at("b.txt"), dest_path: "c.txt" }, { files });
      expect(readdirSync(other)).toEqual(["c.txt"]);
      expect(readdirSync(workDir)).toEqual([]);
    } finally {
      rmSync(other, { recursive: true, force: true });
    }
  });

  test.each([copyFileNode, moveFileNode])("$type overwrites only when told to", async (node) => {
    writeFileSync(at("a.txt"), "new");
    writeFileSync(at("b.txt"), "old");
    mkdirSync(at("folder"));
    const paths = { source_path: "a.txt", dest_path: "b.txt" };

    await expect(run(node, paths)).rejects.toMatchObject({ code: "NODE_FILE_EXISTS" });
    expect(content("b.txt")).toBe("old");
    await run(node, { ...paths, overwrite: true });
    expect(content("b.txt")).toBe("new");
    await expect(run(node, { source_path: "b.txt", dest_path: "folder", overwrite: true })).rejects.toMatchObject({
      code: "NODE_NOT_A_FILE",
    });
    await expect(run(node, { source_path: "none", dest_path: "c" })).rejects.toMatchObject({
      code: "NODE_FILE_NOT_FOUND",
    });
  });
});

test("CreateDirectoryNode creates folders, with their parents unless told not to", async () => {
  expect((await run(createDirectoryNode, { directory_path: "a/b" })).outputs).toEqual({
    dir_path: at("a/b"),
    success: true,
  });
  await run(createDirectoryNode, { directory_path: "a/b" });
  writeFileSync(at("file"), "");

  const cases: readonly [Record<string, JsonValue>, string][] = [
    [{ directory_path: "a/b", exist_ok: false }, "NODE_FILE_EXISTS"],
    [{ directory_path: "file" }, "NODE_FILE_EXISTS"],
    [{ directory_path: "x/y", parents: false }, "NODE_FILE_NOT_FOUND"],
    [{ directory_path: "file/y" }, "NODE_NOT_A_FOLDER"],
  ];
  for (const [config, code] of cases) await expect(run(createDirectoryNode, config)).rejects.toMatchObject({ code });
});

const names = (paths: JsonValue | undefined): string[] =>
  (paths as string[]).map((file) => path.relative(at("in"), file));

describe("ListFilesNode and ListDirectoryNode", () => {
  beforeEach(() => {
    mkdirSync(at("in/sub/deep"), { recursive: true });
    for (const name of ["b.txt", "a.txt", "c.csv", "sub/d.txt", "sub/deep/e.txt"]) writeFileSync(at(`in/${name}`), "");
    mkdirSync(at("in/.ssh"));
    writeFileSync(at("in/.ssh/key.txt"), "");
    symlinkSync(at("in"), at("in/sub/up"));
    symlinkSync(at("nothing"), at("in/broken"));
  });

  test.each<[Record<string, JsonValue>, string[]]>([
    [{}, ["a.txt", "b.txt", "c.csv"]],
    [{ pattern: "*.txt" }, ["a.txt", "b.txt"]],
    [{ pattern: "[!a].*" }, ["b.txt", "c.csv"]],
    [{ pattern: "*.txt", recursive: true }, ["a.txt", "b.txt", "sub/d.txt", "sub/deep/e.txt"]],
    [{ pattern: "sub/*.txt" }, ["sub/d.txt"]],
    [{ pattern: "**/*.txt" }, ["a.txt", "b.txt", "sub/d.txt", "sub/deep/e.txt"]],
  ])("files: %j", async (config, expected) => {
    const { outputs } = await run(listFilesNode, { directory_path: "in", ...config });

    expect(names(outputs["files"])).toEqual(expected);
    expect(outputs["count"]).toBe(expected.length);
  });

  test.each<[Record<string, JsonValue>, string[]]>([
    [{}, [".ssh", "a.txt", "b.txt", "broken", "c.csv", "sub"]],
    [{ dirs_only: true, recursive: true }, [".ssh", "sub", "sub/deep", "sub/up"]],
    [{ files_only: true, pattern: "?.csv" }, ["c.csv"]],
  ])("entries: %j", async (config, expected) => {
    expect(names((await run(listDirectoryNode, { dir_path: "in", ...config })).outputs["items"])).toEqual(expected);
  });

  test("refuse what is no folder", async () => {
    await expect(run(listFilesNode, { directory_path: "in/a.txt" })).rejects.toMatchObject({
      code: "NODE_NOT_A_FOLDER",
    });
    await expect(run(listDirectoryNode, { dir_path: "none" })).rejects.toMatchObject({ code: "NODE_FILE_NOT_FOUND" });
    await expect(run(listDirectoryNode, { dir_path: "in", files_only: true, dirs_only: true })).rejects.toMatchObject({
      code: "NODE_VALUE_INVALID",
    });
  });

  test("more entries than a run should carry are an error", async () => {
    const files = createFileSpace({ workDir, forbidden: [] });
    const listing = {
      path: "in",
      pattern: "*",
      recursive: false,
      kinds: "files",
      signal: new AbortController().signal,
    } as const;

    await expect(listEntries(files, { ...listing, limit: 2 })).rejects.toMatchObject({ code: "NODE_TOO_MANY_ENTRIES" });
    await expect(listEntries(files, { ...listing, limit: 3 })).resolves.toHaveLength(3);
  });

  test("stop when the run is cancelled", async () => {
    const reason = new Error("cancelled");

    await expect(run(listFilesNode, { directory_path: "in" }, AbortSignal.abort(reason))).rejects.toBe(reason);
  });
});

test.each([
  ["*", "a.b", true],
  ["*.txt", "a.txt.gz", false],
  ["a?c", "abc", true],
  ["a?c", "ac", false],
  ["[a-c]1", "b1", true],
  ["[!a-c]1", "b1", false],
  ["a[", "a[", true],
  ["a.c", "abc", false],
  ["(a|b)+", "(a|b)+", true],
  ["*a*a*a*a*a*a*b", "a".repeat(200), false],
])("the pattern %s with %s: %s", (pattern, name, fits) => {
  expect(globMatcher(pattern)(name)).toBe(fits);
});

test("FileExistsNode, GetFileSizeNode and GetFileInfoNode", async () => {
  writeFileSync(at("a.tar.gz"), "12345");
  mkdirSync(at("folder"));

  expect((await run(fileExistsNode, { path: "a.tar.gz" })).outputs).toEqual({
    exists: true,
    is_file: true,
    is_dir: false,
  });
  expect((await run(fileExistsNode, { path: "folder", check_type: "file" })).outputs).toMatchObject({ exists: false });
  expect((await run(fileExistsNode, { path: "folder", check_type: "directory" })).outputs).toMatchObject({
    exists: true,
  });
  expect((await run(fileExistsNode, { path: "none" })).outputs).toEqual({
    exists: false,
    is_file: false,
    is_dir: false,
  });
  expect((await run(fileExistsNode, { path: "a.tar.gz/x" })).outputs).toMatchObject({ exists: false });
  expect((await run(getFileSizeNode, { file_path: "a.tar.gz" })).outputs).toEqual({ size: 5, success: true });
  await expect(run(getFileSizeNode, { file_path: "folder" })).rejects.toMatchObject({ code: "NODE_NOT_A_FILE" });
  expect((await run(getFileInfoNode, { file_path: "a.tar.gz" })).outputs).toEqual({
    size: 5,
    created: expect.stringMatching(/^\d{4}-.*Z$/) as string,
    modified: statSync(at("a.tar.gz")).mtime.toISOString(),
    extension: ".gz",
    name: "a.tar.gz",
    parent: workDir,
    success: true,
  });
  await expect(run(getFileInfoNode, { file_path: "none" })).rejects.toMatchObject({ code: "NODE_FILE_NOT_FOUND" });
});

const answers = (code: string): unknown =>
  fileError(Object.assign(new Error("x"), { code }), { path: "a.txt", action: "write" });

test("a file system that answers something else is quoted by its code", () => {
  const codes = ["EACCES", "EPERM", "EROFS", "ENOSPC", "EDQUOT", "EMFILE"].map(
    (code) => (answers(code) as AppError).code,
  );

  expect(codes).toEqual([
    "NODE_FILE_DENIED",
    "NODE_FILE_DENIED",
    "NODE_FILE_DENIED",
    "NODE_DISK_FULL",
    "NODE_DISK_FULL",
    "NODE_FILE_FAILED",
  ]);
  expect(answers("ENOSPC")).toMatchObject({ retryable: true, message: /a\.txt: the disk is full/ });
  expect(answers("EMFILE")).toMatchObject({ message: /EMFILE/ });
  expect(fileError("no error", { path: "a", action: "read" })).toBe("no error");
});

describe("FileSystemSuperNode", () => {
  test("does all its actions as the nodes of that name do", async () => {
    const steps: readonly Record<string, JsonValue>[] = [
      { action: "Create Directory", directory_path: "out" },
      { action: "Write File", file_path: "out/a.txt", content: "Hello" },
      { action: "File Exists", path: "out/a.txt" },
      { action: "Append File", file_path: "out/a.txt", content: "!" },
      { file_path: "out/a.txt" },
      { action: "Copy File", source_path: "out/a.txt", dest_path: "out/b.txt" },
      { action: "Move File", source_path: "out/b.txt", dest_path: "out/c.txt" },
      { action: "List Directory", dir_path: "out" },
      { action: "List Files", directory_path: "out", pattern: "c*" },
      { action: "Get File Size", file_path: "out/c.txt" },
      { action: "Get File Info", file_path: "out/c.txt" },
      { action: "Delete File", file_path: "out/c.txt" },
    ];
    const outputs: NodeTestResult["outputs"][] = [];
    for (const step of steps) outputs.push((await run(fileSystemSuperNode, step)).outputs);

    expect(outputs).toMatchObject([
      { dir_path: at("out"), success: true },
      { bytes_written: 5 },
      { exists: true, is_file: true },
      { bytes_written: 1 },
      { content: "Hello!", size: 6 },
      { bytes_copied: 6 },
      { dest_path: at("out/c.txt") },
      { items: [at("out/a.txt"), at("out/c.txt")], count: 2 },
      { files: [at("out/c.txt")] },
      { size: 6 },
      { name: "c.txt", extension: ".txt" },
      { deleted_path: at("out/c.txt") },
    ]);
  });

  test("names the parameter that an action needs, or that is wrong", async () => {
    await expect(run(fileSystemSuperNode, { action: "Copy File", source_path: "a" })).rejects.toMatchObject({
      code: "NODE_VALUE_INVALID",
      message: "dest_path is needed by CopyFileNode",
    });
    await expect(run(fileSystemSuperNode, { action: "Read File", file_path: "  " })).rejects.toMatchObject({
      message: "file_path must not be empty",
    });
    await expect(run(fileSystemSuperNode, { action: "Zip" })).rejects.toThrow("action");
  });
});
