import { pauseDto, pauseInput } from "../../../contracts/index.ts";
import { defineRoute } from "../../define-route.ts";
import { pauseJobs } from "../pauses.ts";

export const pauseAllJobs = defineRoute({
  id: "pauseJobs",
  method: "POST",
  path: "/api/v1/jobs/pause",
  tag: "jobs",
  summary: "Start no more jobs of the tenant",
  description: "What runs goes on; jobs can be submitted and wait. Pausing twice is fine: the first reason stays.",
  permission: "jobs:control",
  body: pauseInput,
  success: { status: 200, description: "The pause", body: pauseDto },
  handle: async ({ body, principal: { tenantId } }, services) => pauseJobs(services, { tenantId }, body?.reason),
});
