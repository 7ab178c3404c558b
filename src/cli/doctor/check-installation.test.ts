import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { checkNode, checkPackage } from "./check-installation.ts";

describe("checkNode", () => {
  test.each([
    ["18.20.0", "fail"],
    ["20.18.3", "fail"],
    ["20.19.0", "ok"],
    ["22.0.0", "ok"],
    ["24.1.0", "ok"],
  ])("%s: %s", (version, status) => {
    expect(checkNode(version).status).toBe(status);
  });
});

describe("checkPackage", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "casare-package-"));
    await mkdir(join(folder, "node_modules", "casare-rpa", "migrations"), { recursive: true });
    await mkdir(join(folder, "node_modules", "@scope", "beside"), { recursive: true });
    await writeFile(join(folder, "node_modules", "@scope", "beside", "package.json"), "{}");
  });
  afterEach(() => rm(folder, { recursive: true }));

  test("finds dependencies that were installed beside the package", async () => {
    const root = join(folder, "node_modules", "casare-rpa");

    const { status } = await checkPackage({ root, files: ["migrations"], dependencies: ["@scope/beside"] });

    expect(status).toBe("ok");
  });

  test("names what is missing", async () => {
    const root = join(folder, "node_modules", "casare-rpa");

    const diagnosis = await checkPackage({ root, files: ["examples"], dependencies: ["not-there"] });

    expect(diagnosis).toMatchObject({ status: "fail", detail: "missing: examples, not-there" });
  });
});
