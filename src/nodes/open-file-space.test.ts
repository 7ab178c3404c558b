import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createFileSpace } from "./open-file-space.ts";

const refused = expect.objectContaining({ code: "NODE_PATH_REFUSED" });

let base: string;
let workDir: string;
let productHome: string;

beforeAll(() => {
  base = realpathSync(mkdtempSync(path.join(tmpdir(), "file-space-")));
  productHome = path.join(base, "product");
  workDir = path.join(productHome, "work", "job-1");
  mkdirSync(workDir, { recursive: true });
  mkdirSync(path.join(base, "shared"));
  mkdirSync(path.join(base, "user", ".ssh"), { recursive: true });
  writeFileSync(path.join(base, "user", ".ssh", "id_rsa"), "key");
  writeFileSync(path.join(productHome, "database.key"), "key");
});

afterAll(() => rmSync(base, { recursive: true, force: true }));

const space = (roots?: readonly string[]) => createFileSpace({ workDir, forbidden: [productHome], roots });

describe("createFileSpace", () => {
  test("relative paths start in the working directory, which may lie in a forbidden place", () => {
    expect(space().resolve("out/a.txt")).toBe(path.join(workDir, "out", "a.txt"));
    expect(space().resolve(".")).toBe(workDir);
    expect(space().resolve("a/../b.txt")).toBe(path.join(workDir, "b.txt"));
    expect(space().resolve(String.raw`out\a.txt`)).toBe(path.join(workDir, "out", "a.txt"));
    expect(space().workDir).toBe(workDir);
  });

  test("absolute paths elsewhere are open, unless roots are given", () => {
    const shared = path.join(base, "shared", "a.txt");

    expect(space().resolve(shared)).toBe(shared);
    expect(space([path.join(base, "shared")]).resolve(shared)).toBe(shared);
    expect(() => space([path.join(base, "other")]).resolve(shared)).toThrow(refused);
    expect(() => space([path.join(base, "share")]).resolve(shared)).toThrow(refused);
    expect(space([]).resolve("a.txt")).toBe(path.join(workDir, "a.txt"));
  });

  test.each([
    "/etc/shadow",
    "/etc/../etc/shadow",
    "//etc//shadow",
    "/etc/sudoers.d/x",
    "/etc/ssh/ssh_host_rsa_key",
    "/proc/self/environ",
    "/sys/kernel",
    "/dev/sda",
    "/dev",
    "/run/secrets/token",
    "/root/.ssh/id_rsa",
    "/home/ada/.AWS/credentials",
    "~/.gnupg/secring.gpg",
    "~/.azure/x",
    "~/.config/gcloud/credentials.db",
    "~/.netrc",
    "~/.pgpass",
    "~/.kube/config",
    "~/.docker/config.json",
    "~/.git-credentials",
    ".ssh/id_rsa",
    "sub/.aws/credentials",
  ])("refuses %s", (written) => {
    expect(() => space().resolve(written)).toThrow(refused);
  });

  test("names that only look like key folders are open", () => {
    expect(space().resolve("ssh/.sshconfig")).toBe(path.join(workDir, "ssh", ".sshconfig"));
    expect(space().resolve("~/notes.txt")).toBe(path.join(realpathSync(homedir()), "notes.txt"));
  });

  test.each(["", "  ", "a\0b", "con", "out/NUL.txt", "COM1", "lpt9.log", "aux .txt", String.raw`\\.\pipe\x`])(
    "refuses the name %j",
    (written) => {
      expect(() => space().resolve(written)).toThrow(refused);
    },
  );

  test("refuses Windows paths on other systems", () => {
    expect(() => space().resolve(String.raw`C:\Users\ada\a.txt`)).toThrow(/does not run Windows/);
  });

  test("refuses the product's own data, by whatever way it is written", () => {
    expect(() => space().resolve(path.join(productHome, "database.key"))).toThrow(refused);
    expect(() => space().resolve("../../database.key")).toThrow(refused);
    expect(() => space().resolve(productHome)).toThrow(refused);
    expect(() => space().resolve("../job-2/a.txt")).toThrow(refused);
  });

  test("the message names the path, and not more than a part of a long one", () => {
    expect(() => space().resolve("/etc/shadow")).toThrow(/"\/etc\/shadow".*working directory/);
    expect(() => space().resolve(`/proc/${"x".repeat(5000)}`)).toThrow(/^.{1,400}$/);
  });
});

describe("links", () => {
  test.each([
    ["to a forbidden file", "shadow", "/etc/shadow"],
    ["to a forbidden folder", "proc", "/proc"],
    ["to a key file", "key", "USER/.ssh/id_rsa"],
    ["to a key folder", "keys", "USER/.ssh"],
    ["to the product's data", "db", "PRODUCT/database.key"],
    ["to a forbidden file that does not exist", "new-key", "USER/.ssh/authorized_keys"],
    ["to nothing, relative", "relative", "../../new.key"],
  ])("%s are refused", (_, name, target) => {
    const place = target.replace("USER", path.join(base, "user")).replace("PRODUCT", productHome);
    symlinkSync(place, path.join(workDir, name));

    expect(() => space().resolve(name)).toThrow(refused);
    expect(() => space().resolve(`${name}/below`)).toThrow(refused);
  });

  test("of links to links every step is followed", () => {
    symlinkSync(path.join(base, "user"), path.join(base, "shared", "hop"));
    symlinkSync(path.join(base, "shared", "hop"), path.join(workDir, "hops"));

    expect(() => space().resolve("hops/.ssh/id_rsa")).toThrow(refused);
    expect(space().resolve("hops/notes.txt")).toBe(path.join(base, "user", "notes.txt"));
  });

  test("a way out of the roots through a link is refused", () => {
    symlinkSync(base, path.join(workDir, "out"));

    expect(() => space([path.join(base, "shared")]).resolve("out/elsewhere.txt")).toThrow(refused);
    expect(space([path.join(base, "shared")]).resolve("out/shared/a.txt")).toBe(path.join(base, "shared", "a.txt"));
  });

  test("circles are refused", () => {
    symlinkSync(path.join(workDir, "b"), path.join(workDir, "a"));
    symlinkSync(path.join(workDir, "a"), path.join(workDir, "b"));

    expect(() => space().resolve("a")).toThrow(/circle/);
    expect(() => space().resolve("a/x")).toThrow(/circle/);
  });

  test("a link inside of the working directory is followed and stays open", () => {
    mkdirSync(path.join(workDir, "real"));
    symlinkSync("real", path.join(workDir, "alias"));

    expect(space().resolve("alias/a.txt")).toBe(path.join(workDir, "real", "a.txt"));
  });

  test("a working directory that is itself behind a link is open under both names", () => {
    const link = path.join(base, "link-to-work");
    symlinkSync(workDir, link);
    const linked = createFileSpace({ workDir: link, forbidden: [productHome] });

    expect(linked.resolve("a.txt")).toBe(path.join(workDir, "a.txt"));
    expect(linked.resolve(path.join(workDir, "a.txt"))).toBe(path.join(workDir, "a.txt"));
  });

  test("a forbidden place behind a link is closed under both names", () => {
    const link = path.join(base, "link-to-product");
    symlinkSync(productHome, link);
    const closed = createFileSpace({ workDir: path.join(base, "shared"), forbidden: [link] });

    expect(() => closed.resolve(path.join(link, "database.key"))).toThrow(refused);
    expect(() => closed.resolve(path.join(productHome, "database.key"))).toThrow(refused);
  });
});
