import { artifactList, jobParams } from "../../../contracts/index.ts";
import { defineRoute } from "../../define-route.ts";
import { viewArtifact } from "./artifact-view.ts";
import { findJob } from "./find-job.ts";

export const listArtifacts = defineRoute({
  id: "listArtifacts",
  method: "GET",
  path: "/api/v1/jobs/:jobId/artifacts",
  tag: "artifacts",
  summary: "List the files a job left behind",
  permission: "artifacts:read",
  params: jobParams,
  success: { status: 200, description: "All of them, by attempt and name", body: artifactList },
  errors: { 404: ["QUEUE_JOB_NOT_FOUND"] },
  async handle({ params: { jobId }, principal: { tenantId } }, services) {
    await findJob(services, tenantId, jobId);
    const artifacts = await services.artifacts.list(tenantId, jobId);
    return { body: { data: artifacts.map(viewArtifact) } };
  },
});
