import { mkdir } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import type { OrchestratorMessage, PayloadOf, RobotIntent } from "../contracts/index.ts";
import { type Clock, systemClock } from "../core/clock.ts";
import { pause } from "../core/deadline.ts";
import { AppError, messageOf } from "../core/errors.ts";
import { createWorkItems } from "../nodes/index.ts";
import { AgentTunnel } from "../tunnel/index.ts";
import type { AgentLog } from "./agent-log.ts";
import { type ClaimLoop, startClaimLoop } from "./claim-loop.ts";
import type { RobotConfig } from "./config.ts";
import { agentErrors } from "./errors.ts";
import { type HeartbeatReply, HeartbeatService } from "./heartbeat-service.ts";
import { JobExecutor } from "./job-executor.ts";
import { diedOutcome } from "./job-outcome.ts";
import { type Outbox, openOutbox } from "./outbox.ts";
import type { AttemptId } from "./outbox-record.ts";
import { type OutboxSender, startOutboxSender } from "./outbox-sender.ts";
import type { JobOffer, RunJob } from "./perform-job.ts";
import { lockRobot, type RobotLock } from "./robot-lock.ts";
import { createRobotWorkItems } from "./robot-work-items.ts";

/** What a robot is given beside its settings. */
export interface RobotParts {
  /** Runs one workflow; `runWorkflow` with what it needs. */
  readonly run: RunJob;
  readonly log: AgentLog;
  readonly clock?: Clock;
  /** In [0, 1). */
  readonly random?: () => number;
}

/** What a robot is at, for logs and people. */
export interface RobotState {
  readonly connection: "idle" | "connecting" | "registered" | "waiting" | "closed";
  /** What the orchestrator's people want of it. */
  readonly intent: RobotIntent;
  readonly isPaused: boolean;
  readonly isDraining: boolean;
  readonly runningJobs: readonly string[];
  /** Attempts of which something is still to be told. */
  readonly unsentAttempts: number;
}

/** What belongs to a started robot. */
interface Running {
  readonly lock: RobotLock;
  readonly outbox: Outbox;
  readonly executor: JobExecutor;
  readonly sender: OutboxSender;
  readonly heartbeat: HeartbeatService;
  readonly claims: ClaimLoop;
  readonly tunnel: AgentTunnel;
}

/** Time for the last messages of a robot that stops, milliseconds. */
const FLUSH_MS = 5_000;
const GOODBYE_MS = 3_000;
const SHORTEST_BEAT_TIMEOUT_MS = 2_000;
const MAX_CLAIM = 100;

/** A robot: claims jobs, runs them and tells the orchestrator, until it is stopped. */
export class RobotAgent {
  readonly #config: RobotConfig;
  readonly #parts: Required<RobotParts>;
  readonly #firstRegistration: Promise<void>;
  #resolveFirstRegistration: () => void = () => undefined;
  readonly #ended: Promise<AppError | undefined>;
  #resolveEnded: (error: AppError | undefined) => void = () => undefined;
  #running: Running | undefined;
  #hasStarted = false;
  #starting: Promise<void> | undefined;
  #stopped: Promise<void> | undefined;
  #registration: PayloadOf<"robot.registered"> | undefined;
  /** Attempts of the last heartbeat: its answer is about these, whatever has begun since. */
  readonly #beatAttempts = new Map<string, number>();
  #intent: RobotIntent = "active";
  #isPaused = false;
  #isDraining = false;

  constructor(config: RobotConfig, parts: RobotParts) {
    this.#config = config;
    this.#parts = { clock: systemClock, random: Math.random, ...parts };
    this.#firstRegistration = new Promise((resolve) => {
      this.#resolveFirstRegistration = resolve;
    });
    this.#ended = new Promise((resolve) => {
      this.#resolveEnded = resolve;
    });
  }

  /** Resolves when the orchestrator has accepted the robot for the first time; never rejects. */
  get registered(): Promise<void> {
    return this.#firstRegistration;
  }

  /** Resolves when the robot is over: with the orchestrator's refusal (then `stop` it), or undefined after `stop`. */
  get ended(): Promise<AppError | undefined> {
    return this.#ended;
  }

  get state(): RobotState {
    return {
      connection: this.#running?.tunnel.state.kind ?? (this.#hasStarted ? "closed" : "idle"),
      intent: this.#intent,
      isPaused: this.#isPaused,
      isDraining: this.#isDraining,
      runningJobs: this.#running?.executor.running.map((job) => job.id.jobId) ?? [],
      unsentAttempts: this.#running?.outbox.attempts.length ?? 0,
    };
  }

  /**
   * Takes the robot's folder, tells what a former process left to be told, and begins to connect and to work. The
   * orchestrator need not be there yet.
   *
   * Rejects with AGENT_NAME_IN_USE, AGENT_FOLDER_UNUSABLE, TUNNEL_BAD_URL, or AGENT_STOPPED when it was started before.
   */
  async start(): Promise<void> {
    if (this.#hasStarted) throw agentErrors.AGENT_STOPPED({ name: this.#config.name });
    this.#hasStarted = true;
    this.#starting = this.#start();
    await this.#starting;
  }

  async #start(): Promise<void> {
    const folder = join(this.#config.home, "robots", this.#config.name);
    await makeFolder(folder);
    const lock = await lockRobot(folder, this.#config.name);
    try {
      this.#running = await this.#assemble(folder, lock);
    } catch (error) {
      await lock.release();
      throw error;
    }
    const { tunnel } = this.#running;
    void this.#follow(tunnel);
    tunnel.start();
  }

  /** Claims nothing until `resume()`; running jobs go on. */
  pause(): void {
    this.#isPaused = true;
  }

  /** Ends `pause()` and `drain()`. */
  resume(): void {
    this.#isPaused = false;
    this.#isDraining = this.#stopped !== undefined;
    this.#running?.claims.wake();
  }

  /** Claims nothing any more and resolves when no job runs; the robot stays connected. */
  async drain(): Promise<void> {
    this.#isDraining = true;
    await this.#running?.executor.idle();
  }

  /**
   * Finishes running jobs while their lease is kept alive, tells the orchestrator, says goodbye and disconnects.
   *
   * @param options.drainMs milliseconds after which jobs that still run are stopped and given back, default the setting.
   * @param options.hurry aborts to do that at once.
   */
  stop(options: { readonly drainMs?: number; readonly hurry?: AbortSignal } = {}): Promise<void> {
    this.#stopped ??= this.#stop(options);
    return this.#stopped;
  }

  async #stop({ drainMs = this.#config.drainMs, hurry }: { drainMs?: number; hurry?: AbortSignal }): Promise<void> {
    this.#hasStarted = true;
    this.#isDraining = true;
    // Who starts it hears of a failure.
    await this.#starting?.catch(() => undefined);
    const running = this.#running;
    if (running !== undefined) {
      const { executor, outbox, sender, heartbeat, claims, tunnel, lock } = running;
      const claimsStopped = claims.stop();
      const waiting = new AbortController();
      const patience = hurry === undefined ? waiting.signal : AbortSignal.any([waiting.signal, hurry]);
      const isIdle = await Promise.race([
        executor.idle().then(() => true),
        pause(drainMs, patience).then(() => executor.running.length === 0),
      ]);
      waiting.abort();
      if (!isIdle) executor.stop("shutdown");
      await executor.idle();
      // A claim that is still open may bring jobs, which are given back.
      await Promise.race([claimsStopped, pause(FLUSH_MS)]);
      if (tunnel.state.kind !== "closed") await this.#say(running, drainMs, hurry);
      await tunnel.close();
      await claimsStopped;
      await heartbeat.stop();
      await sender.close();
      await outbox.close();
      await lock.release();
      this.#running = undefined;
    }
    this.#resolveEnded(undefined);
  }

  /**
   * Sends what the outbox holds, for as long as the orchestrator takes it, the drain time at most: a job whose outcome is
   * only known here would be run again by another robot.
   */
  async #flush({ outbox, sender }: Running, drainMs: number, hurry: AbortSignal | undefined): Promise<void> {
    const { clock } = this.#parts;
    const waiting = (): number => outbox.attempts.reduce((sum, attempt) => sum + 1 + attempt.pendingEvents, 0);
    const endMs = clock.monotonicMs() + Math.max(drainMs, FLUSH_MS);
    for (let before = Infinity; waiting() > 0 && waiting() < before && clock.monotonicMs() < endMs; ) {
      before = waiting();
      await sender.drained(AbortSignal.timeout(FLUSH_MS));
      if (hurry?.aborted) return;
    }
  }

  /** The last words. What cannot be told now is told by the next process of this name. */
  async #say(running: Running, drainMs: number, hurry: AbortSignal | undefined): Promise<void> {
    const { outbox, tunnel } = running;
    await this.#flush(running, drainMs, hurry);
    const sessionId = this.#registration?.sessionId;
    if (outbox.attempts.length > 0 || sessionId === undefined) {
      // Goodbye would give back jobs whose outcome is known here.
      this.#parts.log.warn({ attempts: outbox.attempts.length }, "not all was told to the orchestrator");
      return;
    }
    try {
      await tunnel.request("robot.goodbye", { sessionId }, GOODBYE_MS);
    } catch (error) {
      this.#parts.log.warn({ problem: messageOf(error) }, "goodbye not heard");
    }
  }

  async #assemble(folder: string, lock: RobotLock): Promise<Running> {
    const { log, clock, random, run } = this.#parts;
    const config = this.#config;
    const tunnel = this.#makeTunnel();
    const outbox = await openOutbox({ folder: join(folder, "outbox"), limitBytes: config.outboxMaxBytes, log });
    for (const attempt of outbox.attempts) {
      const { jobId } = attempt.id;
      log.warn({ jobId, outcome: attempt.outcome?.kind ?? "died" }, "attempt of a former process not told yet");
      if (attempt.outcome === undefined) await attempt.settle(diedOutcome(jobId), clock.now());
    }
    const executor = new JobExecutor({
      maxJobs: config.maxJobs,
      run,
      outbox,
      upload: {
        orchestratorUrl: config.orchestratorUrl,
        key: config.key,
        maxBytes: config.artifactMaxBytes,
        timeoutMs: config.artifactTimeoutMs,
        log,
        clock,
      },
      workItems: (id) => createWorkItems(createRobotWorkItems({ tunnel, clock }, id)),
      jobsFolder: join(folder, "jobs"),
      keepFailed: config.keepFailed,
      secrets: [config.key],
      clock,
      log,
      onFreeSlot: () => this.#running?.claims.wake(),
    });
    await executor.prune();
    const onLost = (lost: AttemptId): void =>
      executor.stop("lost", (id) => id.jobId === lost.jobId && id.attempt === lost.attempt);
    const sender = startOutboxSender({ outbox, tunnel, onLost, log });
    const heartbeat = new HeartbeatService({
      beat: () => this.#beat(),
      onReply: (reply) => this.#onReply(reply),
      onLeaseEnding: () => executor.stop("lease-expired"),
      clock,
      log,
    });
    const claims = startClaimLoop({
      wanted: () => this.#wanted(),
      claim: (limit) => this.#claim(limit),
      random,
      log,
    });
    return { lock, outbox, executor, sender, heartbeat, claims, tunnel };
  }

  #makeTunnel(): AgentTunnel {
    const { name, version, environment, capabilities, maxJobs, orchestratorUrl, key } = this.#config;
    const { log, clock, random } = this.#parts;
    return new AgentTunnel(
      {
        orchestratorUrl,
        key,
        registration: {
          name,
          version,
          hostname: hostname(),
          platform: process.platform,
          environment,
          capabilities: [...capabilities],
          maxConcurrentJobs: maxJobs,
        },
      },
      {
        onRegistered: (registered, helloAtMs) => this.#onRegistered(registered, helloAtMs),
        onDisconnected: () => this.#running?.heartbeat.disconnected(),
        onMessage: (message) => this.#onMessage(message),
      },
      { log, clock, random },
    );
  }

  /** The orchestrator refuses the robot: its leases will not be renewed any more. */
  async #follow(tunnel: AgentTunnel): Promise<void> {
    const refusal = await tunnel.ended;
    if (refusal === undefined) return;
    this.#isDraining = true;
    this.#running?.executor.stop("lease-expired");
    this.#resolveEnded(refusal);
  }

  #onRegistered(registered: PayloadOf<"robot.registered">, helloAtMs: number): void {
    const running = this.#running;
    if (running === undefined) return;
    const { sessionId, leaseMs, heartbeatMs, intent } = registered;
    this.#registration = registered;
    // Without the session of before, its jobs are others' now.
    running.executor.stop("lost", (id) => id.sessionId !== sessionId);
    this.#setIntent(intent);
    running.heartbeat.connected({ leaseMs, heartbeatMs, renewedAtMs: helloAtMs });
    running.sender.resume();
    running.claims.wake();
    this.#resolveFirstRegistration();
  }

  #onMessage(message: OrchestratorMessage): void {
    switch (message.type) {
      case "job.available":
        return this.#running?.claims.wake();
      case "robot.control":
        return this.#setIntent(message.payload.intent);
      case "job.cancel": {
        const { jobId, attempt } = message.payload;
        return this.#cancel((id) => id.jobId === jobId && (attempt === undefined || attempt === id.attempt));
      }
      case "job.claimed":
        // The answer to a claim that had been given up.
        return this.#giveBack(message.payload.jobs, "the answer came too late");
      case "error":
        return this.#parts.log.warn({ code: message.payload.code }, message.payload.message);
      case "robot.registered":
      case "robot.heartbeat-ack":
      case "ack":
      // Answers that came too late: each was asked for again with the same ids.
      case "work-item.taken":
      case "work-item.added":
      case "work-item.settled":
        break;
    }
    return undefined;
  }

  #cancel(matches: (id: AttemptId) => boolean): void {
    this.#running?.executor.stop("cancelled", matches);
  }

  #setIntent(intent: RobotIntent): void {
    if (intent !== this.#intent) this.#parts.log.info({ intent, before: this.#intent }, "robot's intent changed");
    this.#intent = intent;
    if (intent === "active") this.#running?.claims.wake();
  }

  async #beat(): Promise<HeartbeatReply> {
    const running = this.#running;
    const registration = this.#registration;
    this.#beatAttempts.clear();
    if (running === undefined || registration === undefined) throw new TypeError("the robot is not registered");
    const { sessionId, heartbeatMs } = registration;
    const jobs = new Map<string, PayloadOf<"robot.heartbeat">["jobs"][number]>();
    // Running ones first: a message has room for so many, and these would be given to others.
    for (const { id, progress, progressNote } of running.executor.running) {
      if (id.sessionId === sessionId) {
        jobs.set(id.jobId, { jobId: id.jobId, attempt: id.attempt, progress, progressNote });
      }
    }
    // Jobs whose outcome is not acknowledged are still this robot's.
    for (const { id } of running.outbox.attempts) {
      if (id.sessionId === sessionId && !jobs.has(id.jobId)) {
        jobs.set(id.jobId, { jobId: id.jobId, attempt: id.attempt });
      }
    }
    for (const { jobId, attempt } of jobs.values()) this.#beatAttempts.set(jobId, attempt);
    return running.tunnel.request(
      "robot.heartbeat",
      { sessionId, jobs: [...jobs.values()].slice(0, 1_000), rssBytes: process.memoryUsage.rss() },
      Math.max(heartbeatMs, SHORTEST_BEAT_TIMEOUT_MS),
    );
  }

  #onReply(reply: HeartbeatReply): void {
    const running = this.#running;
    if (running === undefined) return;
    this.#setIntent(reply.intent);
    if (!reply.live) {
      running.executor.stop("lost");
      return running.tunnel.renewSession();
    }
    const asked = (id: AttemptId): boolean => this.#beatAttempts.get(id.jobId) === id.attempt;
    const { lost, cancelRequested } = reply;
    if (lost.length > 0) running.executor.stop("lost", (id) => asked(id) && lost.includes(id.jobId));
    if (cancelRequested.length > 0) this.#cancel((id) => asked(id) && cancelRequested.includes(id.jobId));
  }

  #wanted(): number {
    const running = this.#running;
    if (running === undefined || running.tunnel.state.kind !== "registered") return 0;
    if (this.#isPaused || this.#isDraining || this.#intent !== "active") return 0;
    if ((running.heartbeat.leaseLeftMs ?? 0) <= 0) return 0;
    return Math.min(running.executor.freeSlots, MAX_CLAIM);
  }

  async #claim(limit: number): Promise<number> {
    const running = this.#running;
    const sessionId = this.#registration?.sessionId;
    if (running === undefined || sessionId === undefined) return 0;
    try {
      const { jobs } = await running.tunnel.request("job.claim", { sessionId, limit });
      const wanted = this.#wanted();
      for (const offer of jobs.slice(0, wanted)) running.executor.start(offer, sessionId);
      if (jobs.length > wanted) this.#giveBack(jobs.slice(wanted), "the robot stopped taking jobs meanwhile");
      return jobs.length;
    } catch (error) {
      if (isSessionExpired(error)) running.tunnel.renewSession();
      throw error;
    }
  }

  #giveBack(offers: readonly JobOffer[], reason: string): void {
    const sessionId = this.#registration?.sessionId;
    if (sessionId === undefined) return;
    for (const { jobId, attempt } of offers) {
      const entry = this.#running?.outbox.begin({ jobId, attempt, sessionId });
      void entry?.settle({ kind: "release", started: false, reason }, this.#parts.clock.now());
    }
  }
}

function isSessionExpired(error: unknown): boolean {
  if (!(error instanceof AppError) || error.code !== "TUNNEL_REFUSED") return false;
  return (error.details as { readonly code?: unknown }).code === "QUEUE_SESSION_EXPIRED";
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw agentErrors.AGENT_FOLDER_UNUSABLE({ folder, problem: messageOf(error) }, { cause: error });
  }
}
