import type { PayloadOf } from "../../contracts/index.ts";
import type { TenantId } from "../../core/ids.ts";
import type { FleetParts, RegisteredRobot } from "./fleet-parts.ts";

/** A registered robot and the answer that tells it so. */
export interface Registration {
  readonly robot: RegisteredRobot;
  readonly answer: PayloadOf<"robot.registered">;
}

/**
 * Enters the robot and gives it a session.
 *
 * The session of before goes on only if it is this robot's newest and still live: then its jobs are still its own.
 */
export async function registerRobot(
  parts: FleetParts,
  tenantId: TenantId,
  hello: PayloadOf<"robot.hello">,
): Promise<Registration> {
  const { sessionId: formerSession, ...introduction } = hello;
  const { leaseMs, heartbeatMs } = parts.settings;
  const capabilities = [...new Set(hello.capabilities)];
  const record = await parts.robots.register(tenantId, { ...introduction, capabilities });
  const mayResume = formerSession !== undefined && record.sessionId === formerSession;
  const resumed =
    mayResume && (await parts.queue.renew({ tenantId, sessionId: formerSession, leaseMs, jobs: [] })).live;
  const sessionId = resumed
    ? formerSession
    : (await parts.queue.openSession({ tenantId, robotId: record.id, leaseMs })).sessionId;
  await parts.robots.connected(tenantId, record.id, sessionId);
  return {
    robot: {
      tenantId,
      robotId: record.id,
      name: record.name,
      sessionId,
      environment: hello.environment,
      capabilities,
      handedOver: new Map(),
    },
    answer: { robotId: record.id, sessionId, resumed, leaseMs, heartbeatMs, intent: record.intent },
  };
}
