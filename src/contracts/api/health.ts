import { z } from "zod";
import { instant } from "./identifiers.ts";

/** Tells little on purpose: anybody may ask. */
export const healthDto = z
  .object({
    status: z.enum(["ok", "unavailable"]),
    version: z.string(),
    uptimeSeconds: z.int(),
    database: z.enum(["up", "down"]),
    migrations: z.enum(["done", "pending", "unknown"]),
    at: instant,
  })
  .meta({ id: "Health" });
/** Health as answered; `ok` needs the database up and all migrations done. */
export type HealthDto = z.output<typeof healthDto>;

/** Says only that the process answers; the database is not asked. */
export const liveness = z.object({ status: z.literal("ok") });
