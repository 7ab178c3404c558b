import { robotKeyList, robotKeyListQuery } from "../../../contracts/index.ts";
import { defineRoute } from "../../define-route.ts";
import { pageRequest } from "../page-request.ts";
import { viewRobotKey } from "./robot-key-view.ts";

export const listRobotKeys = defineRoute({
  id: "listRobotKeys",
  method: "GET",
  path: "/api/v1/robot-keys",
  tag: "robot-keys",
  summary: "List the robots' API keys, newest first",
  permission: "robot-keys:read",
  query: robotKeyListQuery,
  success: { status: 200, description: "A page of keys, the ended ones too; never their secrets", body: robotKeyList },
  errors: { 400: ["AUTH_CURSOR_INVALID"] },
  async handle({ query, principal }, { robotKeys }) {
    const page = await robotKeys.list(principal.tenantId, pageRequest(query));
    return { body: { ...page, data: page.data.map(viewRobotKey) } };
  },
});
