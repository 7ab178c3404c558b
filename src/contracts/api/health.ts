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
export type HealthDto = z.output<typeof healthDto>;

export const liveness = z.object({ status: z.literal("ok") });
