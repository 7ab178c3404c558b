import { artifactParams } from "../../../contracts/index.ts";
import { defineRoute } from "../../define-route.ts";
import { orchestratorErrors } from "../../errors.ts";
import { answerContent } from "../answer-content.ts";
import { attachment, readContentType } from "./artifact-view.ts";

export const downloadArtifact = defineRoute({
  id: "downloadArtifact",
  method: "GET",
  path: "/api/v1/jobs/:jobId/artifacts/:artifactId",
  tag: "artifacts",
  summary: "Download a file that a job left behind",
  description:
    "`ETag` is the content's SHA-256; with `If-None-Match` a known content is answered with 304. HEAD tells size and type; one `Range` of bytes is followed, so that a broken download can go on.",
  permission: "artifacts:read",
  params: artifactParams,
  headers: ["If-None-Match", "Range", "If-Range"],
  success: {
    status: 200,
    description: "The content, with the content type it was uploaded with",
    contentTypes: ["application/octet-stream"],
    also: [206],
    headers: ["ETag", "Accept-Ranges", "Content-Disposition"],
  },
  errors: { 404: ["ARTIFACT_NOT_FOUND"], 410: ["ARTIFACT_LOST"], 416: ["RANGE_NOT_SATISFIABLE"] },
  async handle({ params: { jobId, artifactId }, headers, principal: { tenantId } }, { artifacts, blobs }) {
    const artifact = await artifacts.get(tenantId, jobId, artifactId);
    if (!artifact) throw orchestratorErrors.ARTIFACT_NOT_FOUND({ jobId, artifactId });
    const { id, sha256, sizeBytes } = artifact;
    return answerContent(
      blobs,
      { tenantId, headers },
      {
        id,
        sha256,
        sizeBytes,
        headers: {
          "content-type": readContentType(artifact.contentType),
          "content-disposition": attachment(artifact.name),
          // What a robot brought back must never run as a page of this origin.
          "content-security-policy": "sandbox; default-src 'none'",
        },
      },
    );
  },
});
