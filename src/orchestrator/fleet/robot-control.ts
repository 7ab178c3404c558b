import type { RobotIntent } from "../../contracts/index.ts";
import type { TenantId } from "../../core/ids.ts";

/** Reaches the robot that holds a session, whichever replica it is connected to. Best effort: the next heartbeat tells it too. */
export interface RobotControl {
  cancelJob(order: {
    readonly tenantId: TenantId;
    readonly sessionId: string;
    readonly jobId: string;
    readonly reason?: string;
  }): Promise<void>;
  changeIntent(order: {
    readonly tenantId: TenantId;
    readonly robotId: string;
    readonly intent: RobotIntent;
  }): Promise<void>;
}
