import { robotList, robotListQuery } from "../../../contracts/index.ts";
import { defineRoute } from "../../define-route.ts";
import { pageRequest } from "../page-request.ts";
import { viewRobot } from "./robot-view.ts";

export const listRobots = defineRoute({
  id: "listRobots",
  method: "GET",
  path: "/api/v1/robots",
  tag: "robots",
  summary: "List robots, the one registered last first",
  permission: "robots:read",
  query: robotListQuery,
  success: { status: 200, description: "A page of robots", body: robotList },
  errors: { 400: ["PERSISTENCE_CURSOR_INVALID"] },
  async handle({ query, principal }, services) {
    const page = await services.robots.list(principal.tenantId, pageRequest(query));
    return { body: { ...page, data: page.data.map((robot) => viewRobot(robot, services)) } };
  },
});
