import type { DeadLetterDto } from "../../../contracts/index.ts";
import type { DeadLetter } from "../../../queue/index.ts";
import { viewFailure } from "../jobs/job-view.ts";

export function viewDeadLetter(letter: DeadLetter): DeadLetterDto {
  return {
    jobId: letter.jobId,
    workflowId: letter.kind,
    reason: letter.reason,
    category: letter.category,
    error: viewFailure(letter.error),
    attempts: letter.attempts,
    diedAt: letter.diedAt.toISOString(),
    ...(letter.requeuedAs !== undefined && { requeuedAs: letter.requeuedAs }),
  };
}
