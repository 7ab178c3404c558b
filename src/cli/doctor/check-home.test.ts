import { chmod, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { writeCredentials } from "../home/credentials.ts";
import { checkHome, checkKeys } from "./check-home.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "casare-doctor-"));
});
afterEach(() => rm(folder, { recursive: true }));

describe("checkHome", () => {
  test("judges a home that is not made yet, and does not make it", async () => {
    const diagnosis = await checkHome(join(folder, "a", "b"));

    expect(diagnosis).toMatchObject({ status: "ok", detail: expect.stringContaining("not made yet") });
    expect(await readdir(folder)).toEqual([]);
  });

  test.runIf(process.platform === "linux")(
    "refuses a home where nothing can be made, whatever the folder says",
    async () => {
      expect(await checkHome("/proc/casare-home")).toMatchObject({
        status: "fail",
        detail: expect.stringContaining("cannot be made"),
      });
    },
  );

  test("refuses a home below a file", async () => {
    await writeFile(join(folder, "file"), "");

    expect(await checkHome(join(folder, "file", "home"))).toMatchObject({ status: "fail" });
  });
});

describe("checkKeys", () => {
  test.each([
    ["no key anywhere", {}, undefined, "warn"],
    ["a key in the environment", {}, "crpa_x", "ok"],
    ["stored keys", { adminKey: "a", robotKey: "r" }, undefined, "ok"],
  ])("%s", async (_case, stored, given, status) => {
    if (Object.keys(stored).length > 0) await writeCredentials(folder, stored);

    expect((await checkKeys(folder, given)).status).toBe(status);
  });

  test("warns of keys that others may read, and fails for a file that is damaged", async () => {
    await writeFile(join(folder, "credentials.json"), "{", { mode: 0o644 });
    const open = await checkKeys(folder, undefined);
    await chmod(join(folder, "credentials.json"), 0o600);
    const damaged = await checkKeys(folder, undefined);

    expect([open.status, damaged.status]).toEqual(["warn", "fail"]);
  });
});
