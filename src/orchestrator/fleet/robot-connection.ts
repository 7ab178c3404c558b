import type { WebSocket } from "ws";
import { type AuthHeaders, demand, type Principal } from "../../auth/index.ts";
import {
  CLOSE_CODE,
  type OrchestratorMessage,
  type Outgoing,
  type PayloadOf,
  type RobotIntent,
  type RobotMessage,
} from "../../contracts/index.ts";
import { AppError, messageOf } from "../../core/errors.ts";
import { newId } from "../../core/ids.ts";
import { answerClaim } from "./answer-claim.ts";
import { answerHeartbeat } from "./answer-heartbeat.ts";
import { addWorkItem, noteWorkItemProgress, settleWorkItem, takeWorkItem } from "./answer-work-items.ts";
import { fleetErrors } from "./errors.ts";
import { attemptKey, type FleetParts, type RegisteredRobot } from "./fleet-parts.ts";
import { ingestEvents } from "./ingest-events.ts";
import { createLanes, type Lanes } from "./lanes.ts";
import { registerRobot } from "./register-robot.ts";
import { returnUnknownJobs } from "./return-unknown-jobs.ts";
import { RobotLink } from "./robot-link.ts";
import { completeJob, failJob, releaseJob } from "./settle-job.ts";

/** Messages of one robot that may wait or be worked on; beyond that it is not read. */
const MAX_PENDING = 64;
/** Jobs that a robot holds without knowing are looked for this often. */
const LOOK_EVERY_LEASES = 2;

/** Who dialed in, and how to ask again whether it still may. */
export interface Caller {
  readonly principal: Principal;
  readonly headers: AuthHeaders;
  authenticate(headers: AuthHeaders): Promise<Principal>;
}

/** What a connection tells the gateway. */
export interface ConnectionHandlers {
  /** The robot is registered and may be told things; resolves when the other replicas know. */
  onRegistered(connection: RobotConnection): Promise<void>;
  onEnd(connection: RobotConnection): void;
}

/** One robot on one WebSocket, from the upgrade to its end. */
export class RobotConnection {
  /** Sorts by the time the connection was made. */
  readonly id = newId();
  readonly #parts: FleetParts;
  readonly #caller: Caller;
  readonly #handlers: ConnectionHandlers;
  readonly #link: RobotLink;
  readonly #lanes: Lanes;
  readonly #helloTimer: NodeJS.Timeout;
  #robot: RegisteredRobot | undefined;
  #intent: RobotIntent = "active";
  #hungry = false;
  #superseded = false;
  #hasLeft = false;
  #keyCheckedAtMs: number;
  /** When to look for jobs that the robot does not know of, by the monotonic clock. */
  #lookDueMs: number;

  constructor(socket: WebSocket, context: { parts: FleetParts; caller: Caller; handlers: ConnectionHandlers }) {
    const { parts, caller, handlers } = context;
    this.#parts = parts;
    this.#caller = caller;
    this.#handlers = handlers;
    this.#keyCheckedAtMs = parts.clock.monotonicMs();
    this.#lookDueMs = this.#keyCheckedAtMs + LOOK_EVERY_LEASES * parts.settings.leaseMs;
    this.#lanes = createLanes(
      () => this.#link.hold("pending", this.#lanes.size >= MAX_PENDING),
      (error) => parts.log.error({ problem: messageOf(error) }, "message of a robot not handled"),
    );
    this.#link = new RobotLink(
      socket,
      { onMessage: (message) => this.#onMessage(message), onEnd: (reason) => this.#onEnd(reason) },
      parts,
    );
    this.#helloTimer = setTimeout(
      () => this.#link.close(CLOSE_CODE.policy, "hello is missing"),
      parts.settings.helloTimeoutMs,
    );
  }

  /** Undefined until hello was answered. */
  get robot(): RegisteredRobot | undefined {
    return this.#robot;
  }

  /** A hint that jobs may be there, if the robot has slots that were not filled. */
  wake(): void {
    if (!this.#hungry) return;
    this.#hungry = false;
    void this.#link.send({ type: "job.available", payload: {} });
  }

  cancelJob(jobId: string, reason: string | undefined): void {
    void this.#link.send({ type: "job.cancel", payload: { jobId, ...(reason !== undefined && { reason }) } });
  }

  changeIntent(intent: RobotIntent): void {
    this.#intent = intent;
    void this.#link.send({ type: "robot.control", payload: { intent } });
  }

  /** Another process took the robot's name. */
  replace(): void {
    this.#superseded = true;
    this.#link.refuse(fleetErrors.FLEET_REPLACED({ name: this.#robot?.name ?? "" }));
    this.#link.close(CLOSE_CODE.replaced, "replaced by a newer connection");
  }

  /** The same robot dialed again and goes on with its session there. */
  supersede(): void {
    this.#superseded = true;
    this.#link.close(CLOSE_CODE.restarting, "the robot has connected again");
  }

  /** Asks the robot to come back later; resolves when all it sent is handled and stored. */
  async close(): Promise<void> {
    this.#link.close(CLOSE_CODE.restarting, "the orchestrator restarts");
    await this.#lanes.idle();
    this.#link.end("the orchestrator restarts");
    await this.#lanes.idle();
  }

  #onMessage(message: RobotMessage): void {
    this.#lanes.run(laneOf(message), async () => {
      try {
        await this.#handle(message);
      } catch (error) {
        const code = error instanceof AppError ? error.code : undefined;
        const facts = { type: message.type, robotId: this.#robot?.robotId, code, problem: messageOf(error) };
        if (error instanceof AppError && error.status < 500) this.#parts.log.info(facts, "robot refused");
        else this.#parts.log.error(facts, "message of a robot not handled");
        this.#link.refuse(error, message.id);
        if (this.#robot !== undefined) return;
        if (code === "ROBOT_STORE_NAME_TAKEN") this.#link.close(CLOSE_CODE.nameTaken, "the name is taken");
        else this.#link.close(CLOSE_CODE.restarting, "hello failed");
      }
    });
    if (this.#lanes.size >= MAX_PENDING) this.#link.hold("pending", true);
  }

  async #handle(message: RobotMessage): Promise<void> {
    if (message.type === "robot.hello") return this.#register(message.payload, message.id);
    const robot = this.#robot;
    if (robot === undefined) throw fleetErrors.FLEET_HELLO_EXPECTED({ type: message.type });
    switch (message.type) {
      case "robot.heartbeat":
        return this.#beat(robot, message.payload, message.id);
      case "job.claim":
        return this.#claim(robot, message.payload, message.id);
      case "job.events":
        return this.#acknowledge(await ingestEvents(this.#parts, robot, message.payload), message.id);
      case "job.complete":
        return this.#settle(robot, message, await completeJob(this.#parts, robot, message.payload));
      case "job.fail":
        return this.#settle(robot, message, await failJob(this.#parts, robot, message.payload));
      case "job.release":
        return this.#settle(robot, message, await releaseJob(this.#parts, robot, message.payload));
      case "work-item.take":
        return this.#answer("work-item.taken", await takeWorkItem(this.#parts, robot, message.payload), message.id);
      case "work-item.add":
        return this.#answer("work-item.added", await addWorkItem(this.#parts, robot, message.payload), message.id);
      case "work-item.settle":
        return this.#answer("work-item.settled", await settleWorkItem(this.#parts, robot, message.payload), message.id);
      case "work-item.progress":
        return this.#acknowledge(await noteWorkItemProgress(this.#parts, robot, message.payload), message.id);
      case "robot.goodbye":
        return this.#part(robot, message.payload.sessionId, message.id);
    }
  }

  async #register(hello: PayloadOf<"robot.hello">, id: string): Promise<void> {
    if (this.#robot !== undefined) throw fleetErrors.FLEET_HELLO_REPEATED({});
    clearTimeout(this.#helloTimer);
    const { tenantId } = this.#caller.principal;
    const { robot, answer } = await registerRobot(this.#parts, this.#caller.principal, hello);
    this.#robot = robot;
    this.#intent = answer.intent;
    // The answer to a claim may have been lost with the connection of before.
    if (answer.resumed) this.#lookDueMs = this.#parts.clock.monotonicMs();
    await this.#handlers.onRegistered(this);
    const { robotId, name } = robot;
    const { resumed } = answer;
    const data = { name, resumed, version: hello.version, hostname: hello.hostname, environment: hello.environment };
    await this.#parts.events.append(tenantId, [{ type: "robot.connected", robotId, data }]);
    this.#parts.log.info({ robotId, name, resumed }, "robot connected");
    const reached = await this.#link.send({ type: "robot.registered", payload: answer }, id);
    if (!reached) this.#leave(robot, "lost while it registered");
  }

  async #beat(robot: RegisteredRobot, beat: PayloadOf<"robot.heartbeat">, id: string): Promise<void> {
    demandSession(robot, beat.sessionId);
    const payload = await answerHeartbeat(this.#parts, robot, beat);
    this.#intent = payload.intent;
    await this.#link.send({ type: "robot.heartbeat-ack", payload }, id);
    for (const job of beat.jobs) if (payload.lost.includes(job.jobId)) robot.handedOver.delete(attemptKey(job));
    this.#lookForUnknownJobs(robot, new Set(beat.jobs.map(attemptKey)));
    await this.#recheckKey();
  }

  #lookForUnknownJobs(robot: RegisteredRobot, known: ReadonlySet<string>): void {
    const nowMs = this.#parts.clock.monotonicMs();
    if (nowMs < this.#lookDueMs) return;
    this.#lookDueMs = nowMs + LOOK_EVERY_LEASES * this.#parts.settings.leaseMs;
    // In the lane of the claims: one that is under way is not unknown.
    this.#lanes.run("claim", () => returnUnknownJobs(this.#parts, robot, known));
  }

  async #claim(robot: RegisteredRobot, claim: PayloadOf<"job.claim">, id: string): Promise<void> {
    demandSession(robot, claim.sessionId);
    if (!this.#link.isOpen) return;
    // It may not have heard yet what is wanted of it.
    if (this.#intent !== "active")
      return void (await this.#link.send({ type: "job.claimed", payload: { jobs: [] } }, id));
    // Before the queue is asked: a job that comes in right after must wake the robot.
    this.#hungry = true;
    const { hungry } = await answerClaim(this.#parts, robot, {
      limit: claim.limit,
      deliver: (payload) => this.#link.send({ type: "job.claimed", payload }, id),
    });
    if (!hungry) this.#hungry = false;
  }

  async #part(robot: RegisteredRobot, sessionId: string, id: string): Promise<void> {
    demandSession(robot, sessionId);
    await this.#parts.queue.closeSession(robot.tenantId, sessionId);
    await this.#acknowledge({ outcome: "recorded" }, id);
    this.#link.close(1000, "goodbye");
  }

  /** What the attempt still holds of work queues goes to others, after the answer, which does not depend on it. */
  async #settle(
    robot: RegisteredRobot,
    { id, payload: { jobId, attempt } }: Extract<RobotMessage, { type: "job.complete" | "job.fail" | "job.release" }>,
    ack: PayloadOf<"ack">,
  ): Promise<void> {
    await this.#acknowledge(ack, id);
    // Whoever lost the job has nothing to say about its attempts: that one may run elsewhere.
    if (ack.outcome !== "lost") await this.#parts.desk.attemptEnded(robot.tenantId, { jobId, attempt });
  }

  async #answer<Type extends "work-item.taken" | "work-item.added" | "work-item.settled">(
    type: Type,
    payload: PayloadOf<Type>,
    id: string,
  ): Promise<void> {
    await this.#link.send({ type, payload } as Outgoing<OrchestratorMessage>, id);
  }

  async #acknowledge(payload: PayloadOf<"ack">, id: string): Promise<void> {
    await this.#link.send({ type: "ack", payload }, id);
  }

  async #recheckKey(): Promise<void> {
    const nowMs = this.#parts.clock.monotonicMs();
    if (nowMs - this.#keyCheckedAtMs < this.#parts.settings.recheckKeyMs) return;
    this.#keyCheckedAtMs = nowMs;
    try {
      demand(await this.#caller.authenticate(this.#caller.headers), "robots:connect");
    } catch (error) {
      // A store out of reach revokes nothing.
      if (!(error instanceof AppError) || error.status >= 500) return;
      const code = error.status === 403 ? CLOSE_CODE.forbidden : CLOSE_CODE.unauthorized;
      this.#link.close(code, "the key does not count any more");
    }
  }

  #onEnd(reason: string): void {
    clearTimeout(this.#helloTimer);
    this.#handlers.onEnd(this);
    if (this.#robot !== undefined) this.#leave(this.#robot, reason);
  }

  #leave(robot: RegisteredRobot, reason: string): void {
    if (this.#hasLeft) return;
    this.#hasLeft = true;
    const { tenantId, robotId, sessionId, name } = robot;
    this.#parts.log.info({ robotId, name, reason }, "robot disconnected");
    // Its record belongs to the newer connection.
    if (this.#superseded) return;
    this.#lanes.run("session", async () => {
      await this.#parts.robots.disconnected(tenantId, robotId, sessionId);
      await this.#parts.events.append(tenantId, [{ type: "robot.disconnected", robotId, data: { name, reason } }]);
    });
  }
}

/** Messages about one job keep their order; a slow claim does not hold up heartbeats. */
function laneOf(message: RobotMessage): string {
  switch (message.type) {
    case "job.events":
    case "job.complete":
    case "job.fail":
    case "job.release":
      return `job ${message.payload.jobId}`;
    case "work-item.take":
    case "work-item.add":
    case "work-item.settle":
    case "work-item.progress":
      return `items ${message.payload.jobId}`;
    case "job.claim":
      return "claim";
    case "robot.hello":
    case "robot.heartbeat":
    case "robot.goodbye":
      break;
  }
  return "session";
}

function demandSession(robot: RegisteredRobot, sessionId: string): void {
  if (sessionId !== robot.sessionId) throw fleetErrors.FLEET_SESSION_MISMATCH({ sessionId });
}
