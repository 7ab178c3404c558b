import type { PayloadOf } from "../../contracts/index.ts";
import type { FleetParts, RegisteredRobot } from "./fleet-parts.ts";

/** Renews the robot's session, notes the sign of life and tells what the robot must know. */
export async function answerHeartbeat(
  parts: FleetParts,
  robot: RegisteredRobot,
  beat: PayloadOf<"robot.heartbeat">,
): Promise<PayloadOf<"robot.heartbeat-ack">> {
  const { tenantId, robotId, sessionId } = robot;
  const jobs = beat.jobs.map((job) => ({
    jobId: job.jobId,
    attempt: job.attempt,
    ...(job.progress !== undefined && { progress: job.progress }),
    ...(job.progressNote !== undefined && { progressNote: job.progressNote }),
  }));
  const [reply, intent] = await Promise.all([
    parts.queue.renew({ tenantId, sessionId, leaseMs: parts.settings.leaseMs, jobs }),
    parts.robots.touch(tenantId, robotId, {
      runningJobs: beat.jobs.length,
      ...(beat.rssBytes !== undefined && { rssBytes: beat.rssBytes }),
    }),
  ]);
  return { live: reply.live, lost: [...reply.lost], cancelRequested: [...reply.cancelRequested], intent };
}
