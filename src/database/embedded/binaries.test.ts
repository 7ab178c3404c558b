import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { chooseAccount } from "./account.ts";
import { findPlatformPackage, prepareBinaries } from "./binaries.ts";
import type { Layout } from "./layout.ts";

let top: string;
let nativeDir: string;
let layout: Layout;
const account = chooseAccount();

/** A package as npm leaves it when it runs no install scripts: no links, and whatever rights the umask left. */
beforeEach(async () => {
  top = await mkdtemp(path.join(os.tmpdir(), "casare-binaries-"));
  await chmod(top, 0o755);
  nativeDir = path.join(top, "package", "native");
  for (const dir of ["bin", "lib", "share"]) await mkdir(path.join(nativeDir, dir), { recursive: true });
  await writeFile(path.join(nativeDir, "bin", "postgres"), "server", { mode: 0o600 });
  await writeFile(path.join(nativeDir, "bin", "initdb"), "initdb", { mode: 0o600 });
  await writeFile(path.join(nativeDir, "lib", "libx.so.1.2"), "library");
  const links = [{ source: "native/lib/libx.so.1.2", target: "native/lib/libx.so.1" }];
  await writeFile(path.join(nativeDir, "pg-symlinks.json"), JSON.stringify(links));
  const rootDir = path.join(top, "root");
  await mkdir(rootDir);
  layout = { home: top, rootDir, clusterDir: "", dataDir: "", credentialsFile: "", portFile: "", logFile: "" };
});
afterEach(() => rm(top, { recursive: true }));

const prepare = () => prepareBinaries({ nativeDir, version: "18.4.0" }, layout, account, path.join(top, "shared"));

describe("prepareBinaries", () => {
  test("makes the links that npm's install script would have made, in a copy that everybody may run", async () => {
    const binaries = await prepare();

    const copy = path.dirname(path.dirname(binaries.postgres));
    expect(copy.startsWith(nativeDir)).toBe(false);
    expect(await readFile(path.join(copy, "lib", "libx.so.1"), "utf8")).toBe("library");
    expect((await stat(binaries.postgres)).mode & 0o777).toBe(0o755);
    expect((await stat(copy)).mode & 0o777).toBe(0o755);
  });

  test("several at once give one whole copy and leave nothing beside it", async () => {
    const results = await Promise.all([prepare(), prepare(), prepare()]);

    expect(new Set(results.map(({ postgres }) => postgres)).size).toBe(1);
    const parent = path.dirname(path.dirname(path.dirname(results[0]?.postgres ?? "")));
    expect(await readdir(parent)).toHaveLength(1);
  });

  test("uses the package where it is when it can be run there", async () => {
    await writeFile(path.join(nativeDir, "lib", "libx.so.1"), "library");
    for (const name of ["postgres", "initdb"]) await chmod(path.join(nativeDir, "bin", name), 0o755);

    expect((await prepare()).postgres).toBe(path.join(nativeDir, "bin", "postgres"));
  });
});

describe("findPlatformPackage", () => {
  test("finds the one of this machine", async () => {
    expect((await findPlatformPackage()).version).toMatch(/^18\./);
  });

  test.each(["linux-riscv64", "win32-x64"])("says what to do on %s", async (platform) => {
    await expect(findPlatformPackage(platform)).rejects.toMatchObject({
      code: "DATABASE_NO_BINARY",
      message: expect.stringContaining("CASARE_DATABASE_URL"),
    });
  });

  test("says so when npm left the package out", async () => {
    const other = process.platform === "darwin" ? "linux-arm64" : "darwin-arm64";

    await expect(findPlatformPackage(other)).rejects.toMatchObject({
      code: "DATABASE_NO_BINARY",
      details: { platform: other, problem: "is not installed" },
    });
  });
});
