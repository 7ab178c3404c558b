import type { PauseDto, ResumeReportDto } from "../../contracts/index.ts";
import type { TenantId } from "../../core/ids.ts";
import type { Pause } from "../../queue/index.ts";
import type { RouteAnswer } from "../define-route.ts";
import type { Services } from "../services.ts";
import { announce } from "./announce.ts";

/** What is paused or resumed: a workflow, or all jobs. */
interface PauseTarget {
  readonly tenantId: TenantId;
  /** The name is absent for one that is deleted. */
  readonly workflow?: { readonly id: string; readonly name?: string };
}

/** The pause of a workflow, or of all jobs where none is named. */
export async function findPause(
  { queue }: Pick<Services, "queue">,
  tenantId: TenantId,
  workflowId: string | undefined,
): Promise<Pause | undefined> {
  return (await queue.listPauses(tenantId)).find(({ kind }) => kind === workflowId);
}

/** Pauses, and tells so where it was not paused before; the first reason stays. */
export async function pauseJobs(
  services: Services,
  { tenantId, workflow }: PauseTarget,
  reason: string | undefined,
): Promise<RouteAnswer<PauseDto>> {
  const before = await findPause(services, tenantId, workflow?.id);
  await services.queue.pause(tenantId, workflow?.id, reason);
  if (before === undefined) {
    const data = { ...(workflow && dataOf(workflow)), ...(reason !== undefined && { reason }) };
    await announce(services, tenantId, { type: workflow ? "workflow.paused" : "jobs.paused", data });
  }
  const pause = before ?? (await findPause(services, tenantId, workflow?.id));
  // Somebody may have resumed it by now.
  return { body: viewPause(pause ?? { pausedAt: services.clock.now() }, workflow) };
}

/** Resumes, and tells so where it was paused. */
export async function resumeJobs(
  services: Services,
  { tenantId, workflow }: PauseTarget,
): Promise<RouteAnswer<ResumeReportDto>> {
  const wasPaused = await services.queue.resume(tenantId, workflow?.id);
  if (wasPaused) {
    const type = workflow ? "workflow.resumed" : "jobs.resumed";
    await announce(services, tenantId, { type, data: workflow ? dataOf(workflow) : {} });
  }
  return { body: { wasPaused } };
}

export function viewPause(pause: Pause, workflow: PauseTarget["workflow"]): PauseDto {
  return {
    ...(workflow && { workflowId: workflow.id }),
    ...(workflow?.name !== undefined && { workflowName: workflow.name }),
    ...viewPauseFacts(pause),
  };
}

export function viewPauseFacts(pause: Pause): Pick<PauseDto, "pausedAt" | "reason"> {
  return { pausedAt: pause.pausedAt.toISOString(), ...(pause.reason !== undefined && { reason: pause.reason }) };
}

function dataOf({ id, name }: NonNullable<PauseTarget["workflow"]>) {
  return { workflowId: id, ...(name !== undefined && { name }) };
}
