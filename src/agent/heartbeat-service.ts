import type { PayloadOf } from "../contracts/index.ts";
import type { Clock } from "../core/clock.ts";
import { messageOf } from "../core/errors.ts";
import type { AgentLog } from "./agent-log.ts";

/** What the orchestrator answers to a heartbeat. */
export type HeartbeatReply = PayloadOf<"robot.heartbeat-ack">;

/** What the service needs. */
export interface HeartbeatOptions {
  /** Sends one heartbeat; rejects when it was not answered. */
  readonly beat: () => Promise<HeartbeatReply>;
  readonly onReply: (reply: HeartbeatReply) => void;
  /** The lease is about to end unrenewed: whatever still runs has to stop before others may start it. */
  readonly onLeaseEnding: () => void;
  readonly clock: Clock;
  readonly log: AgentLog;
}

/** Figures of a registration, milliseconds. */
export interface LeaseFigures {
  readonly leaseMs: number;
  readonly heartbeatMs: number;
  /** When the renewal was asked for, by the monotonic clock: the lease began no earlier. */
  readonly renewedAtMs: number;
}

/**
 * Keeps the robot's lease alive and watches, by its own clock, that it is.
 *
 * The lease counts from the moment a heartbeat was sent, not from its answer, so the robot always stops too early rather
 * than too late.
 */
export class HeartbeatService {
  readonly #options: HeartbeatOptions;
  #figures: LeaseFigures | undefined;
  #beatTimer: NodeJS.Timeout | undefined;
  #leaseTimer: NodeJS.Timeout | undefined;
  #isConnected = false;
  #beating: Promise<void> | undefined;

  constructor(options: HeartbeatOptions) {
    this.#options = options;
  }

  /** Milliseconds left until `onLeaseEnding`, by the robot's clock; undefined before the first registration. */
  get leaseLeftMs(): number | undefined {
    const figures = this.#figures;
    return figures && figures.renewedAtMs + leaseBudgetMs(figures.leaseMs) - this.#options.clock.monotonicMs();
  }

  /** A registration began or renewed the lease; beats at once, then regularly. */
  connected(figures: LeaseFigures): void {
    this.#figures = figures;
    this.#isConnected = true;
    this.#watchLease();
    this.#beatSoon(0);
  }

  /** No beats until the next registration; the lease goes on running out. */
  disconnected(): void {
    this.#isConnected = false;
    clearTimeout(this.#beatTimer);
  }

  /** Ends both; resolves when no beat is under way. */
  async stop(): Promise<void> {
    this.disconnected();
    clearTimeout(this.#leaseTimer);
    this.#figures = undefined;
    await this.#beating;
  }

  #beatSoon(delayMs: number): void {
    clearTimeout(this.#beatTimer);
    this.#beatTimer = setTimeout(() => {
      this.#beating = this.#beat();
    }, delayMs);
  }

  /** Never rejects. */
  async #beat(): Promise<void> {
    const sentAtMs = this.#options.clock.monotonicMs();
    try {
      const reply = await this.#options.beat();
      if (reply.live && this.#figures !== undefined) {
        this.#figures = { ...this.#figures, renewedAtMs: Math.max(sentAtMs, this.#figures.renewedAtMs) };
        this.#watchLease();
      }
      this.#options.onReply(reply);
    } catch (error) {
      this.#options.log.warn({ problem: messageOf(error) }, "heartbeat not answered");
    }
    if (!this.#isConnected || this.#figures === undefined) return;
    const passedMs = this.#options.clock.monotonicMs() - sentAtMs;
    this.#beatSoon(Math.max(0, this.#figures.heartbeatMs - passedMs));
  }

  #watchLease(): void {
    clearTimeout(this.#leaseTimer);
    const leftMs = this.leaseLeftMs;
    if (leftMs === undefined) return;
    this.#leaseTimer = setTimeout(() => this.#options.onLeaseEnding(), Math.max(0, leftMs));
  }
}

/** How much of a lease the robot uses: the rest is the time it takes to stop what runs. */
export function leaseBudgetMs(leaseMs: number): number {
  return leaseMs - Math.min(2_000, leaseMs / 10);
}
