import type { Command } from "commander";
import type { RobotDto } from "../../contracts/index.ts";
import type { OrchestratorClient } from "../../orchestrator/client/index.ts";
import { findRobotId } from "../client/find-robot.ts";
import { type ClientFlags, openClient, withClientFlags } from "../client/open-client.ts";
import { type CommandContext, JSON_OPTION, type Perform, withExamples } from "../command.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { formatTable } from "../progress/format.ts";
import { wholeNumber } from "../read-option.ts";
import type { RobotFlags } from "../server/run-robot-process.ts";

interface JsonFlag {
  readonly json?: boolean;
}

export function addRobotCommand(program: Command, perform: Perform): void {
  const robot = program
    .command("robot")
    .description("run a robot (without a subcommand), look at robots, control them");
  addStart(robot, perform);
  addList(robot, perform);
  addControl(robot, perform, {
    name: "drain",
    description: "let a robot finish its jobs and take no more",
    control: (client, id, signal) => client.drainRobot(id, { signal }),
  });
  addControl(robot, perform, {
    name: "pause",
    description: "let a robot take no more jobs until it is resumed",
    control: (client, id, signal) => client.pauseRobot(id, { signal }),
  });
  addControl(robot, perform, {
    name: "resume",
    description: "let a paused or drained robot work again",
    control: (client, id, signal) => client.resumeRobot(id, { signal }),
  });
  withExamples(robot, [
    ["CASARE_ROBOT_KEY_FILE=robot.key casare robot --url https://rpa.example.com", "run a robot"],
    ["casare robot list", "which robots there are and what they do"],
    ["casare robot drain warehouse-1", "before its machine is shut down"],
  ]);
}

function addStart(robot: Command, perform: Perform): void {
  const command = robot
    .command("start", { isDefault: true })
    .description("run a robot until SIGTERM or Ctrl-C; its key comes from CASARE_ROBOT_KEY or CASARE_ROBOT_KEY_FILE")
    .option("--url <url>", "the orchestrator to dial in to (CASARE_ORCHESTRATOR_URL)")
    .option("--name <name>", "name of the robot (CASARE_ROBOT_NAME; default: the host's name)")
    .option("--environment <name>", "take jobs of this environment only (CASARE_ROBOT_ENVIRONMENT)")
    .option("--max-jobs <n>", "jobs at the same time (CASARE_ROBOT_MAX_JOBS)", wholeNumber(1, 1_000))
    .option("--home <folder>", "the home folder (CASARE_HOME)")
    .action((options: RobotFlags) =>
      perform(async (context) => {
        const { runRobotProcess } = await import("../server/run-robot-process.ts");
        return runRobotProcess(context, options);
      }),
    );
  withExamples(command, [
    ["CASARE_ROBOT_KEY_FILE=robot.key casare robot --name warehouse-1", "a robot with a name of its own"],
  ]);
}

interface ListOptions extends ClientFlags, JsonFlag {
  readonly limit: number;
  readonly cursor?: string;
}

function addList(robot: Command, perform: Perform): void {
  const command = robot
    .command("list")
    .description("list robots")
    .option("--limit <n>", "at most so many", wholeNumber(1, 250), 50)
    .option("--cursor <cursor>", "go on where the list before ended")
    .option(...JSON_OPTION)
    .action((options: ListOptions) => perform((context) => list(context, options)));
  withExamples(withClientFlags(command), [["casare robot list --json", "for scripts"]]);
}

async function list(context: CommandContext, options: ListOptions): Promise<ExitCode> {
  const { output, signal } = context;
  const client = await openClient(context, options);
  const { limit, cursor } = options;
  const page = await client.listRobots({ limit, signal, ...(cursor !== undefined && { cursor }) });
  if (options.json) output.json(page);
  else if (page.data.length === 0) output.note("no robots");
  else output.result(renderRobots(page.data));
  if (!options.json && page.nextCursor !== undefined) output.note(`more with --cursor ${page.nextCursor}`);
  return EXIT.ok;
}

function renderRobots(robots: readonly RobotDto[]): string {
  const rows = robots.map((robot) => [
    robot.id,
    robot.name,
    robot.status,
    robot.intent,
    `${robot.runningJobs} of ${robot.maxConcurrentJobs}`,
    robot.environment,
    robot.capabilities.join(", "),
    robot.lastSeenAt,
  ]);
  return formatTable(["ID", "NAME", "STATUS", "INTENT", "JOBS", "ENVIRONMENT", "CAPABILITIES", "LAST SEEN"], rows);
}

interface Control {
  readonly name: "drain" | "pause" | "resume";
  readonly description: string;
  readonly control: (client: OrchestratorClient, id: string, signal: AbortSignal) => Promise<RobotDto>;
}

function addControl(robot: Command, perform: Perform, { name, description, control }: Control): void {
  const command = robot
    .command(name)
    .description(description)
    .argument("<robot>", "id or name of the robot")
    .option(...JSON_OPTION)
    .action((named: string, options: ClientFlags & JsonFlag) =>
      perform(async (context) => {
        const { output, signal } = context;
        const client = await openClient(context, options);
        const changed = await control(client, await findRobotId(client, named, signal), signal);
        if (options.json) output.json(changed);
        else output.result(`robot ${changed.name} is ${changed.intent} and runs ${changed.runningJobs} jobs`);
        return EXIT.ok;
      }),
    );
  withExamples(withClientFlags(command), [[`casare robot ${name} warehouse-1`, description]]);
}
