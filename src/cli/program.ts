import { Command } from "commander";
import type { Perform } from "./command.ts";
import { addConfigCommand } from "./commands/config.ts";
import { addDeadLetterCommand } from "./commands/dead-letter.ts";
import { addDoctorCommand } from "./commands/doctor.ts";
import { addJobCommand } from "./commands/job.ts";
import { addKeyCommand } from "./commands/key.ts";
import { addOrchestratorCommand } from "./commands/orchestrator.ts";
import { addQueueCommand } from "./commands/queue.ts";
import { addRobotCommand } from "./commands/robot.ts";
import { addRunCommand } from "./commands/run.ts";
import { addStartCommand } from "./commands/start.ts";
import { addWorkflowCommand } from "./commands/workflow.ts";
import { EXIT_MEANINGS } from "./exit-codes.ts";
import { readVersion } from "./version.ts";

const HELP_WIDTH = 100;

/** The commands of `casare`; each hands its work to `perform` when its arguments have been read. */
export function createProgram(perform: Perform): Command {
  const program = new Command("casare")
    .description("Headless robotic process automation: an orchestrator, robots that run workflows, and their tools")
    .version(readVersion(), "--version", "print the version")
    .helpOption("-h, --help", "print help")
    .addHelpText("after", `\n${exitCodeHelp()}`);
  addStartCommand(program, perform);
  addOrchestratorCommand(program, perform);
  addRobotCommand(program, perform);
  addRunCommand(program, perform);
  addWorkflowCommand(program, perform);
  addJobCommand(program, perform);
  addDeadLetterCommand(program, perform);
  addQueueCommand(program, perform);
  addKeyCommand(program, perform);
  addConfigCommand(program, perform);
  addDoctorCommand(program, perform);
  for (const command of commandsBelow(program)) {
    command.exitOverride().configureHelp({ helpWidth: HELP_WIDTH }).showSuggestionAfterError(true);
  }
  return program;
}

/** The text of every `--help`, one after the other: the contract of the command line. */
export function describeCli(): string {
  const program = createProgram(async () => undefined);
  return commandsBelow(program)
    .map((command) => `$ ${pathOf(command)} --help\n\n${helpOf(command)}`)
    .join("\n");
}

function commandsBelow(command: Command): readonly Command[] {
  return [command, ...command.commands.flatMap(commandsBelow)];
}

function pathOf(command: Command): string {
  return command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;
}

function helpOf(command: Command): string {
  let text = "";
  command.configureOutput({
    writeOut: (part) => {
      text += part;
    },
  });
  command.outputHelp();
  return text;
}

function exitCodeHelp(): string {
  return ["Exit codes:", ...EXIT_MEANINGS.map(([code, meaning]) => `  ${String(code).padStart(3)}  ${meaning}`)].join(
    "\n",
  );
}
