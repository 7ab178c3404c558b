import { AppError, messageOf } from "../../core/errors.ts";
import { OrchestratorClient } from "../../orchestrator/client/index.ts";
import type { Target } from "../client/target.ts";
import { describeHolder, isFree } from "../server/port.ts";
import { type Diagnosis, fail, ok, warn } from "./finding.ts";

/** Could an orchestrator listen there, or does one already? */
export async function checkPort(host: string, port: number): Promise<Diagnosis> {
  if (port === 0) return ok("any free port is taken at start");
  try {
    if (await isFree(host, port)) return ok(`${host}:${port} is free`);
  } catch (error) {
    return fail(`${host}:${port} cannot be listened on: ${messageOf(error)}`, "check CASARE_HOST and CASARE_PORT");
  }
  const holder = await describeHolder(host, port);
  if (holder.isOrchestrator) return ok(`${host}:${port} is in use by a casare orchestrator`);
  return fail(`${host}:${port} is in use by another program`, "stop it, or choose another port with CASARE_PORT");
}

/** Does the orchestrator answer that commands and robots of this machine would talk to, and does it accept our key? */
export async function checkOrchestrator(target: Target, signal: AbortSignal): Promise<Diagnosis> {
  const { url, key } = target;
  try {
    const client = new OrchestratorClient({
      baseUrl: url,
      retries: 0,
      timeoutMs: 5_000,
      ...(key !== undefined && { apiKey: key }),
    });
    const { status, version, database, migrations } = await client.health({ signal });
    const detail = `${url} answers, version ${version}`;
    if (status !== "ok") {
      return fail(`${detail}, database ${database}, migrations ${migrations}`, "look into the orchestrator's log");
    }
    if (key === undefined)
      return warn(`${detail}, but there is no key for it`, "set CASARE_API_KEY or CASARE_API_KEY_FILE");
    const robots = await client.listRobots({ limit: 250, signal });
    const present = robots.data.filter((robot) => robot.status !== "offline").length;
    return ok(`${detail}, ${present} of ${robots.data.length} robots are connected`);
  } catch (error) {
    return explain(error, url);
  }
}

function explain(error: unknown, url: string): Diagnosis {
  if (error instanceof AppError && (error.status === 401 || error.status === 403)) {
    return fail(
      `${url} does not accept the key`,
      "set CASARE_API_KEY to a valid admin key, or unset it to use the local one",
    );
  }
  if (error instanceof AppError && error.code === "ORCHESTRATOR_UNREACHABLE") {
    return warn(
      `nothing answers at ${url}`,
      '"casare start" runs one here; CASARE_ORCHESTRATOR_URL names one elsewhere',
    );
  }
  return fail(messageOf(error), "check CASARE_ORCHESTRATOR_URL");
}
