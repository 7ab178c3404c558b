import { messageOf } from "../../core/errors.ts";
import type { TenantId } from "../../core/ids.ts";
import type { NewEvent } from "../../persistence/index.ts";
import type { Services } from "../services.ts";

/** As `announceAll`, for one event. */
export async function announce(
  services: Pick<Services, "events" | "log">,
  tenantId: TenantId,
  event: NewEvent,
): Promise<void> {
  await announceAll(services, tenantId, [event]);
}

/**
 * Tells the tenant's listeners what a request has done.
 *
 * What it tells of is done and durable, so a failure is logged and the request still succeeds: answering with an error
 * would make the caller do it again.
 */
export async function announceAll(
  { events, log }: Pick<Services, "events" | "log">,
  tenantId: TenantId,
  told: readonly NewEvent[],
): Promise<void> {
  try {
    await events.append(tenantId, told);
  } catch (error) {
    const [first] = told;
    const facts = { tenantId, type: first?.type, jobId: first?.jobId, count: told.length };
    log.error({ ...facts, problem: messageOf(error) }, "event not stored");
  }
}
