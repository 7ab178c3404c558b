import type { PayloadOf } from "../../contracts/index.ts";
import { fleetErrors } from "./errors.ts";
import { type FleetParts, type RegisteredRobot } from "./fleet-parts.ts";
import { holderOf } from "./holder.ts";

/** What a robot may report; the story of the job itself (`job.…`, `robot.…`) is told by the orchestrator. */
const REPORTED = /^(run|node|browser|outbox)\.[a-z.-]+$|^(log|progress|artifact)$/;

/**
 * Stores events of a run if the robot still holds the job; they are durable when this resolves.
 *
 * Rejects with FLEET_EVENT_REFUSED for types that only the orchestrator may use.
 */
export async function ingestEvents(
  parts: FleetParts,
  robot: RegisteredRobot,
  message: PayloadOf<"job.events">,
): Promise<PayloadOf<"ack">> {
  const refused = message.events.find((event) => !REPORTED.test(event.type));
  if (refused !== undefined) throw fleetErrors.FLEET_EVENT_REFUSED({ type: refused.type });
  const lease = await holderOf(parts, robot, message);
  if (lease === undefined || !(await parts.queue.holds(lease))) return { outcome: "lost" };
  await parts.events.append(
    robot.tenantId,
    message.events.map((event) => ({
      type: event.type,
      at: new Date(event.at),
      jobId: message.jobId,
      attempt: message.attempt,
      robotId: robot.robotId,
      sourceSeq: event.seq,
      data: event.data,
    })),
  );
  return { outcome: "recorded" };
}
