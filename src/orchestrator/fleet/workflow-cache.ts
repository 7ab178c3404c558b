import type { TenantId } from "../../core/ids.ts";
import { jsonSizeBytes } from "../../core/json.ts";
import type { WorkflowRecord, WorkflowRepository } from "../../persistence/index.ts";

/** A stored version with the size of its document as JSON text. */
interface CachedWorkflow {
  readonly record: WorkflowRecord;
  readonly sizeBytes: number;
}

/** Workflow versions by tenant, id and version; versions never change, so nothing here grows stale. */
export interface WorkflowCache {
  /** Undefined when there is no such version. Rejects when the store is out of reach. */
  get(tenantId: TenantId, id: string, version: number): Promise<CachedWorkflow | undefined>;
}

/** @param maxBytes of documents kept; the ones not used for longest go first. */
export function createWorkflowCache(
  workflows: Pick<WorkflowRepository, "getVersion">,
  maxBytes: number = 64 * 1024 * 1024,
): WorkflowCache {
  const kept = new Map<string, CachedWorkflow>();
  let keptBytes = 0;

  function keep(key: string, workflow: CachedWorkflow): void {
    kept.set(key, workflow);
    keptBytes += workflow.sizeBytes;
    for (const [oldest, { sizeBytes }] of kept) {
      if (keptBytes <= maxBytes) break;
      kept.delete(oldest);
      keptBytes -= sizeBytes;
    }
  }

  return {
    async get(tenantId, id, version) {
      const key = `${tenantId}:${id}:${version}`;
      const hit = kept.get(key);
      if (hit !== undefined) {
        // A map lists its keys in order of insertion: the newest use goes to the end.
        kept.delete(key);
        kept.set(key, hit);
        return hit;
      }
      const record = await workflows.getVersion(tenantId, id, version);
      if (record === undefined) return undefined;
      const workflow = { record, sizeBytes: jsonSizeBytes(record.document) };
      if (!kept.has(key)) keep(key, workflow);
      return workflow;
    },
  };
}
