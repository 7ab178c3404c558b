import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, chown, mkdir, mkdtemp, open, readFile, rm, stat, writeFile } from "node:fs/promises";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { Client } from "pg";
import sql from "sql-template-tag";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import type { AppError } from "../../core/errors.ts";
import { openDatabase } from "../open-database.ts";
import { inspectEmbedded } from "./inspect-embedded.ts";
import { identifyProcess, readPostmasterPid } from "./postmaster-pid.ts";
import {
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
  startEmbeddedPostgres,
} from "./start-embedded-postgres.ts";

// Servers are started and killed here, some by processes of their own: slow on a busy machine.
vi.setConfig({ testTimeout: 90_000 });

const SOON = { timeout: 20_000, interval: 50 };
const isRoot = process.getuid?.() === 0;
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

let template: string;
let top: string;
let home: string;
const started: EmbeddedPostgres[] = [];
const children: ChildProcess[] = [];

/** A home that has been started and closed once, to be copied: making one takes longer than all the rest. */
beforeAll(async () => {
  template = await mkdtemp(path.join(os.tmpdir(), "casare-template-"));
  await chmod(template, 0o755);
  const server = await startEmbeddedPostgres({
    home: path.join(template, "home"),
    log: silent,
    settings: { fsync: "off" },
  });
  await ask(server.url, sql`create table kept (id int); insert into kept values (1)`);
  await server.close();
});
afterAll(() => rm(template, { recursive: true, force: true }));

beforeEach(async () => {
  top = await mkdtemp(path.join(os.tmpdir(), "casare-embedded-"));
  await chmod(top, 0o755);
  home = path.join(top, "home");
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  await Promise.all(started.splice(0).map((server) => server.close()));
  // What a killed child left running.
  const file = await readPostmasterPid(path.join(home, "postgres", "cluster", "data"));
  if (file !== undefined && (await identifyProcess(file.pid, top)) === "server") process.kill(file.pid, "SIGKILL");
  await rm(top, { recursive: true, force: true, maxRetries: 5 });
});

/** Runs a program of the system and gives its exit code. */
async function run(program: string, ...args: string[]): Promise<number | null> {
  const [code] = (await once(spawn(program, args, { stdio: "ignore" }), "exit")) as [number | null];
  return code;
}

/** Fills `home` with what an earlier run left: a table `kept` with one row. */
async function copyHome(): Promise<string> {
  await run("cp", "-a", path.join(template, "home"), home);
  return path.join(home, "postgres", "cluster", "data");
}

async function start(options: Partial<EmbeddedPostgresOptions> = {}): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({
    home,
    log: silent,
    fallbackRoot: path.join(top, "fallback"),
    settings: { fsync: "off" },
    ...options,
  });
  started.push(server);
  return server;
}

/** What the promise rejects with; undefined when it resolves. */
const caught = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

async function ask<Row>(url: string, statement: ReturnType<typeof sql>): Promise<Row[]> {
  const database = openDatabase({ url, maxConnections: 1 });
  try {
    return await database.query<Row>(statement);
  } finally {
    await database.close();
  }
}

async function pidOf(server: EmbeddedPostgres): Promise<number> {
  return (await readPostmasterPid(server.dataDir))?.pid ?? 0;
}

/** Starts the server in a process of its own, which stays until it is killed, and tells its facts. */
async function startInChild(account: { uid?: number; gid?: number; env?: NodeJS.ProcessEnv } = {}) {
  const area = new URL("../index.ts", import.meta.url).href;
  const script = `
    import { startEmbeddedPostgres } from ${JSON.stringify(area)};
    const log = { info() {}, warn() {}, error() {} };
    const server = await startEmbeddedPostgres({ home: process.env.TEST_HOME, log, settings: { fsync: "off" } });
    process.stdout.write(JSON.stringify({ url: server.url, dataDir: server.dataDir, uid: process.getuid() }) + "\\n");
    process.stdin.on("data", async () => { await server.close(); process.exit(0); });
  `;
  const child = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "-e", script], {
    cwd: fileURLToPath(new URL("../../..", import.meta.url)),
    stdio: ["pipe", "pipe", "inherit"],
    env: { ...process.env, TEST_HOME: home, ...account.env },
    ...(account.uid !== undefined && { uid: account.uid, gid: account.gid ?? account.uid }),
  });
  children.push(child);
  const gone = once(child, "exit").then(() => {
    throw new Error("the child ended instead of starting a server");
  });
  const [chunk] = (await Promise.race([once(child.stdout, "data"), gone])) as [Buffer];
  gone.catch(() => undefined);
  return { child, facts: JSON.parse(chunk.toString()) as { url: string; dataDir: string; uid: number } };
}

describe("a first start", () => {
  test("gives a durable UTF-8 database for a role that is no superuser", async () => {
    const server = await start({ settings: {} });

    const [row] = await ask(
      server.url,
      sql`
      select current_database() as database, current_setting('fsync') as fsync, current_setting('data_checksums') as checksums,
        current_setting('synchronous_commit') as commit, current_setting('server_encoding') as encoding,
        current_setting('listen_addresses') as listens, current_setting('password_encryption') as passwords,
        lower('ÄÉ') as folded, (select rolsuper or rolbypassrls from pg_roles where rolname = current_user) as mighty`,
    );

    expect(row).toEqual({
      database: "casare",
      fsync: "on",
      checksums: "on",
      commit: "on",
      encoding: "UTF8",
      listens: "127.0.0.1",
      passwords: "scram-sha-256",
      folded: "äé",
      mighty: false,
    });
    expect(server.adopted).toBe(false);
    const account = isRoot ? 65_534 : process.getuid?.();
    expect([(await stat(server.dataDir)).uid, (await stat(`/proc/${await pidOf(server)}`)).uid]).toEqual([
      account,
      account,
    ]);
  });

  test("keeps passwords where only this account can read them, insists on them, and logs no values", async () => {
    await copyHome();
    const server = await start();
    const credentials = path.join(home, "postgres", "cluster", "credentials.json");
    const wrong = Object.assign(new URL(server.url), { password: "wrong" }).href;
    await ask(server.url, sql`create table secret (value text primary key); insert into secret values ('hunter2')`);

    await expect(ask(wrong, sql`select 1`)).rejects.toMatchObject({ code: "DATABASE_REFUSED" });
    await expect(ask(server.url, sql`insert into secret values ('hunter2')`)).rejects.toThrow("23505");
    await expect(ask(server.url, sql`select 'hunter2'::int`)).rejects.toThrow("22P02");

    expect((await stat(credentials)).mode & 0o777).toBe(0o600);
    expect(await readFile(path.join(home, "postgres", "server.log"), "utf8")).not.toContain("hunter2");
  });

  test("can be aborted, and leaves no process", async () => {
    const stop = new AbortController();
    const outcome = caught(start({ signal: stop.signal }));
    stop.abort(new Error("changed my mind"));

    expect(await outcome).toMatchObject({ code: "CORE_ABORTED" });
    expect(await inspectEmbedded(home)).toMatchObject({ server: { state: "stopped" } });
  });
});

describe("a later start", () => {
  test("finds the data on the same port", async () => {
    await copyHome();
    const first = await start();
    await first.close();

    const second = await start();

    expect([second.port, second.adopted]).toEqual([first.port, false]);
    expect(await ask(second.url, sql`select * from kept`)).toEqual([{ id: 1 }]);
  });

  test("takes another port when somebody has taken the remembered one, but not when it was told one", async () => {
    const port = Number(await readFile(path.join(await copyHome(), "..", "port"), "utf8"));
    const other = net.createServer().listen(port, "127.0.0.1");
    await once(other, "listening");

    await expect(start({ port })).rejects.toMatchObject({ code: "DATABASE_PORT_IN_USE" });
    const second = await start();

    expect(second.port).not.toBe(port);
    other.close();
  });

  test("recovers after everything was killed, also when a stranger has the process id now", async () => {
    await copyHome();
    const { child, facts } = await startInChild();
    const pid = (await readPostmasterPid(facts.dataDir))?.pid ?? 0;
    await ask(facts.url, sql`insert into kept values (2)`);
    child.kill("SIGKILL");
    process.kill(pid, "SIGKILL");
    await expect.poll(() => identifyProcess(pid, facts.dataDir), SOON).toBe("nothing");
    const pidFile = path.join(facts.dataDir, "postmaster.pid");
    const text = await readFile(pidFile, "utf8");
    await writeFile(pidFile, text.replace(String(pid), String(process.pid)));

    const server = await start();

    expect(server.adopted).toBe(false);
    expect(await ask(server.url, sql`select * from kept`)).toEqual([{ id: 1 }, { id: 2 }]);
  });
});

describe("supervision", () => {
  test("a killed server comes back with its data, on the same port", async () => {
    await copyHome();
    const server = await start({ settings: {} });
    const database = openDatabase({ url: server.url });
    await database.query(sql`insert into kept values (2)`);

    process.kill(await pidOf(server), "SIGKILL");

    await expect
      .poll(() => database.query(sql`select * from kept`).catch(() => undefined), SOON)
      .toEqual([{ id: 1 }, { id: 2 }]);
    await database.close();
  });

  test("losing only its own session does not disturb the server", async () => {
    await copyHome();
    const server = await start();
    const pid = await pidOf(server);

    await ask(
      server.adminUrl,
      sql`
      select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'casare supervisor'`,
    );

    await expect
      .poll(
        () =>
          ask(
            server.url,
            sql`
      select 1 as held from pg_locks where locktype = 'advisory'`,
          ),
        SOON,
      )
      .toHaveLength(1);
    expect(await pidOf(server)).toBe(pid);
  });

  test("tells when the server is gone for good", async () => {
    await copyHome();
    const server = await start();
    const gone = new Promise<AppError>((resolve) => {
      server.onExit(resolve);
    });

    await writeFile(path.join(server.dataDir, "global", "pg_control"), Buffer.alloc(8_192));
    process.kill(await pidOf(server), "SIGKILL");

    expect(await gone).toMatchObject({ code: "DATABASE_CORRUPT" });
    const again: AppError[] = [];
    server.onExit((error) => again.push(error));
    expect(again).toHaveLength(1);
  });

  test("close ends the server, and may be called twice", async () => {
    await copyHome();
    const server = await start();
    const pid = await pidOf(server);
    const client = new Client(server.url);
    client.on("error", () => undefined);
    await client.connect();

    await Promise.all([server.close(), server.close()]);

    expect(await identifyProcess(pid, server.dataDir)).toBe("nothing");
    expect(await readPostmasterPid(server.dataDir)).toBeUndefined();
  });
});

describe("more than one process", () => {
  test("of two starts at once, one runs the server and the other is told", async () => {
    const outcomes = await Promise.allSettled([start(), start()]);

    const failures = outcomes.filter((outcome) => outcome.status === "rejected");
    expect(failures.map(({ reason }) => (reason as AppError).code)).toEqual(["DATABASE_IN_USE"]);
    expect(await ask(started[0]?.url ?? "", sql`select 1 as one`)).toEqual([{ one: 1 }]);
  });

  test("a server that outlived its killed process is adopted with its data", async () => {
    await copyHome();
    const { child, facts } = await startInChild();
    const exited = once(child, "exit");
    child.kill("SIGKILL");
    await exited;

    const server = await start();

    expect(server.adopted).toBe(true);
    expect(server.url).toBe(facts.url);
    expect(await ask(server.url, sql`select * from kept`)).toEqual([{ id: 1 }]);
  });

  test("while its process lives, the server is not taken over; and Ctrl-C does not reach it", async () => {
    await copyHome();
    const { facts } = await startInChild();

    await expect(start()).rejects.toMatchObject({ code: "DATABASE_IN_USE" });

    expect(await ask(facts.url, sql`select 1 as one`)).toEqual([{ one: 1 }]);
    const pid = (await readPostmasterPid(facts.dataDir))?.pid;
    const [, afterName = ""] = (await readFile(`/proc/${pid}/stat`, "utf8")).split(") ");
    const [, , processGroup, session] = afterName.split(" ").map(Number);
    expect([processGroup, session]).toEqual([pid, pid]);
  });

  test("a surviving server that is wedged is replaced", async () => {
    await copyHome();
    const { child, facts } = await startInChild();
    const wedged = (await readPostmasterPid(facts.dataDir))?.pid ?? 0;
    process.kill(wedged, "SIGSTOP");
    child.kill("SIGKILL");

    const server = await start({ wedgedAfterMs: 500 });

    expect(server.adopted).toBe(false);
    expect(await pidOf(server)).not.toBe(wedged);
    expect(await ask(server.url, sql`select 1 as one`)).toEqual([{ one: 1 }]);
  });
});

describe("accounts", () => {
  test.skipIf(!isRoot)("an ordinary account runs it as itself, under its own home", async () => {
    const uid = 12_345;
    const userHome = path.join(top, "user");
    await mkdir(userHome, { mode: 0o700 });
    await chown(userHome, uid, uid);
    home = path.join(userHome, ".casare");
    const { child, facts } = await startInChild({ uid, env: { HOME: userHome, TMPDIR: userHome } });

    expect(await ask(facts.url, sql`select 1 as one`)).toEqual([{ one: 1 }]);

    expect(facts).toMatchObject({ uid, dataDir: path.join(home, "postgres", "cluster", "data") });
    expect((await stat(facts.dataDir)).uid).toBe(uid);
    expect((await stat(home)).mode & 0o077).toBe(0);
    const exited = once(child, "exit");
    child.stdin?.write("stop\n");
    expect(await exited).toEqual([0, null]);
  });

  test.skipIf(!isRoot)("root goes on with the data of an ordinary account as that account", async () => {
    const dataDir = await copyHome();
    await run("chown", "-R", "12345:12345", dataDir);

    const server = await start();

    expect((await stat(`/proc/${await pidOf(server)}`)).uid).toBe(12_345);
  });

  test.skipIf(!isRoot)("root's data goes elsewhere when nobody cannot reach home, and is found again", async () => {
    await mkdir(home, { mode: 0o700 });
    const first = await start();
    await first.close();
    const pointer = JSON.parse(await readFile(path.join(home, "postgres", "location.json"), "utf8")) as unknown;

    await chmod(home, 0o755);
    const second = await start();
    await second.close();

    expect(first.dataDir.startsWith(path.join(top, "fallback"))).toBe(true);
    expect(pointer).toEqual({ rootDir: path.dirname(path.dirname(first.dataDir)) });
    expect(second.dataDir).toBe(first.dataDir);

    // A pointer to a folder that is gone is an error, and not an empty database.
    await rm(path.join(top, "fallback"), { recursive: true });
    await expect(start()).rejects.toMatchObject({ code: "DATABASE_DATA_MISSING" });
    expect(await inspectEmbedded(home)).toMatchObject({ data: { state: "gone" } });
  });

  test.skipIf(!isRoot)(
    "of two first starts that go elsewhere, one runs the server; a new home finds no old data",
    async () => {
      await mkdir(home, { mode: 0o700 });
      const outcomes = await Promise.allSettled([start(), start()]);
      const failures = outcomes.filter((outcome) => outcome.status === "rejected");
      expect(failures.map(({ reason }) => (reason as AppError).code)).toEqual(["DATABASE_IN_USE"]);
      const [first] = started;
      await ask(first?.url ?? "", sql`create table kept (id int)`);
      await first?.close();
      await rm(home, { recursive: true });
      await mkdir(home, { mode: 0o700 });

      const second = await start();

      expect(await ask(second.url, sql`select to_regclass('kept') as kept`)).toEqual([{ kept: null }]);
    },
  );
});

describe("what can be wrong", () => {
  test.each([
    { damage: "a lost control file", act: (dir: string) => rm(path.join(dir, "global", "pg_control")) },
    { damage: "a broken control file", act: (dir: string) => writeFile(path.join(dir, "global", "pg_control"), "x") },
    { damage: "a lost version file", act: (dir: string) => rm(path.join(dir, "PG_VERSION")) },
    { damage: "lost logs of changes", act: (dir: string) => rm(path.join(dir, "pg_wal"), { recursive: true }) },
  ])("$damage is reported as damage, with what to do", async ({ act }) => {
    await act(await copyHome());

    await expect(start()).rejects.toMatchObject({
      code: "DATABASE_CORRUPT",
      message: expect.stringContaining("restore a backup"),
    });
  });

  test("data of another major version is refused before anything is touched", async () => {
    await writeFile(path.join(await copyHome(), "PG_VERSION"), "14\n");

    await expect(start()).rejects.toMatchObject({
      code: "DATABASE_START_FAILED",
      message: expect.stringContaining("PostgreSQL 14"),
    });
  });

  test("lost passwords are named", async () => {
    await copyHome();
    await rm(path.join(home, "postgres", "cluster", "credentials.json"));

    await expect(start()).rejects.toMatchObject({
      code: "DATABASE_START_FAILED",
      message: expect.stringContaining("credentials.json"),
    });
  });

  test("a setting that the server refuses is shown with its words", async () => {
    await copyHome();

    await expect(start({ settings: { shared_buffers: "nonsense" } })).rejects.toMatchObject({
      code: "DATABASE_START_FAILED",
      message: expect.stringContaining("shared_buffers"),
    });
  });

  test("a full disk is said in one clear sentence", async (context) => {
    const disk = path.join(top, "disk");
    await mkdir(disk);
    const isMounted = (await run("mount", "-t", "tmpfs", "-o", "size=20m,mode=755", "tmpfs", disk)) === 0;
    if (!isMounted) context.skip("needs the right to mount");
    try {
      await expect(start({ home: path.join(disk, "home") })).rejects.toMatchObject({ code: "DATABASE_FULL" });
    } finally {
      await run("umount", disk);
    }
  });

  test("a home that is a file", async () => {
    await (await open(home, "w")).close();

    await expect(start()).rejects.toMatchObject({ code: "DATABASE_START_FAILED" });
  });
});

describe("inspectEmbedded", () => {
  test("tells what is there, before, while and after it runs", async () => {
    expect(await inspectEmbedded(home)).toMatchObject({
      program: { state: "found", version: expect.stringMatching(/^18\./) },
      data: { state: "none" },
      server: { state: "stopped" },
      freeDiskBytes: expect.any(Number),
    });
    await copyHome();
    const server = await start();
    expect(await inspectEmbedded(home)).toMatchObject({
      data: { state: "present", version: "18" },
      server: { state: "running", port: server.port },
    });
    await server.close();

    const controlFile = path.join(server.dataDir, "global", "pg_control");
    const control = await readFile(controlFile);
    await writeFile(controlFile, Buffer.alloc(control.length, 0xa5));
    expect(await inspectEmbedded(home)).toMatchObject({
      data: { state: "damaged", reason: expect.stringContaining("pg_control") },
    });
    await writeFile(controlFile, control);
    await writeFile(path.join(server.dataDir, "PG_VERSION"), "junk");
    expect(await inspectEmbedded(home)).toMatchObject({
      data: { state: "damaged", reason: expect.stringContaining("PG_VERSION") },
    });

    await rm(path.join(server.dataDir, "PG_VERSION"));

    expect(await inspectEmbedded(home)).toMatchObject({ data: { state: "damaged" }, server: { state: "stopped" } });
  });
});
