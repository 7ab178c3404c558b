import type { PayloadOf } from "../../contracts/index.ts";
import { messageOf } from "../../core/errors.ts";
import { type Lease, queueErrors } from "../../queue/index.ts";
import { addOneItem, type ItemLease, type WorkItem, type WorkQueue, workItemErrors } from "../../queue/items/index.ts";
import type { FleetParts, RegisteredRobot } from "./fleet-parts.ts";
import { holderOf } from "./holder.ts";

interface JobToken {
  readonly sessionId: string;
  readonly jobId: string;
  readonly attempt: number;
}

/** Hands over the most urgent due item. Rejects with QUEUE_LEASE_LOST when the job is not the robot's any more. */
export async function takeWorkItem(
  parts: FleetParts,
  robot: RegisteredRobot,
  message: PayloadOf<"work-item.take">,
): Promise<PayloadOf<"work-item.taken">> {
  const { tenantId } = await requireLease(parts, robot, message);
  const queue = await requireQueue(parts, robot, message.queue);
  const holder = { jobId: message.jobId, attempt: message.attempt };
  const { requestId } = message;
  const item = await parts.desk.store.takeNext({ tenantId, queueId: queue.id, holder, requestId });
  if (item === undefined) return {};
  await tell(parts, robot, { token: message, type: "work-item.taken", data: factsOf(item, queue) });
  return { item: offerOf(item) };
}

/** Adds an item in the name of a job; the id that the robot chose makes doing it again harmless. */
export async function addWorkItem(
  parts: FleetParts,
  robot: RegisteredRobot,
  message: PayloadOf<"work-item.add">,
): Promise<PayloadOf<"work-item.added">> {
  const { tenantId } = await requireLease(parts, robot, message);
  const queue = await requireQueue(parts, robot, message.queue);
  const { id, data, reference, priority, deadline, postponeUntil } = message.item;
  const draft = {
    id,
    data,
    ...(reference !== undefined && { reference }),
    ...(priority !== undefined && { priority }),
    ...(deadline !== undefined && { deadline: new Date(deadline) }),
    ...(postponeUntil !== undefined && { postponeUntil: new Date(postponeUntil) }),
  };
  const { itemId } = await addOneItem(parts.desk.store, { tenantId, queueId: queue.id, item: draft, name: "" });
  await parts.desk.consider(tenantId, queue.id);
  return { itemId };
}

/** Ends the attempt at an item. That the item is lost is an answer and no error. */
export async function settleWorkItem(
  parts: FleetParts,
  robot: RegisteredRobot,
  message: PayloadOf<"work-item.settle">,
): Promise<PayloadOf<"work-item.settled">> {
  const lease = await itemLeaseOf(parts, robot, message);
  if (lease === undefined) return { outcome: "lost" };
  const { store } = parts.desk;
  const { end } = message;
  const settled =
    end.kind === "successful" ? await store.complete(lease, end.outputs) : await store.fail(lease, end.exception);
  if (settled.kind === "lost") return { outcome: "lost" };
  if (settled.kind === "recorded") {
    const exception = end.kind === "failed" ? { exception: { ...end.exception } } : {};
    const data = { itemId: message.itemId, queueId: settled.queueId, state: settled.state, ...exception };
    await tell(parts, robot, { token: message, type: "work-item.settled", data });
    await parts.desk.consider(lease.tenantId, settled.queueId);
  }
  return { outcome: settled.kind, state: settled.state };
}

export async function noteWorkItemProgress(
  parts: FleetParts,
  robot: RegisteredRobot,
  message: PayloadOf<"work-item.progress">,
): Promise<PayloadOf<"ack">> {
  const lease = await itemLeaseOf(parts, robot, message);
  return { outcome: lease === undefined ? "lost" : await parts.desk.store.setProgress(lease, message.progress) };
}

/** The job's lease, which only its holder has and which is live. */
async function requireLease(parts: FleetParts, robot: RegisteredRobot, token: JobToken): Promise<Lease> {
  const lease = await holderOf(parts, robot, token);
  if (lease === undefined || !(await parts.queue.holds(lease))) {
    throw queueErrors.QUEUE_LEASE_LOST({ jobId: token.jobId, attempt: token.attempt });
  }
  return lease;
}

/** Undefined when the job is not the robot's any more: then its items are not either. */
async function itemLeaseOf(
  parts: FleetParts,
  robot: RegisteredRobot,
  token: JobToken & { readonly itemId: string; readonly itemAttempt: number },
): Promise<ItemLease | undefined> {
  const lease = await holderOf(parts, robot, token);
  if (lease === undefined || !(await parts.queue.holds(lease))) return undefined;
  const { tenantId, jobId, attempt } = lease;
  return { tenantId, itemId: token.itemId, attempt: token.itemAttempt, holder: { jobId, attempt } };
}

async function requireQueue(parts: FleetParts, robot: RegisteredRobot, named: string): Promise<WorkQueue> {
  const queue = await parts.desk.store.findQueue(robot.tenantId, named);
  if (queue === undefined) throw workItemErrors.WORK_QUEUE_NOT_FOUND({ queue: named });
  return queue;
}

function offerOf(item: WorkItem): NonNullable<PayloadOf<"work-item.taken">["item"]> {
  const { id, attempt, priority, reference, data, deadline, createdAt } = item;
  return {
    id,
    attempt,
    priority,
    ...(reference !== undefined && { reference }),
    data,
    ...(deadline && { deadline: deadline.toISOString() }),
    createdAt: createdAt.toISOString(),
  };
}

function factsOf(item: WorkItem, queue: WorkQueue) {
  return {
    itemId: item.id,
    queueId: queue.id,
    queue: queue.name,
    itemAttempt: item.attempt,
    ...(item.reference !== undefined && { reference: item.reference }),
  };
}

/** What it tells of is done and durable: a failure is logged, and the robot still gets its answer. */
async function tell(
  parts: FleetParts,
  robot: RegisteredRobot,
  event: {
    readonly token: JobToken;
    readonly type: string;
    readonly data: Parameters<FleetParts["events"]["append"]>[1][number]["data"] & object;
  },
): Promise<void> {
  const { token, type, data } = event;
  const { jobId, attempt } = token;
  try {
    await parts.events.append(robot.tenantId, [{ type, jobId, attempt, robotId: robot.robotId, data }]);
  } catch (error) {
    parts.log.warn({ jobId, type, problem: messageOf(error) }, "event not stored");
  }
}
