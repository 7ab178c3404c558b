import type { AppError } from "../../core/errors.ts";
import type { Masker } from "../../core/mask.ts";
import { type Database, openDatabase, startEmbeddedPostgres } from "../../database/index.ts";
import type { Logger } from "../../logging/index.ts";
import { QUEUE_SESSION_SETTINGS } from "../../queue/index.ts";
import type { SettingValues } from "../settings.ts";

export interface ServerDatabase {
  readonly database: Database;
  /** For people: `PostgreSQL on 127.0.0.1:41234 (bundled)`. */
  readonly description: string;
  /** Called once when the bundled server is gone for good although nobody closed it. */
  onLost(listener: (error: AppError) => void): void;
  /** Closes the connections, then the bundled server. */
  close(): Promise<void>;
}

export interface OpenServerDatabaseOptions {
  readonly settings: SettingValues;
  readonly log: Logger;
  /** Learns the password of the bundled server. */
  readonly masker: Masker;
  readonly signal: AbortSignal;
}

/** The database of CASARE_DATABASE_URL, or the bundled PostgreSQL of the home folder. Rejects with DATABASE_…. */
export async function openServerDatabase(options: OpenServerDatabaseOptions): Promise<ServerDatabase> {
  const { settings, log, masker, signal } = options;
  if (settings.DATABASE_URL !== undefined) {
    const database = open(options, settings.DATABASE_URL);
    const { host } = new URL(settings.DATABASE_URL);
    return {
      database,
      description: `PostgreSQL on ${host}`,
      onLost: () => undefined,
      close: () => database.close(),
    };
  }
  const embedded = await startEmbeddedPostgres({
    home: settings.HOME,
    log,
    signal,
    ...(settings.DATABASE_PORT !== undefined && { port: settings.DATABASE_PORT }),
  });
  for (const url of [embedded.url, embedded.adminUrl]) masker.add(new URL(url).password);
  try {
    const database = open(options, embedded.url);
    return {
      database,
      description: `PostgreSQL on 127.0.0.1:${embedded.port} (bundled)`,
      onLost: (listener) => embedded.onExit(listener),
      async close() {
        await database.close();
        await embedded.close();
      },
    };
  } catch (error) {
    await embedded.close();
    throw error;
  }
}

function open({ settings, log }: OpenServerDatabaseOptions, url: string): Database {
  return openDatabase({
    url,
    applicationName: "casare orchestrator",
    maxConnections: settings.DATABASE_MAX_CONNECTIONS,
    statementTimeoutMs: settings.DATABASE_STATEMENT_TIMEOUT_MS,
    sessionSettings: QUEUE_SESSION_SETTINGS,
    onError: (error) => log.warn({ err: error }, "database connection broke"),
  });
}
