import { chmod, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Command } from "./commands.ts";
import { createCommands } from "./open-commands.ts";

const node = process.execPath;
const never = new AbortController().signal;

let workDir: string;
beforeEach(async () => {
  workDir = await mkdtemp(join(tmpdir(), "casare-commands-"));
});
afterEach(() => rm(workDir, { recursive: true }));

const run = (command: Partial<Command>, allowed: readonly string[] = [node], signal = never) =>
  createCommands({ allowed, workDir }).run({ program: node, args: [], ...command }, signal);
const script = (source: string): Partial<Command> => ({ args: ["-e", source] });
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

describe("a program", () => {
  test("gets its arguments as they are, its input, and starts in the working directory", async () => {
    const source = `
      process.stdin.on("data", (chunk) => process.stdout.write(chunk)).on("end", () => {
        process.stdout.write(JSON.stringify([process.argv.slice(1), process.cwd()]));
        process.exitCode = 3;
      }); console.error("x")`;
    const result = await run({ args: ["-e", source, "a b", "$HOME", ";rm"], input: "in" });

    expect(result).toMatchObject({ exitCode: 3, signal: undefined });
    expect(text(result.stderr)).toBe("x\n");
    expect(text(result.stdout)).toBe(`in${JSON.stringify([["a b", "$HOME", ";rm"], workDir])}`);
  });

  test("does not see the product's settings, and sees what it is given", async () => {
    const environment = { ...process.env, CASARE_ROBOT_KEY: "secret", OTHER: "1" };
    const commands = createCommands({ allowed: [node], workDir, environment });
    const args = ["-p", "JSON.stringify([process.env.CASARE_ROBOT_KEY ?? null, process.env.OTHER, process.env.MINE])"];
    const { stdout } = await commands.run({ program: node, args, env: { MINE: "2" } }, never);

    expect(JSON.parse(text(stdout))).toEqual([null, "1", "2"]);
  });

  test("that does not read its input is no failure", async () => {
    const input = "x".repeat(1_000_000);
    expect(await run({ ...script("process.exit(0)"), input })).toMatchObject({ exitCode: 0 });
  });

  test("that writes too much is ended", async () => {
    const endless = script("const w = () => process.stdout.write('x'.repeat(65536), w); w()");
    await expect(run({ ...endless, maxOutputBytes: 100_000 })).rejects.toMatchObject({
      code: "NODE_COMMAND_OUTPUT_TOO_LARGE",
    });
  });

  test.skipIf(process.platform === "win32")("is ended with all that it started when the signal aborts", async () => {
    const stopping = new AbortController();
    const source = `
      const { spawn } = require("node:child_process");
      const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
      require("node:fs").writeFileSync("pid", String(child.pid));
      process.on("SIGTERM", () => {}); setInterval(() => {}, 1000)`;
    const running = run(script(source), [node], stopping.signal);
    await expect.poll(readPid).not.toBe("");
    const child = Number(await readPid());

    stopping.abort(new Error("enough"));

    await expect(running).rejects.toThrow("enough");
    await expect.poll(() => isAlive(child)).toBe(false);
  });
});

test("a program is not started when the signal aborts while it is looked up", async () => {
  const stopping = new AbortController();
  const running = run(script("require('node:fs').writeFileSync('started', '')"), [node], stopping.signal);

  stopping.abort(new Error("enough"));

  await expect(running).rejects.toThrow("enough");
  await expect(readFile(join(workDir, "started"))).rejects.toMatchObject({ code: "ENOENT" });
});

describe("the list of allowed programs", () => {
  test.each([
    { program: node, allowed: [] },
    { program: "node", allowed: ["python3"] },
    { program: node, allowed: ["node-other", "/bin/false"] },
    { program: "./node", allowed: ["node"] },
    { program: "no-such-program", allowed: [] },
  ])("refuses $program of $allowed", async ({ program, allowed }) => {
    await expect(run({ program }, allowed)).rejects.toMatchObject({ code: "NODE_COMMAND_NOT_ALLOWED" });
  });

  test("holds names for PATH, paths whatever link they are called by, and * for all", async () => {
    const link = join(workDir, "my-node");
    await symlink(node, link);
    const search = { ...process.env, PATH: workDir };
    const commands = (allowed: readonly string[]) => createCommands({ allowed, workDir, environment: search });
    const args = ["-p", "1"];

    for (const [program, allowed] of [
      ["my-node", ["my-node"]],
      ["my-node", [node]],
      [link, [node]],
      [node, [link]],
      [node, ["*"]],
    ] as const) {
      expect(text((await commands(allowed).run({ program, args }, never)).stdout)).toBe("1\n");
    }
  });

  test("a file of that name in the working directory is not taken for it", async () => {
    await writeFile(join(workDir, "tool"), "#!/bin/sh\necho planted\n");
    await chmod(join(workDir, "tool"), 0o755);

    await expect(run({ program: "tool" }, ["tool"])).rejects.toMatchObject({ code: "NODE_COMMAND_NOT_FOUND" });
  });
});

function readPid(): Promise<string> {
  return readFile(join(workDir, "pid"), "utf8").catch(() => "");
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
