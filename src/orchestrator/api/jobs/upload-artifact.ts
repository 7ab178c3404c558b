import { artifactDto, artifactUploadParams, artifactUploadQuery } from "../../../contracts/index.ts";
import { type Lease, queueErrors } from "../../../queue/index.ts";
import { defineRoute } from "../../define-route.ts";
import type { Services } from "../../services.ts";
import { readContentType, viewArtifact } from "./artifact-view.ts";

export const uploadArtifact = defineRoute({
  id: "uploadArtifact",
  method: "PUT",
  path: "/api/v1/jobs/:jobId/artifacts/:sha256",
  tag: "artifacts",
  summary: "Upload a file of a running job",
  description:
    "For the robot that holds the job: `attempt` and `sessionId` are its lease. The body is the content and must have the SHA-256 of the path. The same name in the same attempt replaces the file.",
  permission: "artifacts:write",
  params: artifactUploadParams,
  query: artifactUploadQuery,
  raw: "stream",
  accepts: ["application/octet-stream"],
  success: { status: 201, description: "The file; 200 when it was there already", body: artifactDto, also: [200] },
  errors: {
    409: ["QUEUE_LEASE_LOST"],
    413: ["BLOB_TOO_LARGE"],
    422: ["BLOB_HASH_MISMATCH"],
    507: ["BLOB_STORE_FULL"],
  },
  async handle({ params: { jobId, sha256 }, query, stream, principal: { tenantId } }, services) {
    const { name, attempt, sessionId } = query;
    const lease: Lease = { tenantId, jobId, attempt, sessionId };
    await requireLease(services, lease);
    const { sizeBytes } = await services.blobs.put(tenantId, sha256, stream.content, {
      maxBytes: services.limits.artifactMaxBytes,
    });
    // Once more: an upload can outlast a lease, and the job may be somebody else's by now.
    await requireLease(services, lease);
    const known = (await services.artifacts.list(tenantId, jobId)).find(
      (artifact) => artifact.attempt === attempt && artifact.name === name && artifact.sha256 === sha256,
    );
    if (known) return { body: viewArtifact(known), status: 200 };
    const contentType = readContentType(stream.contentType);
    const artifact = await services.artifacts.add({ tenantId, jobId, attempt, name, contentType, sizeBytes, sha256 });
    return { body: viewArtifact(artifact) };
  },
});

async function requireLease({ queue }: Services, lease: Lease): Promise<void> {
  if (!(await queue.holds(lease))) {
    throw queueErrors.QUEUE_LEASE_LOST({ jobId: lease.jobId, attempt: lease.attempt });
  }
}
