import type { RobotRecord, RobotStatus } from "../../persistence/index.ts";

/**
 * What a robot is doing, as far as its last sign of life tells.
 *
 * @param offlineAfterMs milliseconds of silence after which a robot counts as gone although nobody saw it leave.
 */
export function robotStatus(
  record: Pick<RobotRecord, "connected" | "lastSeenAt" | "runningJobs" | "maxConcurrentJobs">,
  now: Date,
  offlineAfterMs: number,
): RobotStatus {
  if (!record.connected || now.getTime() - record.lastSeenAt.getTime() >= offlineAfterMs) return "offline";
  if (record.runningJobs <= 0) return "idle";
  return record.runningJobs < record.maxConcurrentJobs ? "busy" : "full";
}
