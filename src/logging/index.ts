/** Log lines: JSON or readable, with secrets masked by value. Start at README.md. */
export type { LogDestination, Logger, LoggerOptions, LogLevel } from "./create-logger.ts";
export { createLogger } from "./create-logger.ts";
