import { z } from "zod";
import { type Json, type LogLevelDto, type LogLineDto, logLevel } from "../../../contracts/index.ts";
import type { EventRecord } from "../../../persistence/index.ts";

const LEVELS = logLevel.options;

/** The data of a `log` event; a robot of another release may say more or less. */
const logData = z.object({
  level: logLevel.catch("info"),
  message: z.string().catch(""),
  node: z.string().optional().catch(undefined),
  data: z.unknown().optional(),
});

/** This level and all above. */
export function levelsFrom(level: LogLevelDto): readonly LogLevelDto[] {
  return LEVELS.slice(LEVELS.indexOf(level));
}

export function viewLogLine(event: EventRecord): LogLineDto {
  const { level, message, node, data } = logData.parse(event.data);
  return {
    seq: event.seq,
    at: event.at.toISOString(),
    ...(event.attempt !== undefined && { attempt: event.attempt }),
    level,
    ...(node !== undefined && { node }),
    message,
    ...(data !== undefined && { data: data as Json }),
  };
}

/** A line for people; further lines of the message are indented, so that a message cannot look like a line of its own. */
export function formatLogLine(line: LogLineDto): string {
  const node = line.node === undefined ? "" : ` [${line.node}]`;
  const data = line.data === undefined ? "" : ` ${JSON.stringify(line.data)}`;
  const text = `${line.at} ${line.level.toUpperCase().padEnd(8)}${node} ${line.message}${data}`;
  return `${text.replaceAll(/\r?\n|\r/g, "\n    ")}\n`;
}
