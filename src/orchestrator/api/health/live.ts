import { liveness } from "../../../contracts/index.ts";
import { definePublicRoute } from "../../define-route.ts";

export const healthLive = definePublicRoute({
  id: "getLiveness",
  method: "GET",
  path: "/health/live",
  tag: "health",
  summary: "Whether the process answers at all",
  success: { status: 200, description: "It does", body: liveness },
  handle: async () => ({ body: { status: "ok" as const } }),
});
