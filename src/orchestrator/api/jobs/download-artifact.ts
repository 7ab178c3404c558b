import { Readable } from "node:stream";
import { artifactParams } from "../../../contracts/index.ts";
import { defineRoute } from "../../define-route.ts";
import { orchestratorErrors } from "../../errors.ts";
import { attachment, readContentType } from "./artifact-view.ts";

export const downloadArtifact = defineRoute({
  id: "downloadArtifact",
  method: "GET",
  path: "/api/v1/jobs/:jobId/artifacts/:artifactId",
  tag: "artifacts",
  summary: "Download a file that a job left behind",
  description: "`ETag` is the content's SHA-256; with `If-None-Match` a known content is answered with 304.",
  permission: "artifacts:read",
  params: artifactParams,
  success: {
    status: 200,
    description: "The content, with the content type it was uploaded with",
    contentTypes: ["application/octet-stream"],
  },
  errors: { 404: ["ARTIFACT_NOT_FOUND"], 410: ["ARTIFACT_LOST"] },
  async handle({ params: { jobId, artifactId }, headers, principal: { tenantId } }, { artifacts, blobs }) {
    const artifact = await artifacts.get(tenantId, jobId, artifactId);
    if (!artifact) throw orchestratorErrors.ARTIFACT_NOT_FOUND({ jobId, artifactId });
    const { sha256 } = artifact;
    const etag = `"${sha256}"`;
    if (headers["if-none-match"]?.includes(etag)) return { body: undefined, status: 304, headers: { etag } };
    const content = await blobs.open(tenantId, sha256);
    if (!content) throw orchestratorErrors.ARTIFACT_LOST({ artifactId, sha256 });
    return {
      content: content instanceof Readable ? content : new Readable().wrap(content),
      headers: {
        etag,
        "content-type": readContentType(artifact.contentType),
        "content-length": String(artifact.sizeBytes),
        "content-disposition": attachment(artifact.name),
        // What a robot brought back must never run as a page of this origin.
        "content-security-policy": "sandbox; default-src 'none'",
      },
    };
  },
});
