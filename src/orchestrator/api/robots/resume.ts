import { robotDto, robotParams } from "../../../contracts/index.ts";
import { defineRoute } from "../../define-route.ts";
import { changeIntent } from "./change-intent.ts";

export const resumeRobot = defineRoute({
  id: "resumeRobot",
  method: "POST",
  path: "/api/v1/robots/:robotId/resume",
  tag: "robots",
  summary: "Let a robot work again",
  permission: "robots:control",
  params: robotParams,
  success: { status: 200, description: "The robot", body: robotDto },
  errors: { 404: ["ROBOT_STORE_NOT_FOUND"] },
  handle: async ({ params: { robotId }, principal }, services) =>
    changeIntent(services, principal.tenantId, { robotId, intent: "active" }),
});
