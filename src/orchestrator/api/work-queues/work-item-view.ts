import type { WorkItemDto, WorkItemFileDto, WorkItemSummaryDto } from "../../../contracts/index.ts";
import type { TenantId } from "../../../core/ids.ts";
import type { WorkItem, WorkItemAttempt, WorkItemFile } from "../../../queue/items/index.ts";
import type { Services } from "../../services.ts";

export function viewWorkItem(item: WorkItem): WorkItemSummaryDto {
  const { review } = item;
  return {
    id: item.id,
    queueId: item.queueId,
    version: item.version,
    state: item.state,
    priority: item.priority,
    ...(item.reference !== undefined && { reference: item.reference }),
    data: item.data,
    ...(item.deadline && { deadline: item.deadline.toISOString() }),
    ...(item.postponeUntil && { postponeUntil: item.postponeUntil.toISOString() }),
    attempt: item.attempt,
    ...(item.holder && { holder: { ...item.holder } }),
    createdAt: item.createdAt.toISOString(),
    updatedAt: item.updatedAt.toISOString(),
    ...(item.startedAt && { startedAt: item.startedAt.toISOString() }),
    ...(item.endedAt && { endedAt: item.endedAt.toISOString() }),
    ...(item.progress !== undefined && { progress: item.progress }),
    ...(item.outputs && { outputs: item.outputs }),
    ...(item.exception && { exception: { ...item.exception } }),
    review: {
      status: review.status,
      ...(review.reviewer !== undefined && { reviewer: review.reviewer }),
      ...(review.note !== undefined && { note: review.note }),
      ...(review.at && { at: review.at.toISOString() }),
    },
  };
}

/** All of an item as the outside sees it. */
export async function describeWorkItem(
  { desk }: Pick<Services, "desk">,
  tenantId: TenantId,
  item: WorkItem,
): Promise<WorkItemDto> {
  const [attempts, files] = await Promise.all([
    desk.store.attempts(tenantId, item.id),
    desk.store.listFiles(tenantId, item.id),
  ]);
  return { ...viewWorkItem(item), attempts: attempts.map(viewAttempt), files: files.map(viewFile) };
}

function viewAttempt(attempt: WorkItemAttempt): WorkItemDto["attempts"][number] {
  return {
    attempt: attempt.attempt,
    holder: { ...attempt.holder },
    outcome: attempt.outcome,
    startedAt: attempt.startedAt.toISOString(),
    ...(attempt.endedAt && { endedAt: attempt.endedAt.toISOString() }),
    ...(attempt.progress !== undefined && { progress: attempt.progress }),
    ...(attempt.exception && { exception: { ...attempt.exception } }),
  };
}

export function viewFile({ createdAt, ...file }: WorkItemFile): WorkItemFileDto {
  return { ...file, createdAt: createdAt.toISOString() };
}
