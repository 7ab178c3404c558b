import { issuedRobotKey, robotKeyParams, robotKeyRotation } from "../../../contracts/index.ts";
import { defineRoute } from "../../define-route.ts";
import { announce } from "../announce.ts";
import { viewIssuedKey } from "./robot-key-view.ts";

export const rotateRobotKey = defineRoute({
  id: "rotateRobotKey",
  method: "POST",
  path: "/api/v1/robot-keys/:keyId/rotate",
  tag: "robot-keys",
  summary: "Replace an API key by a new one of the same name",
  description: "The old key ends after `graceMs`. The new `key` is shown in this answer and never again.",
  permission: "robot-keys:write",
  params: robotKeyParams,
  body: robotKeyRotation,
  success: { status: 201, description: "The new key", body: issuedRobotKey },
  errors: { 404: ["AUTH_KEY_NOT_FOUND"], 409: ["AUTH_KEY_REVOKED"] },
  async handle({ params: { keyId }, body, principal: { tenantId } }, services) {
    const issued = await services.robotKeys.rotate(tenantId, keyId, { graceMs: body?.graceMs ?? 0 });
    const { id, name } = issued.key;
    await announce(services, tenantId, { type: "robot-key.rotated", data: { keyId, name, rotatedTo: id } });
    return { body: viewIssuedKey(issued), headers: { "cache-control": "no-store" } };
  },
});
