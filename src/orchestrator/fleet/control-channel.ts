import sql from "sql-template-tag";
import { z } from "zod";
import { robotIntent } from "../../contracts/index.ts";
import { messageOf } from "../../core/errors.ts";
import { newId, type TenantId } from "../../core/ids.ts";
import type { Database, Subscription } from "../../database/index.ts";
import type { FleetLog } from "./fleet-parts.ts";
import type { RobotControl } from "./robot-control.ts";

/** PostgreSQL channel on which the replicas pass orders for robots to each other. */
const CONTROL_CHANNEL = "casare_control";
/** NOTIFY takes 8 000 bytes; the rest is room for the names around the reason. */
const MAX_REASON_CHARACTERS = 500;

const tenantId = z.int().transform((value) => value as TenantId);
const controlOrder = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("cancel"),
    tenantId,
    sessionId: z.string(),
    jobId: z.string(),
    reason: z.string().optional(),
  }),
  z.object({ kind: z.literal("intent"), tenantId, robotId: z.string(), intent: robotIntent }),
  z.object({
    kind: z.literal("connected"),
    tenantId,
    robotId: z.string(),
    sessionId: z.string(),
    connectionId: z.string(),
  }),
]);
/** An order for whichever replica has the robot. `connected`: the robot is at another place now. */
export type ControlOrder = z.output<typeof controlOrder>;

const sealedOrder = z.object({ origin: z.string(), order: controlOrder });

/** What a gateway does with the orders of this and the other replicas. */
interface ControlListener {
  onOrder(order: ControlOrder): void;
  /** Orders may have been missed. */
  onGap(): void;
}

/** `RobotControl` for all replicas on one database, and the ear of the gateway. */
export interface ControlChannel extends RobotControl {
  /** Tells the other replicas where a robot is. Never rejects. */
  announce(order: Extract<ControlOrder, { kind: "connected" }>): Promise<void>;
  /** Starts to listen; the caller closes it. Rejects when the database is out of reach. */
  subscribe(listener: ControlListener): Promise<Subscription>;
}

/**
 * Passes orders over LISTEN/NOTIFY: to the gateway of this process directly, to the other replicas through the database.
 *
 * An order that cannot be passed on is logged and not repeated: the robot learns the same from its next heartbeat.
 */
export function createControlChannel(database: Database, log: FleetLog): ControlChannel {
  const origin = newId();
  const listeners = new Set<ControlListener>();

  async function pass(order: ControlOrder): Promise<void> {
    for (const listener of listeners) listener.onOrder(order);
    const payload = JSON.stringify({ origin, order });
    try {
      await database.query(sql`select pg_notify(${CONTROL_CHANNEL}, ${payload})`);
    } catch (error) {
      log.warn({ kind: order.kind, problem: messageOf(error) }, "order for a robot not passed on");
    }
  }

  function receive(payload: string): void {
    const sealed = readOrder(payload);
    if (sealed === undefined) return log.warn({}, "order for a robot not understood");
    if (sealed.origin === origin) return;
    for (const listener of listeners) listener.onOrder(sealed.order);
  }

  return {
    cancelJob: ({ reason, ...order }) =>
      pass({
        kind: "cancel",
        ...order,
        ...(reason !== undefined && { reason: reason.slice(0, MAX_REASON_CHARACTERS) }),
      }),
    changeIntent: (order) => pass({ kind: "intent", ...order }),
    async announce(order) {
      await pass(order);
    },
    async subscribe(listener) {
      const subscription = await database.listen(CONTROL_CHANNEL, receive, () => listener.onGap());
      listeners.add(listener);
      return {
        async close() {
          listeners.delete(listener);
          await subscription.close();
        },
      };
    },
  };
}

function readOrder(payload: string): z.output<typeof sealedOrder> | undefined {
  try {
    return sealedOrder.safeParse(JSON.parse(payload)).data;
  } catch {
    // Not JSON: somebody else uses the channel's name.
    return undefined;
  }
}
