import type { Lease } from "../../queue/index.ts";
import type { FleetParts, RegisteredRobot } from "./fleet-parts.ts";

/**
 * The lease in whose name a robot speaks; undefined when it is not the robot's own.
 *
 * A robot that was restarted sends what its former session left behind. The queue fences that by session and attempt;
 * that the session was this robot's, and not guessed by another, has to be seen from the job.
 */
export async function holderOf(
  parts: FleetParts,
  robot: RegisteredRobot,
  token: { readonly sessionId: string; readonly jobId: string; readonly attempt: number },
): Promise<Lease | undefined> {
  const { jobId, attempt, sessionId } = token;
  const lease: Lease = { tenantId: robot.tenantId, jobId, attempt, sessionId };
  if (sessionId === robot.sessionId) return lease;
  const attempts = await parts.queue.attempts(robot.tenantId, jobId);
  const own = attempts.find((entry) => entry.attempt === attempt && entry.sessionId === sessionId);
  return own?.robotId === robot.robotId ? lease : undefined;
}
