import { randomBytes } from "node:crypto";
import { raw } from "sql-template-tag";
import { inject } from "vitest";
import { type Database, type DatabaseOptions, openDatabase } from "../../src/database/index.ts";
import { QUEUE_SESSION_SETTINGS } from "../../src/queue/index.ts";

export interface TestDatabase {
  readonly database: Database;
  /** Of this database, for code that opens its own connections. */
  readonly url: string;
  /** Closes `database` and drops it, whoever is still connected. */
  close(): Promise<void>;
}

/** A fresh database with all migrations, for tests named `x.db.test.ts` and `x.e2e.test.ts`. */
export async function openTestDatabase(options: Omit<DatabaseOptions, "url"> = {}): Promise<TestDatabase> {
  const template = inject("postgresTemplate");
  const adminUrl = inject("postgresUrl");
  const name = `${template}_${randomBytes(6).toString("hex")}`;
  await administrate(adminUrl, `create database ${name} template ${template}`);
  const url = new URL(adminUrl);
  url.pathname = `/${name}`;
  const database = openDatabase({ sessionSettings: QUEUE_SESSION_SETTINGS, ...options, url: url.href });
  return {
    database,
    url: url.href,
    async close() {
      await database.close();
      await administrate(adminUrl, `drop database if exists ${name} with (force)`);
    },
  };
}

async function administrate(url: string, command: string): Promise<void> {
  const admin = openDatabase({ url, maxConnections: 1 });
  try {
    await admin.query(raw(command));
  } finally {
    await admin.close();
  }
}
