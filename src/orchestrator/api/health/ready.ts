import { healthDto } from "../../../contracts/index.ts";
import { definePublicRoute } from "../../define-route.ts";
import { describeHealth } from "./describe-health.ts";

export const healthReady = definePublicRoute({
  id: "getReadiness",
  method: "GET",
  path: "/health/ready",
  tag: "health",
  summary: "Whether requests can be handled",
  description: "503 while the database is out of reach or its migrations are not done.",
  success: { status: 200, description: "They can", body: healthDto, also: [503] },
  async handle(_request, services) {
    const body = await describeHealth(services);
    return { body, status: body.status === "ok" ? 200 : 503 };
  },
});
