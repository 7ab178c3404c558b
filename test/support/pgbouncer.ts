import { spawn } from "node:child_process";
import { once } from "node:events";
import { access, chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import sql from "sql-template-tag";
import { openDatabase } from "../../src/database/index.ts";
import { findFreePort } from "./processes.ts";

/** A PgBouncer in transaction mode before a database. */
export interface PgBouncer {
  readonly url: string;
  close(): Promise<void>;
}

/** Account without rights: PgBouncer refuses to run as root. */
const NOBODY = 65_534;
const START_MS = 10_000;

/** Starts a PgBouncer in front of a database, with fewer connections to it than it takes from clients. */
export async function startPgBouncer(program: string, databaseUrl: string): Promise<PgBouncer> {
  const folder = await mkdtemp(join(tmpdir(), "casare-pgbouncer-"));
  const port = await findFreePort();
  const target = new URL(databaseUrl);
  const name = target.pathname.slice(1);
  const account = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
  const file = join(folder, "pgbouncer.ini");
  await chmod(folder, 0o755);
  await writeFile(
    file,
    [
      "[databases]",
      `${name} = host=${target.hostname} port=${target.port} user=${target.username} password='${decodeURIComponent(target.password)}'`,
      "[pgbouncer]",
      `listen_addr = 127.0.0.1\nlisten_port = ${port}\nunix_socket_dir =`,
      "auth_type = any\npool_mode = transaction\ndefault_pool_size = 4\nmax_client_conn = 200\nlogfile =\npidfile =",
    ].join("\n"),
    { mode: 0o644 },
  );
  const child = spawn(program, ["-q", file], { stdio: "ignore", ...account });
  const ended = once(child, "exit");
  const url = new URL(databaseUrl);
  url.hostname = "127.0.0.1";
  url.port = String(port);
  await untilReady(url.href);
  return {
    url: url.href,
    async close() {
      child.kill("SIGKILL");
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Path of the program; undefined where it is not installed (Debian: package `pgbouncer`). */
export async function findPgBouncer(): Promise<string | undefined> {
  for (const folder of [...(process.env["PATH"] ?? "").split(delimiter), "/usr/sbin", "/usr/local/sbin"]) {
    const path = join(folder, "pgbouncer");
    const isThere = await access(path).then(
      () => true,
      () => false,
    );
    if (isThere) return path;
  }
  return undefined;
}

async function untilReady(url: string): Promise<void> {
  const database = openDatabase({ url, maxConnections: 1, preparedStatements: false });
  const lastMs = performance.now() + START_MS;
  try {
    for (;;) {
      try {
        await database.query(sql`select 1`);
        return;
      } catch (error) {
        if (performance.now() > lastMs) throw error;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
  } finally {
    await database.close();
  }
}
