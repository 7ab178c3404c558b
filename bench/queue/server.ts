/** The PostgreSQL that everybody is measured on, and databases on it. */
import { chmod, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Client } from "pg";
import { openClient } from "./open-client.ts";
import { postmasterOf } from "./proc.ts";
import { startEmbeddedPostgres } from "./product.ts";

export interface Server {
  readonly version: string;
  /** Undefined when it runs on another machine. */
  readonly postmaster: number | undefined;
  /** Makes an empty database, or a copy of another one, and answers its URL. */
  createDatabase(template?: string): Promise<string>;
  /** Also writes everything else to disk, so that what comes next does not pay for it. */
  dropDatabase(url: string): Promise<void>;
  /** Drops all databases of this run and ends the server, if it is ours. */
  close(): Promise<void>;
}

const SETTINGS = {
  fsync: "on",
  synchronous_commit: "on",
  full_page_writes: "on",
  shared_buffers: "1GB",
  effective_cache_size: "12GB",
  work_mem: "16MB",
  maintenance_work_mem: "256MB",
  wal_buffers: "32MB",
  wal_compression: "off",
  max_wal_size: "8GB",
  checkpoint_timeout: "15min",
  autovacuum_naptime: "10s",
  autovacuum_vacuum_cost_delay: "2ms",
  random_page_cost: "1.1",
  jit: "off",
  max_connections: "200",
};

const HOME_PREFIX = "casare-bench-queue-";

export async function openServer(signal: AbortSignal): Promise<Server> {
  const given = process.env["CASARE_BENCH_DATABASE_URL"];
  const own = given ? undefined : await startOwn(signal);
  const url = given || (own?.url ?? "");
  let admin: Client | undefined;
  try {
    admin = await openClient(url);
    const { rows } = await admin.query<{ version: string; pid: number }>(
      "select current_setting('server_version') as version, pg_backend_pid() as pid",
    );
    const connection = admin;
    const databases = createDatabases(connection, url);
    return {
      version: rows[0]?.version ?? "",
      postmaster: await postmasterOf(rows[0]?.pid ?? 0),
      ...databases,
      async close() {
        if (given) await databases.dropAll();
        await connection.end();
        await own?.end();
      },
    };
  } catch (error) {
    await admin?.end().catch(() => undefined);
    await own?.end();
    throw error;
  }
}

async function startOwn(signal: AbortSignal): Promise<{ readonly url: string; end(): Promise<void> }> {
  await removeAbandoned();
  const home = await mkdtemp(join(tmpdir(), `${HOME_PREFIX}${process.pid}-`));
  // PostgreSQL runs as another account when this is root, and must get through.
  await chmod(home, 0o755);
  const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const remove = (): Promise<void> => rm(home, { recursive: true, force: true, maxRetries: 10 });
  try {
    const server = await startEmbeddedPostgres({ home, log: silent, signal, settings: SETTINGS });
    return {
      url: server.adminUrl,
      async end() {
        await server.close();
        await remove();
      },
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

function createDatabases(admin: Client, url: string) {
  const names = new Set<string>();
  let last = 0;
  const drop = async (name: string): Promise<void> => {
    await admin.query(`drop database if exists ${name} with (force)`);
    names.delete(name);
  };
  return {
    async createDatabase(template?: string) {
      const name = `casare_bench_${process.pid}_${++last}`;
      names.add(name);
      await admin.query(`create database ${name}${template ? ` template ${nameOf(template)}` : ""}`);
      const own = new URL(url);
      own.pathname = `/${name}`;
      return own.href;
    },
    dropDatabase: (own: string) => drop(nameOf(own)),
    async dropAll() {
      for (const name of names) await drop(name);
    },
  };
}

function nameOf(url: string): string {
  return new URL(url).pathname.slice(1);
}

/** What runs left behind that were killed before they could clean up. */
async function removeAbandoned(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const owner = name.startsWith(HOME_PREFIX) ? Number(name.slice(HOME_PREFIX.length).split("-")[0]) : Number.NaN;
    if (!Number.isInteger(owner) || isAlive(owner)) continue;
    const home = join(tmpdir(), name);
    const pidFile = join(home, "postgres", "cluster", "data", "postmaster.pid");
    const pid = Number((await readFile(pidFile, "utf8").catch(() => "")).split("\n")[0]);
    const command = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
    if (command.includes(home)) process.kill(pid, "SIGQUIT");
    await rm(home, { recursive: true, force: true }).catch(() => undefined);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
