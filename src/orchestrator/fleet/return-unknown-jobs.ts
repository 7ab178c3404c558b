import type { JobQueue } from "../../queue/index.ts";
import { attemptKey, type FleetParts, type RegisteredRobot } from "./fleet-parts.ts";

/**
 * Gives back jobs that the robot's session holds without the robot knowing, mostly because the answer to its claim was
 * lost with an earlier connection. Its heartbeats would keep their lease alive for ever.
 *
 * @param known attempts that the robot's heartbeat named, as `attemptKey` does.
 */
export async function returnUnknownJobs(
  parts: FleetParts,
  robot: RegisteredRobot,
  known: ReadonlySet<string>,
): Promise<void> {
  const { tenantId, robotId, sessionId } = robot;
  const recentMs = parts.clock.monotonicMs() - parts.settings.leaseMs;
  for await (const job of runningJobs(parts.queue, robot)) {
    const key = attemptKey(job);
    const handedOverMs = robot.handedOver.get(key);
    if (known.has(key) || (handedOverMs !== undefined && handedOverMs > recentMs)) continue;
    const attempts = await parts.queue.attempts(tenantId, job.jobId);
    if (attempts.find((attempt) => attempt.attempt === job.attempt)?.sessionId !== sessionId) continue;
    const outcome = await parts.queue.release(
      { tenantId, jobId: job.jobId, attempt: job.attempt, sessionId },
      // Handed over on this connection, it did arrive, and may have had effects.
      { started: handedOverMs !== undefined, reason: "the robot does not know of the job" },
    );
    robot.handedOver.delete(key);
    parts.log.warn({ robotId, jobId: job.jobId, outcome }, "job given back that its robot does not know of");
  }
}

async function* runningJobs(
  queue: JobQueue,
  robot: RegisteredRobot,
): AsyncGenerator<{ readonly jobId: string; readonly attempt: number }> {
  let cursor: string | undefined;
  do {
    const page = await queue.list(
      robot.tenantId,
      { robotId: robot.robotId, states: ["running"] },
      { limit: 250, ...(cursor !== undefined && { cursor }) },
    );
    for (const job of page.data) yield { jobId: job.id, attempt: job.attempt };
    cursor = page.nextCursor;
  } while (cursor !== undefined);
}
