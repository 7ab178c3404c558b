import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { vi } from "vitest";
import { WebSocket } from "ws";
import { z } from "zod";
import { RobotAgent, type RobotConfig, runWorkflow } from "../../src/agent/index.ts";
import { type AuthHeaders, authenticate, type Principal, RobotApiKeyService } from "../../src/auth/index.ts";
import { type Clock, systemClock } from "../../src/core/clock.ts";
import { DEFAULT_TENANT } from "../../src/core/ids.ts";
import type { JsonValue } from "../../src/core/json.ts";
import { createRegistry, textOr } from "../../src/execution/index.ts";
import { createHttpClient } from "../../src/http/index.ts";
import { allNodes, defineNode, typeAliases } from "../../src/nodes/index.ts";
import {
  type ControlChannel,
  createControlChannel,
  createRobotGateway,
  type FleetSettings,
  type RobotGateway,
} from "../../src/orchestrator/fleet/index.ts";
import { createWorkDesk, type WorkDesk } from "../../src/orchestrator/work-items/work-desk.ts";
import {
  createEventRepository,
  createRobotRepository,
  createWorkflowRepository,
  type EventRecord,
  type EventRepository,
  type RobotRepository,
  type WorkflowRepository,
} from "../../src/persistence/index.ts";
import { createPostgresQueue, type EnqueueRequest, type Job, type JobQueue } from "../../src/queue/index.ts";
import { createPostgresWorkItemStore } from "../../src/queue/items/index.ts";
import { openTestDatabase, type TestDatabase } from "../support/postgres.ts";

/** Figures short enough for tests that wait for leases. */
export const LEASE_MS = 1_500;
const SETTINGS: Partial<FleetSettings> = { leaseMs: LEASE_MS, heartbeatMs: 300 };

/** An orchestrator's robot side: one replica on a port of its own. */
export interface Replica {
  readonly port: number;
  readonly control: ControlChannel;
  /** Names of artifacts that were uploaded. */
  readonly uploads: string[];
  close(): Promise<void>;
}

interface ReplicaOptions {
  /** Default a free one. */
  readonly port?: number;
  readonly settings?: Partial<FleetSettings>;
  /** Default by the keys in the database. */
  readonly authenticate?: (headers: AuthHeaders) => Promise<Principal>;
}

/** Everything a test of robots needs, on a real database. */
export interface Fleet {
  readonly database: TestDatabase;
  readonly queue: JobQueue;
  readonly events: EventRepository;
  readonly robots: RobotRepository;
  readonly keys: RobotApiKeyService;
  readonly key: string;
  /** Home folder of the robots. */
  readonly home: string;
  /** Lines that were logged, as JSON. */
  readonly lines: string[];
  /** Work queues, tied to the jobs of this fleet. */
  readonly desk: WorkDesk;
  readonly workflows: WorkflowRepository;
  openReplica(options?: ReplicaOptions): Promise<Replica>;
  openRobot(port: number, options?: Partial<RobotConfig> & { readonly clock?: Clock }): Promise<RobotAgent>;
  /** Opens a socket as a robot would. */
  dial(port: number, headers?: Record<string, string>): WebSocket;
  /** Queues a run of a workflow whose only step is this. */
  submit(step: Step, options?: Partial<EnqueueRequest>): Promise<string>;
  job(jobId: string): Promise<Job>;
  eventsOf(jobId: string): Promise<readonly EventRecord[]>;
  /** Lets a HoldNode of that name go on. */
  open(gate: string): void;
  /** How often a HoldNode of that name has begun. */
  begun(gate: string): number;
  close(): Promise<void>;
}

/** One node of a test workflow. */
interface Step {
  readonly type: "HoldNode" | "ChatterNode" | "FailNode" | "FileNode" | "LogNode";
  readonly config?: Readonly<Record<string, JsonValue>>;
}

export async function openFleet(): Promise<Fleet> {
  const database = await openTestDatabase();
  const home = await mkdtemp(join(tmpdir(), "casare-fleet-"));
  const queue = createPostgresQueue({ database: database.database });
  const events = createEventRepository(database.database);
  const robots = createRobotRepository(database.database);
  const workflows = createWorkflowRepository(database.database);
  const keys = new RobotApiKeyService({ database: database.database });
  const { text: key } = await keys.create(DEFAULT_TENANT, { name: "test" });
  const agents: RobotAgent[] = [];
  const closers: (() => Promise<unknown>)[] = [];
  const lines: string[] = [];
  const gates = createGates();
  const registry = createRegistry([...allNodes, ...testNodes(gates)], typeAliases);
  const write = (facts: object, text: string): void => {
    lines.push(JSON.stringify({ text, ...facts }));
  };
  const log = { debug: write, info: write, warn: write, error: write };
  const desk = createWorkDesk({
    store: createPostgresWorkItemStore(database.database),
    queue,
    workflows,
    events,
    clock: systemClock,
    log,
  });

  return {
    database,
    queue,
    events,
    robots,
    keys,
    key,
    home,
    lines,
    desk,
    workflows,
    async openReplica({ port = 0, settings = {}, authenticate: ask } = {}) {
      const uploads: string[] = [];
      const control = createControlChannel(database.database, log);
      const gateway: RobotGateway = await createRobotGateway({
        queue,
        robots,
        workflows,
        events,
        desk,
        control,
        authenticate: ask ?? ((headers) => authenticate(headers, (text) => keys.verify(text))),
        settings: { ...SETTINGS, ...settings },
        log,
      });
      const server = createServer((request, response) => void takeUpload(uploads, request, response));
      server.on("upgrade", (request, socket, head) => gateway.handleUpgrade(request, socket, head));
      server.listen(port, "127.0.0.1");
      await once(server, "listening");
      let isClosed = false;
      const close = async (): Promise<void> => {
        if (isClosed) return;
        isClosed = true;
        server.close();
        await gateway.close();
        server.closeAllConnections();
      };
      closers.push(close);
      return { port: (server.address() as AddressInfo).port, control, uploads, close };
    },
    async openRobot(port, { clock = systemClock, ...options } = {}) {
      const agent = new RobotAgent(
        {
          name: "robot-1",
          environment: "default",
          capabilities: ["http", "files", "workItems"],
          maxJobs: 1,
          orchestratorUrl: `http://127.0.0.1:${port}`,
          key,
          home,
          version: "1.0.0",
          drainMs: 10_000,
          keepFailed: 3,
          outboxMaxBytes: 10_000_000,
          artifactMaxBytes: 1_000_000,
          artifactTimeoutMs: 5_000,
          ...options,
        },
        {
          run: (run) => runWorkflow({ ...run, home: options.home ?? home, http: createHttpClient(), registry }),
          log,
          clock,
          random: () => 0,
        },
      );
      agents.push(agent);
      await agent.start();
      return agent;
    },
    dial(port, headers = { authorization: `Bearer ${key}` }) {
      const socket = new WebSocket(`ws://127.0.0.1:${port}/ws/robot`, { headers });
      // A refusal is what some tests are about.
      socket.on("error", () => undefined);
      closers.push(async () => socket.terminate());
      return socket;
    },
    async submit(step, options = {}) {
      const draft = { name: step.type, description: "", document: documentOf(step), requires: [] };
      const workflow = await workflows.create(DEFAULT_TENANT, draft);
      const payload = {
        workflowId: workflow.id,
        workflowVersion: workflow.version,
        workflowName: workflow.name,
        variables: {},
      };
      const [accepted] = await queue.enqueue(DEFAULT_TENANT, [{ kind: workflow.id, payload, ...options }]);
      if (accepted === undefined) throw new Error("not accepted");
      return accepted.jobId;
    },
    async job(jobId) {
      const job = await queue.get(DEFAULT_TENANT, jobId);
      if (job === undefined) throw new Error(`no job ${jobId}`);
      return job;
    },
    eventsOf: (jobId) => events.after(DEFAULT_TENANT, "0", 1_000, { jobId }),
    open: gates.open,
    begun: gates.begun,
    async close() {
      await Promise.all(agents.map((agent) => agent.stop({ drainMs: 0 })));
      for (const close of closers.toReversed()) await close();
      await queue.close();
      await rm(home, { recursive: true });
      // A worker of the server that cleans up in it cannot be ended by us; it leaves in a moment.
      await vi.waitFor(() => database.close(), { timeout: 10_000, interval: 300 });
    },
  };
}

async function takeUpload(uploads: string[], request: IncomingMessage, response: ServerResponse): Promise<void> {
  request.resume();
  await once(request, "end");
  uploads.push(new URL(request.url ?? "", "http://localhost").searchParams.get("name") ?? "");
  response.writeHead(201, { "content-type": "application/json" }).end("{}");
}

interface Gates {
  readonly pass: (gate: string, signal: AbortSignal) => Promise<void>;
  readonly open: (gate: string) => void;
  readonly begun: (gate: string) => number;
}

function createGates(): Gates {
  const waiting = new Map<string, (() => void)[]>();
  const opened = new Set<string>();
  const counts = new Map<string, number>();
  return {
    begun: (gate) => counts.get(gate) ?? 0,
    open(gate) {
      opened.add(gate);
      for (const resolve of waiting.get(gate) ?? []) resolve();
    },
    pass(gate, signal) {
      counts.set(gate, (counts.get(gate) ?? 0) + 1);
      if (opened.has(gate)) return Promise.resolve();
      return new Promise((resolve, reject) => {
        waiting.set(gate, [...(waiting.get(gate) ?? []), resolve]);
        signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
      });
    },
  };
}

function testNodes(gates: Gates) {
  const hold = defineNode({
    type: "HoldNode",
    category: "test",
    summary: "Waits until the test opens its gate",
    needs: [],
    effect: "once",
    config: z.object({ gate: textOr("gate") }),
    timeoutMs: 0,
    run: async ({ config, signal }) => {
      await gates.pass(config.gate, signal);
      return {};
    },
  });
  const chatter = defineNode({
    type: "ChatterNode",
    category: "test",
    summary: "Logs, waits for its gate, logs again",
    needs: [],
    effect: "once",
    config: z.object({ gate: textOr("gate"), lines: z.coerce.number().default(10) }),
    timeoutMs: 0,
    run: async ({ config, signal, log }) => {
      for (let line = 0; line < config.lines; line++) log("info", `before ${line}`);
      await gates.pass(config.gate, signal);
      for (let line = 0; line < config.lines; line++) log("info", `after ${line}`);
      return {};
    },
  });
  const fail = defineNode({
    type: "FailNode",
    category: "test",
    summary: "Fails",
    needs: [],
    effect: "once",
    config: z.object({}),
    run: () => Promise.reject(new Error("as told")),
  });
  const file = defineNode({
    type: "FileNode",
    category: "test",
    summary: "Writes a file",
    needs: ["files"],
    effect: "once",
    config: z.object({}),
    run: async ({ files }) => {
      await writeFile(files.resolve("report.csv"), "a,b\n");
      return {};
    },
  });
  return [hold, chatter, fail, file];
}

function documentOf(step: Step): JsonValue {
  return {
    metadata: { name: step.type },
    nodes: {
      start: { node_id: "start", node_type: "StartNode", config: {} },
      step: { node_id: "step", node_type: step.type, config: { ...step.config } },
    },
    connections: [{ source_node: "start", source_port: "exec_out", target_node: "step", target_port: "exec_in" }],
    variables: {},
    settings: {},
  };
}
