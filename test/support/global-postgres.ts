import { randomBytes } from "node:crypto";
import { chmod, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import sql, { raw } from "sql-template-tag";
import type { TestProject } from "vitest/node";
import { migrate, openDatabase, startEmbeddedPostgres } from "../../src/database/index.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** A server where the user may create databases; its database is for administration only. */
    postgresUrl: string;
    /** The database with all migrations that tests clone. */
    postgresTemplate: string;
  }
}

const HOME_PREFIX = "casare-test-postgres-";

/** One PostgreSQL for the whole run, with a migrated template; `CASARE_TEST_DATABASE_URL` names another server. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startServer();
  const template = `casare_template_${randomBytes(6).toString("hex")}`;
  try {
    await makeTemplate(server.url, template);
  } catch (error) {
    await server.close();
    throw error;
  }
  project.provide("postgresUrl", server.url);
  project.provide("postgresTemplate", template);
  return async () => {
    await dropDatabasesOf(server.url, template);
    await server.close();
  };
}

interface TestServer {
  readonly url: string;
  close(): Promise<void>;
}

async function startServer(): Promise<TestServer> {
  const given = process.env["CASARE_TEST_DATABASE_URL"];
  if (given) return { url: given, close: async () => undefined };
  await removeAbandoned();
  const home = await mkdtemp(path.join(os.tmpdir(), `${HOME_PREFIX}${process.pid}-`));
  // The server runs as another account when this is root, and must get through.
  await chmod(home, 0o711);
  const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const server = await startEmbeddedPostgres({
    home,
    log: silent,
    settings: {
      fsync: "off",
      synchronous_commit: "off",
      full_page_writes: "off",
      max_connections: "200",
      // A database cannot be dropped by its owner while the server's own vacuum works in it.
      autovacuum_naptime: "1h",
    },
  });
  const admin = openDatabase({ url: server.adminUrl, maxConnections: 1 });
  await admin.query(sql`alter role casare createdb`);
  await admin.close();
  return {
    url: server.url,
    async close() {
      await server.close();
      await rm(home, { recursive: true, force: true });
    },
  };
}

async function makeTemplate(url: string, template: string): Promise<void> {
  const admin = openDatabase({ url, maxConnections: 1 });
  try {
    await admin.query(raw(`create database ${template}`));
  } finally {
    await admin.close();
  }
  const database = openDatabase({ url: withDatabase(url, template), maxConnections: 1 });
  try {
    await migrate(database);
  } finally {
    await database.close();
  }
}

async function dropDatabasesOf(url: string, template: string): Promise<void> {
  const admin = openDatabase({ url, maxConnections: 1 });
  try {
    const leftovers = await admin.query<{ datname: string }>(
      sql`select datname from pg_database where datname like ${`${template}%`}`,
    );
    for (const { datname } of leftovers) await admin.query(raw(`drop database if exists ${datname} with (force)`));
  } finally {
    await admin.close();
  }
}

/** The same server, another database. */
export function withDatabase(url: string, database: string): string {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  return changed.href;
}

/** Ends the servers of runs that were killed before they could clean up. */
async function removeAbandoned(): Promise<void> {
  for (const name of await readdir(os.tmpdir())) {
    const owner = Number(name.startsWith(HOME_PREFIX) ? name.slice(HOME_PREFIX.length).split("-")[0] : Number.NaN);
    if (!Number.isInteger(owner) || isAlive(owner)) continue;
    const home = path.join(os.tmpdir(), name);
    const pidFile = path.join(home, "postgres", "cluster", "data", "postmaster.pid");
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
