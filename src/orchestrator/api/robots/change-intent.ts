import type { RobotDto, RobotIntent } from "../../../contracts/index.ts";
import type { TenantId } from "../../../core/ids.ts";
import { persistenceErrors } from "../../../persistence/index.ts";
import type { RouteAnswer } from "../../define-route.ts";
import type { Services } from "../../services.ts";
import { announce } from "../announce.ts";
import { viewRobot } from "./robot-view.ts";

/** Stores what is wanted of the robot and tells the robot, if it is connected. */
export async function changeIntent(
  services: Services,
  tenantId: TenantId,
  { robotId, intent }: { readonly robotId: string; readonly intent: RobotIntent },
): Promise<RouteAnswer<RobotDto>> {
  const robot = await services.robots.setIntent(tenantId, robotId, intent);
  if (!robot) throw persistenceErrors.ROBOT_STORE_NOT_FOUND({ robotId });
  await services.control.changeIntent({ tenantId, robotId, intent });
  await announce(services, tenantId, { type: "robot.intent", robotId, data: { name: robot.name, intent } });
  return { body: viewRobot(robot, services) };
}
