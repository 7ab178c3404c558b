/** Where the orchestrator writes what happens: facts first, then a constant text. A pino logger fits. */
export interface OrchestratorLog {
  debug(facts: object, text: string): void;
  info(facts: object, text: string): void;
  warn(facts: object, text: string): void;
  error(facts: object, text: string): void;
}
