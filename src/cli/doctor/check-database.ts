import sql from "sql-template-tag";
import { messageOf } from "../../core/errors.ts";
import { inspectEmbedded, openDatabase } from "../../database/index.ts";
import { type Diagnosis, fail, ok, warn } from "./finding.ts";

const OLDEST_POSTGRES = 15;

/** Does the configured PostgreSQL answer, and is it new enough? @param url may hold a password, which is not shown. */
export async function checkExternalDatabase(url: string): Promise<Diagnosis> {
  let database: ReturnType<typeof openDatabase> | undefined;
  try {
    database = openDatabase({ url, maxConnections: 1, connectTimeoutMs: 5_000, statementTimeoutMs: 5_000 });
    const [row] = await database.query<{ version: string; number: number }>(
      sql`select current_setting('server_version') as version, current_setting('server_version_num')::int as number`,
    );
    const detail = `PostgreSQL ${row?.version ?? "of unknown version"} on ${new URL(url).host} answers`;
    if ((row?.number ?? 0) >= OLDEST_POSTGRES * 10_000) return ok(detail);
    return fail(detail, `PostgreSQL ${OLDEST_POSTGRES} or newer is needed`);
  } catch (error) {
    return fail(
      messageOf(error),
      "check CASARE_DATABASE_URL, and that the server is running and can be reached from here",
    );
  } finally {
    await database?.close();
  }
}

/** Is the bundled PostgreSQL there, and is its data well? Starts nothing. */
export async function checkEmbeddedDatabase(home: string): Promise<Diagnosis> {
  const { program, data, server, platform } = await inspectEmbedded(home);
  if (program.state === "missing") {
    return fail(
      `no bundled PostgreSQL for ${platform}: ${program.reason}`,
      "install with optional dependencies, or set CASARE_DATABASE_URL to a PostgreSQL server",
    );
  }
  const version = `PostgreSQL ${program.version} (bundled)`;
  switch (data.state) {
    case "none":
      return ok(`${version}, no data yet`);
    case "gone":
    case "damaged":
    case "unreadable":
      return fail(
        `${version}, data folder ${data.path}: ${data.reason}`,
        "restore a backup, or move the folder away to start with an empty database",
      );
    case "present":
      break;
  }
  if (server.state === "silent") {
    return warn(
      `${version}, process ${server.pid} on port ${server.port} does not answer`,
      'the next "casare start" replaces it; look into the log in the data folder if that fails',
    );
  }
  const state = server.state === "running" ? `running on port ${server.port}, process ${server.pid}` : "stopped";
  return ok(`${version}, ${state}, data in ${data.path}`);
}
