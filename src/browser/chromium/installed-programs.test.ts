import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { isProgram, isSnap } from "./installed-programs.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "casare-programs-"));
});
afterEach(() => rm(folder, { recursive: true }));

async function program(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  await chmod(path, 0o755);
  return path;
}

describe("isProgram", () => {
  test("takes an executable file and nothing else", async () => {
    const runnable = await program("chrome", "#!/bin/sh\n");
    const plain = join(folder, "notes.txt");
    await writeFile(plain, "");

    expect(await isProgram(runnable)).toBe(true);
    expect(await isProgram(plain)).toBe(false);
    expect(await isProgram(folder)).toBe(false);
    expect(await isProgram(join(folder, "absent"))).toBe(false);
  });
});

describe("isSnap", () => {
  test("sees through the placeholder that only advertises the snap", async () => {
    expect(await isSnap(await program("chromium-browser", '#!/bin/sh\necho "requires the chromium snap"\n'))).toBe(
      true,
    );
  });

  test("sees a link into the snaps", async () => {
    await mkdir(join(folder, "snap", "bin"), { recursive: true });
    await writeFile(join(folder, "snap", "bin", "chromium"), "ELF");
    await symlink(join(folder, "snap", "bin", "chromium"), join(folder, "chromium"));

    expect(await isSnap(join(folder, "chromium"))).toBe(true);
  });

  test("leaves wrapper scripts of distributions alone", async () => {
    expect(await isSnap(await program("chromium", "#!/bin/sh\nexec /usr/lib/chromium/chromium\n"))).toBe(false);
  });
});
