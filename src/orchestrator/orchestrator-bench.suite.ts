import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sql from "sql-template-tag";
import { expect } from "vitest";
import { openTestDatabase } from "../../test/support/postgres.ts";
import { ensureAdminKey, RobotApiKeyService } from "../auth/index.ts";
import { type Problem, problem } from "../contracts/index.ts";
import { DEFAULT_TENANT, type TenantId } from "../core/ids.ts";
import type { Database } from "../database/index.ts";
import { createEventRepository, type EventRecord, type NewEvent } from "../persistence/index.ts";
import { createPostgresQueue, type JobQueue } from "../queue/index.ts";
import { routes } from "./api/routes.ts";
import { checkByShape, workflowDocument } from "./check-by-shape.suite.ts";
import type { OrchestratorLog } from "./log.ts";
import { errorCodes } from "./server/route-schema.ts";
import { type OrchestratorSettings, type RunningOrchestrator, startOrchestrator } from "./start-orchestrator.ts";

/** A real orchestrator on a fresh database and a free port of the loopback, with two tenants. */
export interface OrchestratorBench {
  readonly url: string;
  readonly database: Database;
  readonly databaseUrl: string;
  /** The same queue as the orchestrator's, as another process would see it. */
  readonly queue: JobQueue;
  readonly adminKey: string;
  readonly robotKey: string;
  /** Admin key of the second tenant. */
  readonly foreignKey: string;
  readonly foreignTenant: TenantId;
  readonly logged: readonly { readonly level: string; readonly facts: object; readonly text: string }[];
  /** Asks as the first tenant's admin, unless the headers say otherwise. */
  call(method: string, path: string, options?: CallOptions): Promise<Answer>;
  /** Stores a workflow. @returns its id. */
  createWorkflow(document?: Record<string, unknown>): Promise<string>;
  appendEvents(events: readonly NewEvent[]): Promise<void>;
  /** The first tenant's events, oldest first, that the condition holds for. */
  eventsOf(condition: (event: EventRecord) => boolean): Promise<readonly EventRecord[]>;
  /** Types of all events of a job, oldest first. */
  typesOf(jobId: string): Promise<readonly string[]>;
  /** Empties the folder of artifacts. */
  removeArtifacts(): Promise<void>;
  /** Another replica on the same database. */
  startReplica(settings?: Partial<OrchestratorSettings>): Promise<RunningOrchestrator>;
  /** A live session of a robot, claiming one job when there is one. */
  claim(environment?: string): Promise<{ sessionId: string; jobId: string; attempt: number }>;
  close(): Promise<void>;
}

export interface CallOptions {
  /** JSON, unless it is text or bytes. */
  readonly body?: unknown;
  readonly key?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The JSON of the answer; {} when it is none. */
  // Tests look at whatever they asked for.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly body: any;
}

const SETTINGS: Omit<OrchestratorSettings, "HOME"> = {
  PORT: 0,
  HOST: "127.0.0.1",
  ARTIFACT_MAX_BYTES: 100_000,
  BODY_MAX_BYTES: 50_000,
  ROBOT_OFFLINE_MS: 30_000,
  QUEUE_LEASE_MS: 30_000,
  QUEUE_HEARTBEAT_MS: 10_000,
  QUEUE_REAP_MS: 60_000,
  QUEUE_TIDY_MS: 3_600_000,
  QUEUE_RETENTION_DAYS: 35,
  QUEUE_DEAD_LETTER_RETENTION_DAYS: 90,
  QUEUE_HORIZON_ALARM_MS: 300_000,
  QUEUE_DEAD_ROWS_ALARM: 200_000,
};

export async function openBench(settings: Partial<OrchestratorSettings> = {}): Promise<OrchestratorBench> {
  const opened = await openTestDatabase({ maxConnections: 20 });
  const { database, url: databaseUrl } = opened;
  const home = await mkdtemp(join(tmpdir(), "casare-orchestrator-"));
  const logged: { level: string; facts: object; text: string }[] = [];
  const write = (level: string) => (facts: object, text: string) => void logged.push({ level, facts, text });
  const log: OrchestratorLog = {
    debug: write("debug"),
    info: write("info"),
    warn: write("warn"),
    error: write("error"),
  };
  const start = (changes: Partial<OrchestratorSettings> = {}): Promise<RunningOrchestrator> =>
    startOrchestrator({
      settings: { ...SETTINGS, HOME: home, ...settings, ...changes },
      database,
      checkWorkflow: checkByShape,
      log,
      version: "1.2.3",
    });
  const main = await start();
  const replicas: RunningOrchestrator[] = [main];
  const queue = createPostgresQueue({ database, listen: false });
  const events = createEventRepository(database);
  const [second] = await database.query<{ id: number }>(
    sql`insert into tenant (slug, name) values ('second', 'Second') returning id`,
  );
  const foreignTenant = (second?.id ?? 0) as TenantId;
  const foreignKey = (await ensureAdminKey(database, foreignTenant))?.text ?? "";
  const robotKey = (await new RobotApiKeyService({ database }).create(DEFAULT_TENANT, { name: "bench" })).text;
  const adminKey = main.adminKey ?? "";

  return {
    url: main.url,
    database,
    databaseUrl,
    queue,
    adminKey,
    robotKey,
    foreignKey,
    foreignTenant,
    logged,
    call: (method, path, options) => callApi(main.url, { method, path, key: adminKey, ...options }),
    async createWorkflow(document = workflowDocument()) {
      const options = { method: "POST", path: "/api/v1/workflows", key: adminKey, body: { document } };
      return String((await callApi(main.url, options)).body.id);
    },
    appendEvents: (list) => events.append(DEFAULT_TENANT, list),
    eventsOf: async (condition) => (await events.after(DEFAULT_TENANT, "0", 1_000)).filter(condition),
    typesOf: async (jobId) => (await events.after(DEFAULT_TENANT, "0", 1_000, { jobId })).map(({ type }) => type),
    removeArtifacts: () => rm(join(home, "artifacts"), { recursive: true }),
    async startReplica(changes) {
      const replica = await start(changes);
      replicas.push(replica);
      return replica;
    },
    async claim(environment = "default") {
      const session = { tenantId: DEFAULT_TENANT, robotId: "robot-1", leaseMs: 30_000 };
      const { sessionId } = await queue.openSession(session);
      const request = { tenantId: DEFAULT_TENANT, sessionId, environment, capabilities: ["browser"], limit: 1 };
      const [job] = await queue.claim(request);
      return { sessionId, jobId: job?.jobId ?? "", attempt: job?.attempt ?? 0 };
    },
    async close() {
      await Promise.all(replicas.map((replica) => replica.close(2_000)));
      await queue.close();
      await opened.close();
      await rm(home, { recursive: true, force: true });
    },
  };
}

/** One request. Checks of every error that it is a problem, and one that the route's description names. */
export async function callApi(
  baseUrl: string,
  request: CallOptions & { readonly method: string; readonly path: string },
): Promise<Answer> {
  const { method, path, body, key, headers } = request;
  const isRaw = typeof body === "string" || body instanceof Uint8Array || body instanceof FormData;
  const response = await fetch(`${baseUrl}${path}`, {
    method,
    headers: {
      ...(key !== undefined && { authorization: `Bearer ${key}` }),
      ...(body !== undefined && !(body instanceof FormData) && { "content-type": "application/json" }),
      ...headers,
    },
    ...(body !== undefined && { body: isRaw ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  if (response.status >= 400) expectDocumented(method, path, { response, text });
  return { status: response.status, headers: response.headers, text, body: parse(text) };
}

function expectDocumented(method: string, path: string, answer: { response: Response; text: string }): void {
  const { response, text } = answer;
  const type = response.headers.get("content-type") ?? "";
  // The readiness probe answers 503 with what it found.
  if (path.startsWith("/health") && type.startsWith("application/json")) return;
  expect(type).toMatch(/^application\/problem\+json/);
  const told: Problem = problem.parse(JSON.parse(text));
  expect(told.status).toBe(response.status);
  expect(response.headers.get("x-request-id")).toBe(told.requestId);
  const route = routes.find(
    (candidate) =>
      candidate.method === method &&
      new RegExp(`^${candidate.path.replaceAll(/:\w+/g, "[^/]+")}$`).test(path.replace(/\?.*$/, "")),
  );
  if (route) expect(errorCodes(route).get(told.status) ?? []).toContain(told.code);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
