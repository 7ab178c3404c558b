import type { PayloadOf } from "../../contracts/index.ts";
import type { FailOutcome, JobFailure, Lease, SettleOutcome } from "../../queue/index.ts";
import { attemptKey, type FleetParts, type RegisteredRobot } from "./fleet-parts.ts";
import { holderOf } from "./holder.ts";
import { type AttemptEnd, endEvent, endOfOutcome } from "./lifecycle-events.ts";

type Ack = PayloadOf<"ack">;

/** Records a success, then tells it. */
export async function completeJob(
  parts: FleetParts,
  robot: RegisteredRobot,
  message: PayloadOf<"job.complete">,
): Promise<Ack> {
  const lease = await holderOf(parts, robot, message);
  if (lease === undefined) return { outcome: "lost" };
  const outcome = await parts.queue.complete(lease, message.result);
  return conclude(parts, robot, { lease, outcome, end: { kind: "completed" } });
}

/** Records a failure, then tells what the queue made of it. */
export async function failJob(parts: FleetParts, robot: RegisteredRobot, message: PayloadOf<"job.fail">): Promise<Ack> {
  const lease = await holderOf(parts, robot, message);
  if (lease === undefined) return { outcome: "lost" };
  const failure = failureOf(message);
  const outcome = await parts.queue.fail(lease, failure);
  if (outcome.kind === "lost") return conclude(parts, robot, { lease, outcome: "lost" });
  const end = await endOf(parts, { lease, outcome, failure });
  return conclude(parts, robot, {
    lease,
    outcome: outcome.kind === "duplicate" ? "duplicate" : "recorded",
    ...(end && { end }),
  });
}

/** Gives the job back, then tells it. */
export async function releaseJob(
  parts: FleetParts,
  robot: RegisteredRobot,
  message: PayloadOf<"job.release">,
): Promise<Ack> {
  const lease = await holderOf(parts, robot, message);
  if (lease === undefined) return { outcome: "lost" };
  const outcome = await parts.queue.release(lease, { started: message.started, reason: message.reason });
  const end = await endOfRelease(parts, lease, message.reason);
  return conclude(parts, robot, { lease, outcome, end });
}

/** A job that was to be stopped anyway, or has no attempts left, ends with its release. */
async function endOfRelease(parts: FleetParts, lease: Lease, reason: string): Promise<AttemptEnd> {
  const job = await parts.queue.get(lease.tenantId, lease.jobId);
  if (job?.attempt !== lease.attempt || job.error === undefined) return { kind: "released", reason };
  const { state, error } = job;
  return state === "failed" || state === "cancelled" || state === "timed_out"
    ? { kind: state, error }
    : { kind: "released", reason };
}

function failureOf({ error }: PayloadOf<"job.fail">): JobFailure {
  const { details, ...failure } = error;
  return { ...failure, ...(details && { details }) };
}

async function endOf(
  parts: FleetParts,
  { lease, outcome, failure }: { lease: Lease; outcome: Exclude<FailOutcome, { kind: "lost" }>; failure: JobFailure },
): Promise<AttemptEnd | undefined> {
  if (outcome.kind === "retry") return { kind: "retrying", runAt: outcome.runAt, error: failure };
  if (outcome.kind === "ended") return { kind: outcome.state, error: failure };
  // Said before: perhaps by an orchestrator that died before it told, so it is told again from the record.
  const attempts = await parts.queue.attempts(lease.tenantId, lease.jobId);
  const own = attempts.find((attempt) => attempt.attempt === lease.attempt);
  return own && endOfOutcome(own.outcome, own.error ?? failure);
}

async function conclude(
  parts: FleetParts,
  robot: RegisteredRobot,
  { lease, outcome, end }: { lease: Lease; outcome: SettleOutcome; end?: AttemptEnd },
): Promise<Ack> {
  robot.handedOver.delete(attemptKey(lease));
  if (outcome !== "lost" && end !== undefined) {
    await parts.events.append(robot.tenantId, [endEvent({ lease, robotId: robot.robotId }, end)]);
  }
  const { jobId, attempt } = lease;
  parts.log.info({ jobId, attempt, robotId: robot.robotId, end: end?.kind, outcome }, "attempt settled");
  return { outcome };
}
