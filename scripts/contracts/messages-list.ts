import { z } from "zod";
import { monitoringMessage, monitoringRequest, orchestratorMessage, robotMessage } from "../../src/contracts/index.ts";

/** JSON Schemas of what goes over WebSockets: on /ws/robot robots and orchestrator, on /ws/monitoring readers and orchestrator. */
export function listMessages(): string {
  const schemas = {
    robot: schemaOf(robotMessage),
    orchestrator: schemaOf(orchestratorMessage),
    monitoringReader: schemaOf(monitoringRequest),
    monitoring: schemaOf(monitoringMessage),
  };
  return `${JSON.stringify(schemas, undefined, 2)}\n`;
}

/** Free JSON, which is checked without being walked, is "anything" in a schema. */
function schemaOf(message: z.ZodType): unknown {
  return z.toJSONSchema(message, { io: "input", unrepresentable: "any" });
}
