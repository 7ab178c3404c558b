import { issuedRobotKey, robotKeyInput } from "../../../contracts/index.ts";
import { defineRoute } from "../../define-route.ts";
import { orchestratorErrors } from "../../errors.ts";
import { announce } from "../announce.ts";
import { viewIssuedKey } from "./robot-key-view.ts";

export const createRobotKey = defineRoute({
  id: "createRobotKey",
  method: "POST",
  path: "/api/v1/robot-keys",
  tag: "robot-keys",
  summary: "Make an API key for robots",
  description: "`key` is shown in this answer and never again.",
  permission: "robot-keys:write",
  body: robotKeyInput,
  success: { status: 201, description: "The key", body: issuedRobotKey },
  async handle({ body, principal: { tenantId } }, services) {
    const expiresAt = body.expiresAt === undefined ? undefined : new Date(body.expiresAt);
    if (expiresAt && expiresAt <= services.clock.now()) {
      const error = { path: "body.expiresAt", message: "lies in the past", code: "invalid_value" };
      throw orchestratorErrors.REQUEST_INVALID({ errors: [error] });
    }
    const issued = await services.robotKeys.create(tenantId, { name: body.name, ...(expiresAt && { expiresAt }) });
    const { id: keyId, name } = issued.key;
    await announce(services, tenantId, { type: "robot-key.created", data: { keyId, name } });
    return { body: viewIssuedKey(issued), headers: { "cache-control": "no-store" } };
  },
});
