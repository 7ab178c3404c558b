import { z } from "zod";
import { orchestratorMessage, robotMessage } from "../../src/contracts/index.ts";

/** JSON Schemas of what robots and orchestrator say to each other. */
export function listMessages(): string {
  const schemas = {
    robot: z.toJSONSchema(robotMessage, { io: "input" }),
    orchestrator: z.toJSONSchema(orchestratorMessage, { io: "input" }),
  };
  return `${JSON.stringify(schemas, undefined, 2)}\n`;
}
