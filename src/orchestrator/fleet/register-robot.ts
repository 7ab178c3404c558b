import type { Principal } from "../../auth/index.ts";
import type { PayloadOf } from "../../contracts/index.ts";
import type { FleetParts, RegisteredRobot } from "./fleet-parts.ts";

/** A registered robot and the answer that tells it so. */
export interface Registration {
  readonly robot: RegisteredRobot;
  readonly answer: PayloadOf<"robot.registered">;
}

/**
 * Enters the robot and gives it a session.
 *
 * A name belongs to the key that it was registered with for as long as that robot is live: otherwise a second robot that
 * was given no name of its own would throw the first one out of its job. Rejects with ROBOT_STORE_NAME_TAKEN.
 *
 * The session of before goes on only if it is this robot's newest and still live: then its jobs are still its own.
 */
export async function registerRobot(
  parts: FleetParts,
  principal: Principal,
  hello: PayloadOf<"robot.hello">,
): Promise<Registration> {
  const { sessionId: formerSession, ...introduction } = hello;
  const { leaseMs, heartbeatMs } = parts.settings;
  const capabilities = [...new Set(hello.capabilities)];
  const { tenantId, keyName } = principal;
  const record = await parts.robots.register(
    tenantId,
    { ...introduction, capabilities },
    { keyName, heldForMs: leaseMs },
  );
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
