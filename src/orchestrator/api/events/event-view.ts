import type { EventDto } from "../../../contracts/index.ts";
import type { EventRecord } from "../../../persistence/index.ts";

export function viewEvent(event: EventRecord): EventDto {
  return {
    seq: event.seq,
    at: event.at.toISOString(),
    type: event.type,
    ...(event.jobId !== undefined && { jobId: event.jobId }),
    ...(event.attempt !== undefined && { attempt: event.attempt }),
    ...(event.robotId !== undefined && { robotId: event.robotId }),
    data: event.data,
  };
}
