import type { Command } from "commander";
import { JSON_OPTION, type Perform, withExamples } from "../command.ts";
import { wholeNumber } from "../read-option.ts";
import type { OrchestratorFlags } from "../server/run-orchestrator-process.ts";

export function addOrchestratorCommand(program: Command, perform: Perform): void {
  const command = program
    .command("orchestrator")
    .description("run the server alone until SIGTERM or Ctrl-C: REST API, job queue, robots' connections")
    .option("--port <n>", "port to listen on (CASARE_PORT)", wholeNumber(0, 65_535))
    .option("--host <address>", "address to listen on (CASARE_HOST)")
    .option("--home <folder>", "the home folder (CASARE_HOME)")
    .option(...JSON_OPTION)
    .action((options: OrchestratorFlags) =>
      perform(async (context) => {
        const { runOrchestratorProcess } = await import("../server/run-orchestrator-process.ts");
        return runOrchestratorProcess(context, options);
      }),
    );
  withExamples(command, [
    ["casare orchestrator", "with the bundled PostgreSQL"],
    ["CASARE_DATABASE_URL_FILE=database.url casare orchestrator", "with a PostgreSQL server of your own"],
  ]);
}
