import type { OrchestratorMessage, Outgoing, PayloadOf, RobotMessage } from "../contracts/index.ts";
import type { Clock } from "../core/clock.ts";
import { type AppError, messageOf } from "../core/errors.ts";
import { tunnelErrors } from "./errors.ts";
import { RobotSocket, type SocketEnd } from "./robot-socket.ts";
import { robotSocketUrl, type TunnelConfig, type TunnelLog } from "./tunnel-config.ts";
import { nextTunnelState, type TunnelEvent, type TunnelState } from "./tunnel-state.ts";

/** What each request of a robot is answered with. */
interface AnswerTypes {
  readonly "robot.heartbeat": "robot.heartbeat-ack";
  readonly "job.claim": "job.claimed";
  readonly "job.events": "ack";
  readonly "job.complete": "ack";
  readonly "job.fail": "ack";
  readonly "job.release": "ack";
  readonly "work-item.take": "work-item.taken";
  readonly "work-item.add": "work-item.added";
  readonly "work-item.settle": "work-item.settled";
  readonly "work-item.progress": "ack";
  readonly "robot.goodbye": "ack";
}

/** What a robot may ask over a registered tunnel. */
export type TunnelRequest = keyof AnswerTypes;

/** What the owner of a tunnel is told; none of these may throw. */
export interface TunnelHandlers {
  /** @param helloAtMs when hello was sent, by the monotonic clock: the session's lease began no earlier. */
  onRegistered(registered: PayloadOf<"robot.registered">, helloAtMs: number): void;
  onDisconnected(): void;
  /** `job.available`, `job.cancel`, `robot.control`, and answers that came after their request had given up. */
  onMessage(message: OrchestratorMessage): void;
}

/** What a tunnel works with. */
export interface TunnelTools {
  readonly log: TunnelLog;
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
}

/**
 * The robot's side of the link to the orchestrator: a WebSocket that the robot dials, so that it works behind NAT and
 * firewalls. Reconnects by itself and asks for the session of before; ends only when the orchestrator refuses the robot.
 */
export class AgentTunnel {
  readonly #config: TunnelConfig;
  readonly #handlers: TunnelHandlers;
  readonly #tools: TunnelTools;
  readonly #url: string;
  readonly #ended: Promise<AppError | undefined>;
  #finish: (error: AppError | undefined) => void = () => undefined;
  #state: TunnelState = { kind: "idle" };
  #socket: RobotSocket | undefined;
  #retryTimer: NodeJS.Timeout | undefined;
  #sessionId: string | undefined;
  #registeredAtMs = 0;

  /** Dials nothing yet. Throws TUNNEL_BAD_URL. */
  constructor(config: TunnelConfig, handlers: TunnelHandlers, tools: TunnelTools) {
    this.#config = config;
    this.#handlers = handlers;
    this.#tools = tools;
    this.#url = robotSocketUrl(config.orchestratorUrl);
    this.#ended = new Promise((resolve) => {
      this.#finish = resolve;
    });
  }

  get state(): TunnelState {
    return this.#state;
  }

  /** Resolves when the tunnel is closed: with the refusal, or undefined after `close()`. Never rejects. */
  get ended(): Promise<AppError | undefined> {
    return this.#ended;
  }

  /** Begins to connect; returns at once. */
  start(): void {
    this.#advance({ kind: "start" });
  }

  /**
   * Sends a request and resolves with what the orchestrator answered.
   *
   * Rejects with TUNNEL_NOT_CONNECTED, TUNNEL_NO_ANSWER or TUNNEL_TRY_LATER (all retryable: nobody knows whether it was
   * handled, and repeating it is safe), or with TUNNEL_REFUSED.
   *
   * @param timeoutMs milliseconds, default the configured one.
   */
  async request<Type extends TunnelRequest>(
    type: Type,
    payload: PayloadOf<Type>,
    timeoutMs: number = this.#config.requestTimeoutMs ?? 15_000,
  ): Promise<PayloadOf<AnswerTypes[Type]>> {
    const socket = this.#socket;
    if (this.#state.kind !== "registered" || socket === undefined) {
      throw tunnelErrors.TUNNEL_NOT_CONNECTED({ request: type });
    }
    const answer = await socket.request({ type, payload } as Outgoing<RobotMessage>, timeoutMs);
    if (answer.type !== ANSWERS[type]) {
      socket.drop(`${type} was answered with ${answer.type}`);
      throw tunnelErrors.TUNNEL_NOT_CONNECTED({ request: type });
    }
    return answer.payload as PayloadOf<AnswerTypes[Type]>;
  }

  /** Drops the connection and asks for a new session with the next one: the old one is not live any more. */
  renewSession(): void {
    this.#sessionId = undefined;
    this.#socket?.drop("the session has expired");
  }

  /** Ends the tunnel; resolves when the connection is closed. Closing twice is fine. */
  async close(): Promise<void> {
    const socket = this.#socket;
    this.#socket = undefined;
    this.#advance({ kind: "close" });
    await socket?.close();
  }

  #advance(event: TunnelEvent): void {
    const before = this.#state;
    const state = nextTunnelState(before, event, this.#tools.random());
    if (state === before) return;
    this.#state = state;
    clearTimeout(this.#retryTimer);
    if (before.kind === "registered") this.#handlers.onDisconnected();
    if (state.kind === "connecting") this.#dial();
    if (state.kind === "waiting") {
      this.#retryTimer = setTimeout(() => this.#advance({ kind: "retry" }), state.delayMs);
    }
    if (state.kind === "closed") this.#finish(state.error);
  }

  #dial(): void {
    const { key, registration, connectTimeoutMs = 10_000 } = this.#config;
    const socket = new RobotSocket(
      { url: this.#url, key, robotName: registration.name, connectTimeoutMs },
      {
        onOpen: () => void this.#introduce(socket, connectTimeoutMs),
        onMessage: (message) => this.#handlers.onMessage(message),
        onEnd: (end) => this.#onEnd(socket, end),
      },
      this.#tools,
    );
    this.#socket = socket;
  }

  /** Hello; the answer makes the tunnel usable. Never rejects: a failure ends the connection. */
  async #introduce(socket: RobotSocket, timeoutMs: number): Promise<void> {
    const helloAtMs = this.#tools.clock.monotonicMs();
    try {
      const payload = { ...this.#config.registration, sessionId: this.#sessionId };
      const answer = await socket.request({ type: "robot.hello", payload }, timeoutMs);
      if (answer.type !== "robot.registered") return socket.drop(`hello was answered with ${answer.type}`);
      this.#sessionId = answer.payload.sessionId;
      this.#registeredAtMs = this.#tools.clock.monotonicMs();
      socket.watch(answer.payload.leaseMs);
      this.#tools.log.info(
        { robotId: answer.payload.robotId, resumed: answer.payload.resumed },
        "registered with the orchestrator",
      );
      this.#advance({ kind: "registered" });
      this.#handlers.onRegistered(answer.payload, helloAtMs);
    } catch (error) {
      socket.drop(messageOf(error));
    }
  }

  #onEnd(socket: RobotSocket, end: SocketEnd): void {
    if (this.#socket !== socket) return;
    this.#socket = undefined;
    if (end.kind === "refused") {
      this.#tools.log.warn({ code: end.error.code }, "the orchestrator refused the robot");
      return this.#advance({ kind: "refused", error: end.error });
    }
    const livedMs = this.#state.kind === "registered" ? this.#tools.clock.monotonicMs() - this.#registeredAtMs : 0;
    this.#advance({ kind: "dropped", livedMs });
    const retryInMs = this.#state.kind === "waiting" ? this.#state.delayMs : undefined;
    this.#tools.log.warn({ reason: end.reason, retryInMs }, "connection to the orchestrator lost");
  }
}

const ANSWERS: AnswerTypes = {
  "robot.heartbeat": "robot.heartbeat-ack",
  "job.claim": "job.claimed",
  "job.events": "ack",
  "job.complete": "ack",
  "job.fail": "ack",
  "job.release": "ack",
  "work-item.take": "work-item.taken",
  "work-item.add": "work-item.added",
  "work-item.settle": "work-item.settled",
  "work-item.progress": "ack",
  "robot.goodbye": "ack",
};
