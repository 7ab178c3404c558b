import type { RobotDto } from "../../../contracts/index.ts";
import type { RobotRecord } from "../../../persistence/index.ts";
import { robotStatus } from "../../fleet/robot-status.ts";
import type { Services } from "../../services.ts";

export function viewRobot(robot: RobotRecord, { clock, limits }: Pick<Services, "clock" | "limits">): RobotDto {
  return {
    id: robot.id,
    name: robot.name,
    status: robotStatus(robot, clock.now(), limits.robotOfflineMs),
    intent: robot.intent,
    environment: robot.environment,
    capabilities: [...robot.capabilities],
    maxConcurrentJobs: robot.maxConcurrentJobs,
    runningJobs: robot.runningJobs,
    version: robot.version,
    hostname: robot.hostname,
    platform: robot.platform,
    ...(robot.rssBytes !== undefined && { rssBytes: robot.rssBytes }),
    lastSeenAt: robot.lastSeenAt.toISOString(),
    registeredAt: robot.registeredAt.toISOString(),
  };
}
