/** PostgreSQL: pool, transactions, LISTEN, migrations, and a server of our own. Start at README.md. */
export type { DatabaseConfig } from "./config.ts";
export { databaseConfig } from "./config.ts";
export type { Database, Queryable, Subscription, TransactionOptions } from "./database.ts";
export { describeSchema } from "./describe-schema.ts";
export type { EmbeddedInspection } from "./embedded/inspect-embedded.ts";
export { inspectEmbedded } from "./embedded/inspect-embedded.ts";
export type { EmbeddedPostgres, EmbeddedPostgresOptions, ServerLog } from "./embedded/start-embedded-postgres.ts";
export { startEmbeddedPostgres } from "./embedded/start-embedded-postgres.ts";
export { databaseErrors } from "./errors.ts";
export type { MigrateOptions, MigrateResult } from "./migrate.ts";
export { migrate } from "./migrate.ts";
export type { DatabaseOptions } from "./open-database.ts";
export { openDatabase } from "./open-database.ts";
export { isUniqueViolation } from "./translate-error.ts";
