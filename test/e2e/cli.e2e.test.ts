import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdir, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createFolder, findFreePort, runCasare } from "../support/processes.ts";

let folder: Awaited<ReturnType<typeof createFolder>>;
let env: Record<string, string>;
beforeAll(async () => {
  folder = await createFolder();
  env = { CASARE_HOME: join(folder.path, "home"), CASARE_PORT: String(await findFreePort()) };
});
afterAll(() => folder.remove());

describe("casare", () => {
  test("tells its version and its help on stdout", async () => {
    const [version, help, runHelp] = await Promise.all([
      runCasare(["--version"]),
      runCasare(["--help"]),
      runCasare(["run", "--help"]),
    ]);

    expect(version).toMatchObject({ exitCode: 0, stderr: "", stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
    expect(help).toMatchObject({ exitCode: 0, stderr: "", stdout: expect.stringContaining("Exit codes:") });
    expect(runHelp.stdout).toContain("Examples:");
  });

  test.each([
    [[]],
    [["rnu"]],
    [["run"]],
    [["run", "--nonsense", "x.json"]],
    [["job"]],
    [["job", "list", "--limit", "0"]],
    [["job", "list", "--state", "lost"]],
  ])("wrong usage %j exits with 2 and one sentence", async (args) => {
    const { exitCode, stdout, stderr } = await runCasare(args, { env });

    expect(exitCode).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toContain("[CLI_USAGE]");
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  test("with --json, a refusal is one JSON document as well", async () => {
    const { exitCode, stdout } = await runCasare(["job", "list", "--json", "--limit", "0"], { env });

    expect(JSON.parse(stdout)).toMatchObject({ error: { code: "CLI_USAGE" }, exitCode });
  });

  test("colors appear only on a terminal that wants them", async () => {
    const { stderr } = await runCasare(["rnu"], { env });
    const forced = await runCasare(["rnu"], { env: { ...env, FORCE_COLOR: "1" } });

    expect(stderr).not.toContain("\u001B");
    expect(forced.stderr).toContain("\u001B");
  });
});

describe.skipIf(process.platform !== "linux")("stdout", () => {
  const shell = promisify(execFile);
  const main = new URL("../../dist/cli/main.js", import.meta.url).pathname;

  test("a reader that has seen enough does no harm", async () => {
    const script = `"${process.execPath}" "${main}" config show | head -1; echo "\${PIPESTATUS[0]}"`;
    const { stdout, stderr } = await shell("bash", ["--norc", "-c", script], {
      env: { PATH: process.env["PATH"], ...env },
    });

    expect(stdout).toMatch(/^SETTING.*\n0\n$/);
    expect(stderr).toBe("");
  });

  test("a full disk behind it is no success", async () => {
    const script = `"${process.execPath}" "${main}" config show > /dev/full; echo $?`;
    const { stdout, stderr } = await shell("bash", ["--norc", "-c", script], {
      env: { PATH: process.env["PATH"], ...env },
    });

    expect(stdout).toBe("74\n");
    expect(stderr).toContain("ENOSPC");
  });
});

describe("settings", () => {
  test("config show tells value and source of every setting, and no secret", async () => {
    const key = "crpa_admin_not_to_be_seen";
    const { exitCode, stdout } = await runCasare(["config", "show", "--json"], {
      env: { ...env, CASARE_API_KEY: key },
    });

    const { settings } = JSON.parse(stdout) as { settings: { name: string; value: string | null; source: string }[] };
    const byName = new Map(settings.map((setting) => [setting.name, setting]));
    expect(exitCode).toBe(0);
    expect(byName.get("CASARE_PORT")).toMatchObject({ value: env["CASARE_PORT"], source: "env CASARE_PORT" });
    expect(byName.get("CASARE_HOST")).toMatchObject({ value: "127.0.0.1", source: "default" });
    expect(byName.get("CASARE_API_KEY")).toMatchObject({ value: "[secret]" });
    expect(stdout).not.toContain(key);
  });

  test("invalid and unknown settings are all listed, and the exit code is 78", async () => {
    const wrong = { ...env, CASARE_PORT: "many", CASARE_HOOST: "x" };
    const { exitCode, stderr } = await runCasare(["config", "show"], { env: wrong });

    expect(exitCode).toBe(78);
    expect(stderr).toContain("CASARE_PORT");
    expect(stderr).toContain("CASARE_HOST?");
  });

  test("every command refuses invalid settings", async () => {
    const results = await Promise.all(
      [["start"], ["orchestrator"], ["robot"], ["job", "list"]].map((args) =>
        runCasare(args, { env: { ...env, CASARE_PORT: "many" } }),
      ),
    );

    expect(results.map(({ exitCode }) => exitCode)).toEqual([78, 78, 78, 78]);
  });
});

describe("commands that talk to an orchestrator", () => {
  test("without a key they say where one could come from", async () => {
    const { exitCode, stderr } = await runCasare(["job", "list"], { env });

    expect(exitCode).toBe(3);
    expect(stderr).toContain("CASARE_API_KEY_FILE");
  });

  test("a robot without a key says so", async () => {
    const { exitCode, stderr } = await runCasare(["robot"], { env });

    expect(exitCode).toBe(3);
    expect(stderr).toContain("CASARE_ROBOT_KEY_FILE");
  });

  test("when nobody answers they say so", async () => {
    const { exitCode, stdout } = await runCasare(["job", "get", "1", "--json"], {
      env: { ...env, CASARE_API_KEY: "crpa_admin_x" },
    });

    expect(exitCode).toBe(5);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: "ORCHESTRATOR_UNREACHABLE" } });
  });
});

describe("casare doctor", () => {
  test("finds a sound installation sound, and proves that the browser starts", async () => {
    const { exitCode, stdout } = await runCasare(["doctor", "--json"], { env });

    const { healthy, findings } = JSON.parse(stdout) as {
      healthy: boolean;
      findings: { id: string; status: string; detail: string }[];
    };
    const byId = Object.fromEntries(findings.map(({ id, status }) => [id, status]));
    expect(byId).toEqual({
      node: "ok",
      package: "ok",
      settings: "ok",
      home: "ok",
      keys: "warn",
      database: "ok",
      browser: expect.stringMatching(/ok|warn/),
      port: "ok",
      orchestrator: "warn",
    });
    expect(findings.find(({ id }) => id === "browser")?.detail).toMatch(/opened a page in \d+ ms/);
    expect({ exitCode, healthy }).toEqual({ exitCode: 0, healthy: true });
  });

  test("names what is broken, with a remedy, and exits with 1", async () => {
    const home = join(folder.path, "broken");
    await mkdir(home);
    await writeFile(join(home, "credentials.json"), "{", { mode: 0o600 });
    const taken = createServer().listen(0, "127.0.0.1");
    await once(taken, "listening");
    const { port } = taken.address() as { port: number };

    const { exitCode, stdout } = await runCasare(["doctor"], {
      env: {
        CASARE_HOME: home,
        CASARE_PORT: String(port),
        CASARE_CHROMIUM_PATH: "/nonexistent/chromium",
        CASARE_DATABASE_URL: "postgres://nobody:hunter22-secret@127.0.0.1:1/none",
      },
    });
    taken.close();

    expect(exitCode).toBe(1);
    for (const subject of ["keys", "database", "browser", "port"]) {
      expect(stdout).toMatch(new RegExp(`^fail {2}${subject}[^\\n]*\\n[^\\n]*→`, "m"));
    }
    expect(stdout).not.toContain("hunter22-secret");
  });
});
