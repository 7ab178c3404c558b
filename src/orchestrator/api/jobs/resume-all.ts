import { resumeReport } from "../../../contracts/index.ts";
import { defineRoute } from "../../define-route.ts";
import { resumeJobs } from "../pauses.ts";

export const resumeAllJobs = defineRoute({
  id: "resumeJobs",
  method: "POST",
  path: "/api/v1/jobs/resume",
  tag: "jobs",
  summary: "Start jobs of the tenant again",
  description: "Workflows that are paused by themselves stay so.",
  permission: "jobs:control",
  success: { status: 200, description: "Whether it was paused", body: resumeReport },
  handle: async ({ principal: { tenantId } }, services) => resumeJobs(services, { tenantId }),
});
