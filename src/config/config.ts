import os from "node:os";
import path from "node:path";
import { z } from "zod";

/** Settings that belong to no single area. */
export const coreConfig = z.object({
  HOME: z
    .string()
    .min(1)
    .default("~/.casare")
    .transform(resolveHome)
    .describe("folder for everything this installation keeps: database, artifacts, keys, logs"),
  CONFIG: z
    .string()
    .min(1)
    .optional()
    .describe("settings file (JSON); without it config.json in CASARE_HOME, if there"),
  LOG_LEVEL: z
    .enum(["debug", "info", "warn", "error", "silent"])
    .default("info")
    .describe("the least severe log lines that are written"),
  LOG_FORMAT: z
    .enum(["auto", "json", "pretty"])
    .default("auto")
    .describe("json: one JSON object a line; pretty: for people; auto: pretty on a terminal, else json"),
  DATABASE_URL: z
    .string()
    .min(1)
    .optional()
    .meta({ secret: true })
    .describe(
      "PostgreSQL 15 or newer, postgres://user:password@host:port/database; without it the bundled server runs",
    ),
});

/** The settings after they were read; `HOME` is absolute. */
export type CoreConfig = z.output<typeof coreConfig>;

function resolveHome(text: string): string {
  return path.resolve(text.replace(/^~(?=$|[/\\])/, os.homedir()));
}
