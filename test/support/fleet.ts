import { setTimeout as delay } from "node:timers/promises";
import { createFolder, findFreePort, type RunningProcess, startCasare, until } from "./processes.ts";

/** An answer of the REST API, read as JSON. */
export interface ApiAnswer {
  readonly status: number;
  readonly body: ApiBody;
  readonly headers: Headers;
}

/** The parts of answers that tests look at. */
export interface ApiBody {
  readonly data?: readonly ApiBody[];
  readonly nextCursor?: string;
  readonly id?: string;
  readonly key?: string;
  readonly name?: string;
  readonly status?: string | number;
  readonly state?: string;
  readonly type?: string;
  readonly code?: string;
  readonly detail?: string;
  readonly errors?: readonly { readonly path?: string; readonly message?: string; readonly code?: string }[];
  readonly attempt?: number;
  readonly outcome?: string;
  readonly attempts?: readonly ApiBody[];
}

interface OrchestratorProcess {
  readonly url: string;
  readonly port: number;
  readonly process: RunningProcess;
}

export interface Fleet {
  readonly adminKey: string;
  readonly robotKey: string;
  readonly orchestrators: OrchestratorProcess[];
  /** Through the first orchestrator, with the admin key. */
  api(method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<ApiAnswer>;
  startOrchestrator(port?: number): Promise<OrchestratorProcess>;
  /** Resolves once the orchestrator shows it as connected. */
  startRobot(name: string, env?: Readonly<Record<string, string>>): Promise<RunningProcess>;
  createWorkflow(document: unknown): Promise<string>;
  submit(workflowId: string, variables?: Readonly<Record<string, unknown>>): Promise<string>;
  /** Polls until the job has one of the states; fails after `timeoutMs`. */
  waitForJob(jobId: string, states: readonly string[], timeoutMs?: number): Promise<ApiBody>;
  close(): Promise<void>;
}

/** Timings short enough for tests that wait for leases. */
const SHORT_LEASES = {
  CASARE_QUEUE_LEASE_MS: "3000",
  CASARE_QUEUE_HEARTBEAT_MS: "800",
  CASARE_QUEUE_REAP_MS: "500",
};

/**
 * The product as processes: one orchestrator, robots on demand. `close` ends all of them with SIGKILL and removes their folders.
 *
 * @param databaseUrl undefined: the orchestrator runs the embedded server in its home.
 */
export async function openFleet(
  databaseUrl: string | undefined,
  env: Readonly<Record<string, string>> = {},
): Promise<Fleet & { readonly home: string }> {
  const folder = await createFolder();
  const home = `${folder.path}/home`;
  const shared = {
    HOME: folder.path,
    CASARE_HOME: home,
    ...SHORT_LEASES,
    ...(databaseUrl !== undefined && { CASARE_DATABASE_URL: databaseUrl }),
    ...env,
  };
  const running: RunningProcess[] = [];
  const orchestrators: OrchestratorProcess[] = [];
  let adminKey = "";

  async function startOrchestrator(port?: number): Promise<OrchestratorProcess> {
    const chosen = port ?? (await findFreePort());
    const child = startCasare(["orchestrator"], {
      env: { ...shared, CASARE_PORT: String(chosen) },
      timeoutMs: 600_000,
    });
    running.push(child);
    const url = `http://127.0.0.1:${chosen}`;
    const ready = await until(
      async () => ((await fetch(`${url}/health/ready`).catch(() => undefined))?.status === 200 ? true : undefined),
      60_000,
    );
    if (ready !== true) throw new Error(`orchestrator not ready\n${child.stdout}\n${child.stderr}`);
    const key = /crpa_admin_[\w-]+/.exec(child.stdout + child.stderr)?.[0];
    if (adminKey === "" && key !== undefined) adminKey = key;
    const started = { url, port: chosen, process: child };
    orchestrators.push(started);
    return started;
  }

  async function api(
    method: string,
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<ApiAnswer> {
    const answer = await fetch(`${orchestrators[0]?.url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${adminKey}`,
        ...(body !== undefined && { "content-type": "application/json" }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, body: (text === "" ? {} : JSON.parse(text)) as ApiBody, headers: answer.headers };
  }

  await startOrchestrator();
  const created = await api("POST", "/api/v1/robot-keys", { name: "test" });
  if (created.status !== 201) throw new Error(`no robot key: ${JSON.stringify(created.body)}`);
  const robotKey = String(created.body.key);

  return {
    home,
    adminKey,
    robotKey,
    orchestrators,
    api,
    startOrchestrator,
    async startRobot(name, robotEnv = {}) {
      const child = startCasare(["robot"], {
        env: {
          ...shared,
          CASARE_ROBOT_KEY: robotKey,
          CASARE_ROBOT_NAME: name,
          CASARE_ORCHESTRATOR_URL: orchestrators[0]?.url ?? "",
          ...robotEnv,
        },
        timeoutMs: 600_000,
      });
      running.push(child);
      const connected = await until(async () => {
        const { body } = await api("GET", "/api/v1/robots");
        return body.data?.some((robot) => robot.name === name && robot.status !== "offline") === true
          ? true
          : undefined;
      }, 30_000);
      if (connected !== true) throw new Error(`robot ${name} did not connect\n${child.stdout}\n${child.stderr}`);
      return child;
    },
    async createWorkflow(document) {
      const { status, body } = await api("POST", "/api/v1/workflows", { document });
      if (status !== 201) throw new Error(`workflow refused: ${JSON.stringify(body)}`);
      return String(body.id);
    },
    async submit(workflowId, variables = {}) {
      const { status, body } = await api("POST", "/api/v1/jobs", { workflowId, variables });
      if (status !== 202) throw new Error(`job refused: ${JSON.stringify(body)}`);
      return String(body.id);
    },
    async waitForJob(jobId, states, timeoutMs = 60_000) {
      let last: ApiBody = {};
      const found = await until(async () => {
        const answer = await api("GET", `/api/v1/jobs/${jobId}`).catch(() => undefined);
        if (answer?.status !== 200) return undefined;
        last = answer.body;
        return states.includes(String(last.state)) ? last : undefined;
      }, timeoutMs);
      if (found === undefined)
        throw new Error(`job ${jobId} never became ${states.join("/")}: ${JSON.stringify(last)}`);
      return found;
    },
    async close() {
      for (const child of running) {
        child.signal("SIGCONT");
        child.signal("SIGTERM");
      }
      await Promise.race([Promise.all(running.map((child) => child.ended)), delay(10_000)]);
      for (const child of running) child.signal("SIGKILL");
      await Promise.all(running.map((child) => child.ended));
      await folder.remove();
    },
  };
}
