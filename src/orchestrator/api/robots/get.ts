import { robotDto, robotParams } from "../../../contracts/index.ts";
import { persistenceErrors } from "../../../persistence/index.ts";
import { defineRoute } from "../../define-route.ts";
import { viewRobot } from "./robot-view.ts";

export const getRobot = defineRoute({
  id: "getRobot",
  method: "GET",
  path: "/api/v1/robots/:robotId",
  tag: "robots",
  summary: "Get a robot",
  permission: "robots:read",
  params: robotParams,
  success: { status: 200, description: "The robot", body: robotDto },
  errors: { 404: ["ROBOT_STORE_NOT_FOUND"] },
  async handle({ params: { robotId }, principal }, services) {
    const robot = await services.robots.get(principal.tenantId, robotId);
    if (!robot) throw persistenceErrors.ROBOT_STORE_NOT_FOUND({ robotId });
    return { body: viewRobot(robot, services) };
  },
});
