import { artifactParams } from "../../../contracts/index.ts";
import { defineRoute } from "../../define-route.ts";
import { orchestratorErrors } from "../../errors.ts";
import { answerContent, DOWNLOAD_DESCRIPTION, DOWNLOAD_HEADERS, DOWNLOAD_SUCCESS } from "../answer-content.ts";

export const downloadArtifact = defineRoute({
  id: "downloadArtifact",
  method: "GET",
  path: "/api/v1/jobs/:jobId/artifacts/:artifactId",
  tag: "artifacts",
  summary: "Download a file that a job left behind",
  description: DOWNLOAD_DESCRIPTION,
  permission: "artifacts:read",
  params: artifactParams,
  headers: DOWNLOAD_HEADERS,
  success: DOWNLOAD_SUCCESS,
  errors: { 404: ["ARTIFACT_NOT_FOUND"], 410: ["ARTIFACT_LOST"], 416: ["RANGE_NOT_SATISFIABLE"] },
  async handle({ params: { jobId, artifactId }, headers, principal: { tenantId } }, { artifacts, blobs }) {
    const artifact = await artifacts.get(tenantId, jobId, artifactId);
    if (!artifact) throw orchestratorErrors.ARTIFACT_NOT_FOUND({ jobId, artifactId });
    return answerContent(blobs, { tenantId, headers }, artifact);
  },
});
