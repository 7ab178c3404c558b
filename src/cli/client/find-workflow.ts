import type { WorkflowSummaryDto } from "../../contracts/index.ts";
import type { OrchestratorClient } from "../../orchestrator/client/index.ts";
import { cliErrors } from "../errors.ts";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Id of the workflow that is named by id or by name, the newest of that name. Rejects with CLI_WORKFLOW_NOT_FOUND. */
export async function findWorkflowId(client: OrchestratorClient, named: string, signal: AbortSignal): Promise<string> {
  if (UUID.test(named)) return named;
  const found = await findByName(client, named, signal);
  if (found === undefined) throw cliErrors.CLI_WORKFLOW_NOT_FOUND({ name: named });
  return found.id;
}

/** The newest workflow of exactly this name. */
export async function findByName(
  client: OrchestratorClient,
  name: string,
  signal: AbortSignal,
): Promise<WorkflowSummaryDto | undefined> {
  let cursor: string | undefined;
  do {
    const page = await client.listWorkflows({ name, limit: 250, signal, ...(cursor !== undefined && { cursor }) });
    const found = page.data.find((workflow) => workflow.name === name);
    if (found !== undefined) return found;
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return undefined;
}
