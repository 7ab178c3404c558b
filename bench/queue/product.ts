/** The product as it is installed: the built areas, typed by their sources. */
import type * as database from "../../src/database/index.ts";
import type * as queue from "../../src/queue/index.ts";

const area = (name: string): string => new URL(`../../dist/${name}/index.js`, import.meta.url).href;

export const { createPostgresQueue, PgQueuerConsumer, PgQueuerProducer, QUEUE_SESSION_SETTINGS } = (await import(
  area("queue")
)) as typeof queue;
export const { migrate, openDatabase, startEmbeddedPostgres } = (await import(area("database"))) as typeof database;
