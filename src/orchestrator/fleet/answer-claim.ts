import type { PayloadOf } from "../../contracts/index.ts";
import { type AppError, messageOf } from "../../core/errors.ts";
import { jsonSizeBytes } from "../../core/json.ts";
import type { ClaimedJob } from "../../queue/index.ts";
import { fleetErrors } from "./errors.ts";
import { attemptKey, type FleetParts, type RegisteredRobot } from "./fleet-parts.ts";
import { workflowJobPayload } from "./job-payload.ts";
import { claimedEvent, endEvent } from "./lifecycle-events.ts";

type JobOffer = PayloadOf<"job.claimed">["jobs"][number];

type Prepared =
  | { readonly kind: "ready"; readonly job: ClaimedJob; readonly offer: JobOffer; readonly sizeBytes: number }
  | { readonly kind: "broken"; readonly job: ClaimedJob; readonly error: AppError };

/**
 * Claims jobs for the robot and hands them over with `deliver`.
 *
 * Whatever cannot be handed over does not stay claimed: a job whose workflow is missing fails for good, all others are
 * given back unharmed at once.
 *
 * @param deliver true once the answer was handed to the connection.
 * @returns whether the robot has slots left that could not be filled.
 */
export async function answerClaim(
  parts: FleetParts,
  robot: RegisteredRobot,
  request: { readonly limit: number; readonly deliver: (answer: PayloadOf<"job.claimed">) => Promise<boolean> },
): Promise<{ readonly hungry: boolean }> {
  const { tenantId, sessionId, environment, capabilities } = robot;
  const { limit } = request;
  const claimed = await parts.queue.claim({ tenantId, sessionId, environment, capabilities, limit });
  let undelivered: readonly ClaimedJob[] = claimed;
  try {
    const prepared = await Promise.all(claimed.map((job) => prepareOffer(parts, job)));
    for (const item of prepared) if (item.kind === "broken") await failBroken(parts, robot, item);
    const fitting = fitAnswer(
      prepared.filter((item) => item.kind === "ready"),
      parts.settings.maxAnswerBytes,
    );
    await tellClaimed(parts, robot, fitting);
    for (const { job } of fitting) robot.handedOver.set(attemptKey(job), parts.clock.monotonicMs());
    const broken = new Set(prepared.filter((item) => item.kind === "broken").map((item) => item.job));
    undelivered = claimed.filter((job) => !broken.has(job));
    if (await request.deliver({ jobs: fitting.map((item) => item.offer) })) {
      const delivered = new Set(fitting.map((item) => item.job));
      undelivered = undelivered.filter((job) => !delivered.has(job));
    }
    return { hungry: claimed.length < limit };
  } finally {
    await giveBack(parts, robot, undelivered);
  }
}

async function prepareOffer(parts: FleetParts, job: ClaimedJob): Promise<Prepared> {
  const payload = workflowJobPayload.safeParse(job.payload);
  if (!payload.success) {
    const problem = payload.error.issues[0]?.path.join(".") ?? "unreadable";
    return { kind: "broken", job, error: fleetErrors.FLEET_JOB_UNREADABLE({ jobId: job.jobId, problem }) };
  }
  const { workflowId, workflowVersion: version, variables } = payload.data;
  const workflow = await parts.workflows.get(job.tenantId, workflowId, version);
  if (workflow === undefined) {
    return { kind: "broken", job, error: fleetErrors.FLEET_WORKFLOW_MISSING({ workflowId, version }) };
  }
  const sizeBytes = workflow.sizeBytes + jsonSizeBytes(variables);
  const limitBytes = parts.settings.maxAnswerBytes;
  if (sizeBytes > limitBytes) {
    const limits = { workflowId, sizeBytes, limitBytes };
    return { kind: "broken", job, error: fleetErrors.FLEET_WORKFLOW_TOO_LARGE(limits) };
  }
  const offer = {
    jobId: job.jobId,
    attempt: job.attempt,
    workflowId,
    workflowVersion: version,
    workflowName: workflow.record.name,
    workflow: workflow.record.document,
    variables,
    ...(job.deadline && {
      deadline: job.deadline.toISOString(),
      timeLeftMs: Math.max(0, job.deadline.getTime() - parts.clock.now().getTime()),
    }),
  };
  return { kind: "ready", job, offer, sizeBytes };
}

/** As many as one message holds, in the order of their urgency; always at least one. */
function fitAnswer<Item extends { readonly sizeBytes: number }>(
  items: readonly Item[],
  limitBytes: number,
): readonly Item[] {
  let left = limitBytes;
  return items.filter(({ sizeBytes }) => {
    if (sizeBytes > left) return false;
    left -= sizeBytes;
    return true;
  });
}

async function tellClaimed(
  parts: FleetParts,
  robot: RegisteredRobot,
  items: readonly Extract<Prepared, { kind: "ready" }>[],
): Promise<void> {
  if (items.length === 0) return;
  await parts.events.append(
    robot.tenantId,
    items.map(({ job, offer }) =>
      claimedEvent(
        { lease: job, robotId: robot.robotId },
        { robot: robot.name, workflowId: offer.workflowId, workflowVersion: offer.workflowVersion },
      ),
    ),
  );
}

async function failBroken(
  parts: FleetParts,
  robot: RegisteredRobot,
  { job, error }: Extract<Prepared, { kind: "broken" }>,
): Promise<void> {
  const failure = { code: error.code, message: error.message, errorClass: "permanent" } as const;
  await parts.queue.fail(job, failure);
  const source = { lease: job, robotId: robot.robotId };
  await parts.events.append(robot.tenantId, [endEvent(source, { kind: "failed", error: failure })]);
  parts.log.warn({ jobId: job.jobId, code: error.code }, "job cannot be handed to any robot");
}

async function giveBack(parts: FleetParts, robot: RegisteredRobot, jobs: readonly ClaimedJob[]): Promise<void> {
  for (const job of jobs) {
    robot.handedOver.delete(attemptKey(job));
    const reason = "the robot could not be reached";
    try {
      if ((await parts.queue.release(job, { started: false, reason })) !== "recorded") continue;
      await parts.events.append(robot.tenantId, [
        endEvent({ lease: job, robotId: robot.robotId }, { kind: "released", reason }),
      ]);
    } catch (error) {
      // The robot's next connection finds it by its heartbeat, or the lease runs out.
      parts.log.warn({ jobId: job.jobId, problem: messageOf(error) }, "job not given back");
    }
  }
}
