import { robotKeyDto, robotKeyParams } from "../../../contracts/index.ts";
import { defineRoute } from "../../define-route.ts";
import { announce } from "../announce.ts";
import { viewRobotKey } from "./robot-key-view.ts";

export const revokeRobotKey = defineRoute({
  id: "revokeRobotKey",
  method: "POST",
  path: "/api/v1/robot-keys/:keyId/revoke",
  tag: "robot-keys",
  summary: "End an API key at once",
  permission: "robot-keys:write",
  params: robotKeyParams,
  success: { status: 200, description: "The key that ended", body: robotKeyDto },
  errors: { 404: ["AUTH_KEY_NOT_FOUND"] },
  async handle({ params: { keyId }, principal: { tenantId } }, services) {
    const key = await services.robotKeys.revoke(tenantId, keyId);
    await announce(services, tenantId, { type: "robot-key.revoked", data: { keyId, name: key.name } });
    return { body: viewRobotKey(key) };
  },
});
