import { type ClientBase, type ClientConfig, types } from "pg";
import { databaseErrors } from "./errors.ts";

/** What every connection of one `Database` shares. */
export interface SessionPlan {
  readonly config: ClientConfig;
  readonly settings: Readonly<Record<string, string>>;
}

export interface ConnectionOptions {
  readonly url: string;
  readonly applicationName: string;
  readonly connectTimeoutMs: number;
  readonly statementTimeoutMs: number;
  readonly idleInTransactionTimeoutMs: number;
  readonly sessionSettings: Readonly<Record<string, string>>;
}

/** Rejects with DATABASE_URL_INVALID; the URL itself never gets into a message, because it holds the password. */
export function planSessions(options: ConnectionOptions): SessionPlan {
  checkUrl(options.url);
  return {
    config: {
      connectionString: options.url,
      application_name: options.applicationName,
      connectionTimeoutMillis: options.connectTimeoutMs,
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
      types: { getTypeParser: getTypeParser as typeof types.getTypeParser },
    },
    settings: {
      TimeZone: "UTC",
      statement_timeout: String(options.statementTimeoutMs),
      idle_in_transaction_session_timeout: String(options.idleInTransactionTimeoutMs),
      ...options.sessionSettings,
    },
  };
}

/**
 * Sets the session up; to be called once on each new connection.
 *
 * A statement and not start-up parameters, which connection poolers such as PgBouncer refuse.
 */
export async function setUpSession(client: ClientBase, plan: SessionPlan): Promise<void> {
  const names = Object.keys(plan.settings);
  const calls = names.map((_, index) => `set_config($${index * 2 + 1}, $${index * 2 + 2}, false)`);
  await client.query(
    `select ${calls.join(", ")}`,
    names.flatMap((name) => [name, plan.settings[name]]),
  );
}

/** PostgreSQL's `date` stays text: the driver would make it midnight in the machine's own time zone. */
function getTypeParser(oid: Parameters<typeof types.getTypeParser>[0], format?: "text" | "binary"): unknown {
  if (oid === types.builtins.DATE) return (text: string) => text;
  return types.getTypeParser(oid, format ?? "text");
}

function checkUrl(url: string): void {
  if (url.startsWith("/")) return;
  if (!URL.canParse(url)) throw databaseErrors.DATABASE_URL_INVALID({ problem: "cannot be read" });
  const { protocol } = new URL(url);
  if (protocol !== "postgres:" && protocol !== "postgresql:") {
    throw databaseErrors.DATABASE_URL_INVALID({ problem: `has the scheme ${protocol.slice(0, -1)}` });
  }
}
