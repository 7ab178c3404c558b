/** Where this area reports to; pino loggers fit. */
export interface BrowserLog {
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
}
