import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { allows, chooseAccount, isReachable, spawnAs } from "./account.ts";

const nobody = { uid: 65_534, gid: 65_534, isDropped: true };

describe("chooseAccount", () => {
  test("gives root's server to nobody, and runs it as itself otherwise", () => {
    expect(chooseAccount(0, 0)).toEqual(nobody);
    expect(chooseAccount(1000, 100)).toEqual({ uid: 1000, gid: 100, isDropped: false });
  });

  test("changes the account of programs only when dropping", () => {
    expect(spawnAs(chooseAccount(0, 0))).toEqual({ uid: 65_534, gid: 65_534 });
    expect(spawnAs(chooseAccount(1000, 100))).toEqual({});
  });
});

describe("allows", () => {
  test.each([
    { mode: 0o700, uid: 0, gid: 0, bits: 1, expected: false },
    { mode: 0o711, uid: 0, gid: 0, bits: 1, expected: true },
    { mode: 0o711, uid: 0, gid: 0, bits: 5, expected: false },
    { mode: 0o750, uid: 0, gid: 65_534, bits: 5, expected: true },
    { mode: 0o057, uid: 65_534, gid: 0, bits: 1, expected: false },
    { mode: 0o500, uid: 65_534, gid: 0, bits: 5, expected: true },
  ])("mode $mode of $uid:$gid for bits $bits: $expected", ({ bits, expected, ...file }) => {
    expect(allows(file, nobody, bits)).toBe(expected);
  });
});

describe("isReachable", () => {
  let top: string;
  beforeEach(async () => {
    top = await mkdtemp(path.join(os.tmpdir(), "casare-reach-"));
    await mkdir(path.join(top, "inner"), { mode: 0o755 });
    await writeFile(path.join(top, "inner", "file"), "", { mode: 0o644 });
  });
  afterEach(() => rm(top, { recursive: true }));

  test("a closed folder above makes an open file unreachable", async () => {
    const file = path.join(top, "inner", "file");
    const stranger = { uid: 54_321, gid: 54_321, isDropped: true };
    await chmod(top, 0o700);
    expect(await isReachable(file, stranger, 4)).toBe(false);

    await chmod(top, 0o711);

    expect(await isReachable(file, stranger, 4)).toBe(true);
    expect(await isReachable(path.join(top, "nothing"), stranger, 4)).toBe(false);
  });
});
