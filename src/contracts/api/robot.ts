import { z } from "zod";
import { robotIntent } from "../robot-messages.ts";
import { instant, uuid } from "./identifiers.ts";
import { listOf, listQuery } from "./list.ts";

/** Path of one robot. */
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
/** A robot as the API answers it; `status` is worked out when it is asked for. */
export type RobotDto = z.output<typeof robotDto>;

/** A page of robots, the one registered last first. */
export const robotList = listOf(robotDto);
/** Only the page can be chosen; robots have no filter. */
export const robotListQuery = listQuery;
