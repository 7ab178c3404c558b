import { healthDto } from "../../../contracts/index.ts";
import { definePublicRoute } from "../../define-route.ts";
import { describeHealth } from "./describe-health.ts";

export const healthSummary = definePublicRoute({
  id: "getHealth",
  method: "GET",
  path: "/health",
  tag: "health",
  summary: "How the orchestrator is",
  description: "Always 200 while the process answers; `status` tells whether it can work.",
  success: { status: 200, description: "How it is", body: healthDto },
  handle: async (_request, services) => ({ body: await describeHealth(services) }),
});
