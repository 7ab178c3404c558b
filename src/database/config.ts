import { z } from "zod";

/** Settings of this area; the URL itself is a setting of the whole product. */
export const databaseConfig = z.object({
  DATABASE_MAX_CONNECTIONS: z.coerce
    .number()
    .int()
    .min(2)
    .max(1_000)
    .default(10)
    .describe("connections one process opens at most; LISTEN takes one more"),
  DATABASE_STATEMENT_TIMEOUT_MS: z.coerce
    .number()
    .int()
    .min(0)
    .default(30_000)
    .describe("milliseconds one statement may take; 0 for no limit"),
  DATABASE_PORT: z.coerce
    .number()
    .int()
    .min(1)
    .max(65_535)
    .optional()
    .describe("port of 127.0.0.1 for the bundled PostgreSQL; without it any free one, kept from start to start"),
});

/** The settings after they were read. */
export type DatabaseConfig = z.output<typeof databaseConfig>;
