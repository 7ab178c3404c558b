import type { RobotDto } from "../../contracts/index.ts";
import type { OrchestratorClient } from "../../orchestrator/client/index.ts";
import { cliErrors } from "../errors.ts";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Id of the robot that is named by id or by name. Rejects with CLI_ROBOT_NOT_FOUND. */
export async function findRobotId(client: OrchestratorClient, named: string, signal: AbortSignal): Promise<string> {
  if (UUID.test(named)) return named;
  let cursor: string | undefined;
  do {
    const page = await client.listRobots({ limit: 250, signal, ...(cursor !== undefined && { cursor }) });
    const found: RobotDto | undefined = page.data.find((robot) => robot.name === named);
    if (found !== undefined) return found.id;
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  throw cliErrors.CLI_ROBOT_NOT_FOUND({ name: named });
}
