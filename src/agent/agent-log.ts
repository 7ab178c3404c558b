/** Where the robot writes what it does; facts first, then a constant text. The logger of `logging` fits. */
export interface AgentLog {
  debug(facts: object, text: string): void;
  info(facts: object, text: string): void;
  warn(facts: object, text: string): void;
  error(facts: object, text: string): void;
}
