import { chmod, mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { credentialsFileOf, isReadableByOthers, readCredentials, writeCredentials } from "./credentials.ts";

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "casare-credentials-"));
});
afterEach(() => rm(home, { recursive: true }));

describe("credentials", () => {
  test("are empty before anything was stored", async () => {
    expect(await readCredentials(home)).toEqual({});
    expect(await readCredentials(join(home, "missing"))).toEqual({});
  });

  test("come back as they were stored, in a file for the owner only, and keep what this version does not know", async () => {
    await writeCredentials(home, { adminKey: "a", robotKey: "r", later: { x: 1 } });

    expect(await readCredentials(home)).toEqual({ adminKey: "a", robotKey: "r", later: { x: 1 } });
    expect((await stat(credentialsFileOf(home))).mode & 0o777).toBe(0o600);
    expect(await readdir(home)).toEqual(["credentials.json"]);
    expect(await isReadableByOthers(home)).toBe(false);
  });

  test("a damaged file is refused without showing what is in it", async () => {
    await writeFile(credentialsFileOf(home), '{"adminKey": "crpa_very_secret"');

    const refusal = await readCredentials(home).catch((error: unknown) => error);

    expect(refusal).toMatchObject({ code: "CLI_CREDENTIALS_UNREADABLE" });
    expect(JSON.stringify([refusal, String(refusal), (refusal as Error).cause])).not.toContain("very_secret");
  });

  test("a file that others may read is noticed", async () => {
    await writeCredentials(home, { adminKey: "a" });
    await chmod(credentialsFileOf(home), 0o644);

    expect(await isReadableByOthers(home)).toBe(true);
  });
});
