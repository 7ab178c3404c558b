import { z } from "zod";
import { robotIntent } from "../robot-messages.ts";
import { instant, uuid } from "./identifiers.ts";
import { listOf, listQuery } from "./list.ts";

export const robotParams = z.object({ robotId: uuid });
const robotStatus = z.enum(["offline", "idle", "busy", "full"]);

/** A robot; `status` is what it does, `intent` is what people want of it. */
export const robotDto = z
  .object({
    id: uuid,
    name: z.string(),
    status: robotStatus,
    intent: robotIntent,
    environment: z.string(),
    capabilities: z.array(z.string()),
    maxConcurrentJobs: z.int(),
    runningJobs: z.int(),
    version: z.string(),
    hostname: z.string(),
    platform: z.string(),
    rssBytes: z.number().optional(),
    lastSeenAt: instant,
    registeredAt: instant,
  })
  .meta({ id: "Robot" });
export type RobotDto = z.output<typeof robotDto>;

export const robotList = listOf(robotDto);
export const robotListQuery = listQuery;
