import { isDeepStrictEqual } from "node:util";
import type { JsonObject } from "../../core/json.ts";
import type { OrchestratorClient } from "../../orchestrator/client/index.ts";
import { findByName } from "./find-workflow.ts";

export interface StoredFile {
  readonly id: string;
  readonly name: string;
  readonly version: number;
  readonly change: "created" | "updated" | "unchanged";
}

/**
 * Stores a workflow file under its name: as a new workflow, as a new version of the newest one of that name, or not at all
 * when it is what is stored already.
 *
 * Rejects with WORKFLOW_INVALID, and with WORKFLOW_STORE_CONFLICT when somebody else stored a version meanwhile.
 */
export async function storeWorkflow(
  client: OrchestratorClient,
  file: { /** 1–200 characters, no white space around. */ readonly name: string; readonly document: JsonObject },
  signal: AbortSignal,
): Promise<StoredFile> {
  const { name, document } = file;
  const known = await findByName(client, name, signal);
  if (known === undefined) {
    const created = await client.createWorkflow({ document, name }, { signal });
    return { id: created.id, name: created.name, version: created.version, change: "created" };
  }
  const { id, version } = known;
  const stored = await client.getWorkflow(id, { signal });
  if (isDeepStrictEqual(stored.document, document)) {
    return { id, name: stored.name, version: stored.version, change: "unchanged" };
  }
  const updated = await client.updateWorkflow(id, { document, name }, { signal, expectedVersion: version });
  return { id, name: updated.name, version: updated.version, change: "updated" };
}
