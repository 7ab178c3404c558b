import { createHash, randomBytes } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { TenantId } from "../core/ids.ts";
import { createFileBlobStore } from "./file-blob-store.ts";
import type { BlobStore } from "./repositories.ts";

const ours = 1 as TenantId;
const theirs = 2 as TenantId;
const limits = { maxBytes: 1_000_000 };

let directory: string;
let blobs: BlobStore;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "casare-blobs-"));
  blobs = createFileBlobStore({ directory });
});
afterEach(() => rm(directory, { recursive: true }));

const sha256Of = (...parts: readonly (string | Uint8Array)[]): string => {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
};
async function* stream(...parts: readonly (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield Buffer.from(part);
}
async function* failing(error: Error): AsyncGenerator<Uint8Array> {
  yield Buffer.from("begin");
  throw error;
}
const leftovers = async (): Promise<string[]> => readdir(join(directory, "tmp"));

describe("put", () => {
  test("stores the content under its hash and leaves nothing else", async () => {
    const sha256 = sha256Of("hello ", "world");

    expect(await blobs.put(ours, sha256, stream("hello ", "world"), limits)).toEqual({ sizeBytes: 11 });

    const path = blobs.locate(ours, sha256) ?? "";
    expect(path).toBe(join(directory, "1", sha256.slice(0, 2), sha256));
    expect(await readFile(path, "utf8")).toBe("hello world");
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await leftovers()).toEqual([]);
  });

  test("of the same content again, and at the same time, is fine", async () => {
    const bytes = randomBytes(300_000);
    const sha256 = sha256Of(bytes);

    await Promise.all([1, 2, 3].map(() => blobs.put(ours, sha256, stream(bytes), limits)));

    expect(sha256Of(await readFile(blobs.locate(ours, sha256) ?? ""))).toBe(sha256);
  });

  test("of nothing at all is content, too", async () => {
    expect(await blobs.put(ours, sha256Of(""), stream(), limits)).toEqual({ sizeBytes: 0 });
  });

  test.each([
    { title: "another hash", content: () => stream("other"), code: "BLOB_HASH_MISMATCH" },
    {
      title: "more than the limit",
      content: () => stream("x".repeat(600_000), "x".repeat(600_000)),
      code: "BLOB_TOO_LARGE",
    },
    {
      title: "a full disk",
      content: () => failing(Object.assign(new Error("full"), { code: "ENOSPC" })),
      code: "BLOB_STORE_FULL",
    },
    {
      title: "an exhausted quota",
      content: () => failing(Object.assign(new Error("full"), { code: "EDQUOT" })),
      code: "BLOB_STORE_FULL",
    },
  ])("refuses $title and stores nothing", async ({ content, code }) => {
    const sha256 = sha256Of("wanted");

    await expect(blobs.put(ours, sha256, content(), limits)).rejects.toMatchObject({ code });

    expect(await blobs.open(ours, sha256)).toBeUndefined();
    expect(await leftovers()).toEqual([]);
  });

  test("passes on why the content broke off", async () => {
    const cut = new Error("connection lost");

    await expect(blobs.put(ours, sha256Of("x"), failing(cut), limits)).rejects.toBe(cut);
    expect(await leftovers()).toEqual([]);
  });

  test("copies where the tenant's folder lies on another file system", async () => {
    const elsewhere = await mkdtemp("/dev/shm/casare-blobs-");
    try {
      await mkdir(directory, { recursive: true });
      await symlink(elsewhere, join(directory, "1"));
      const sha256 = sha256Of("far away");

      await blobs.put(ours, sha256, stream("far away"), limits);

      expect(await readdir(join(elsewhere, sha256.slice(0, 2)))).toEqual([sha256]);
      expect(await readFile(blobs.locate(ours, sha256) ?? "", "utf8")).toBe("far away");
    } finally {
      await rm(elsewhere, { recursive: true });
    }
  });
});

describe("open", () => {
  test("streams the content to its own tenant only", async () => {
    const sha256 = sha256Of("ours");
    await blobs.put(ours, sha256, stream("ours"), limits);

    const content = await blobs.open(ours, sha256);

    expect(content && (await text(content))).toBe("ours");
    expect(await blobs.open(theirs, sha256)).toBeUndefined();
  });

  test("streams only the part that is asked for, both ends included", async () => {
    const sha256 = sha256Of("0123456789");
    await blobs.put(ours, sha256, stream("0123456789"), limits);

    const content = await blobs.open(ours, sha256, { start: 2, end: 4 });

    expect(content && (await text(content))).toBe("234");
  });

  test.each(["../../etc/passwd", "", "A".repeat(64), "a".repeat(63)])("refuses %j as a hash", async (sha256) => {
    await expect(blobs.open(ours, sha256)).rejects.toMatchObject({ code: "BLOB_HASH_INVALID" });
  });
});
