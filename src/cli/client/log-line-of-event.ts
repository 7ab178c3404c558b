import { z } from "zod";
import { type EventDto, type LogLineDto, logLevel } from "../../contracts/index.ts";

const logData = z.object({
  level: logLevel.catch("info"),
  message: z.string().catch(""),
  node: z.string().optional().catch(undefined),
});

/** The line that an event of type `log` stands for; a robot of another release may say more or less. */
export function toLogLine(event: EventDto): LogLineDto {
  const { level, message, node } = logData.parse(event.data);
  const data = event.data["data"];
  return {
    seq: event.seq,
    at: event.at,
    ...(event.attempt !== undefined && { attempt: event.attempt }),
    level,
    ...(node !== undefined && { node }),
    message,
    ...(data !== undefined && { data }),
  };
}
