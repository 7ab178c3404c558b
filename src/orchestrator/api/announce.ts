import { messageOf } from "../../core/errors.ts";
import type { TenantId } from "../../core/ids.ts";
import type { NewEvent } from "../../persistence/index.ts";
import type { Services } from "../services.ts";

/**
 * Tells the tenant's listeners what a request has done.
 *
 * What it tells of is done and durable, so a failure is logged and the request still succeeds: answering with an error
 * would make the caller do it again.
 */
export async function announce(
  { events, log }: Pick<Services, "events" | "log">,
  tenantId: TenantId,
  event: NewEvent,
): Promise<void> {
  try {
    await events.append(tenantId, [event]);
  } catch (error) {
    log.error({ tenantId, type: event.type, jobId: event.jobId, problem: messageOf(error) }, "event not stored");
  }
}
