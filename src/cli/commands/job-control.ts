import { type Command, Option } from "commander";
import type { JobsCancelInput } from "../../contracts/index.ts";
import { inSteps, sumOf } from "../client/in-steps.ts";
import { type ClientFlags, openClient, withClientFlags } from "../client/open-client.ts";
import { type CommandContext, JSON_OPTION, type Perform, withExamples } from "../command.ts";
import { cliErrors } from "../errors.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { formatTable } from "../progress/format.ts";
import { instant, oneOrMoreOf } from "../read-option.ts";

interface JsonFlag {
  readonly json?: boolean;
}

/** What holds waiting jobs back. */
export const HELD_BY = ["time", "limit", "pause"] as const;

type Filter = NonNullable<JobsCancelInput["filter"]>;

interface CancelOptions extends ClientFlags, JsonFlag {
  readonly reason?: string;
  readonly state?: NonNullable<Filter["state"]>;
  readonly workflow?: string;
  readonly robot?: string;
  readonly environment?: string;
  readonly heldBy?: NonNullable<Filter["heldBy"]>;
  readonly concurrencyKey?: string;
  readonly from?: string;
  readonly to?: string;
  readonly all?: boolean;
  readonly dryRun?: boolean;
}

/** Adds the commands that stop jobs, and keep them from starting. */
export function addJobControl(job: Command, perform: Perform): void {
  addCancel(job, perform);
  addPause(job, perform);
  addResume(job, perform);
  addPaused(job, perform);
}

function addCancel(job: Command, perform: Perform): void {
  const command = job
    .command("cancel")
    .description("cancel a job, or all that match; running ones are asked to stop")
    .argument("[id]", "id of the job; without it, which jobs is said by the options")
    .option("--reason <text>", "kept with the job")
    .option(
      "--state <state>",
      "jobs in this state (pending, running); may be repeated",
      oneOrMoreOf(["pending", "running"]),
    )
    .option("--workflow <id>", "jobs of this workflow")
    .option("--robot <id>", "jobs that this robot runs")
    .option("--environment <name>", "jobs of this environment")
    .addOption(new Option("--held-by <what>", "waiting jobs that this holds back").choices(HELD_BY))
    .option("--concurrency-key <key>", "jobs under the limit of this key")
    .option("--from <instant>", "jobs created then or later, such as 2026-01-31T12:00:00Z", instant)
    .option("--to <instant>", "jobs created before", instant)
    .option("--all", "all jobs that have not ended")
    .option("--dry-run", "only count them")
    .option(...JSON_OPTION)
    .action((id: string | undefined, options: CancelOptions) => perform((context) => cancel(context, id, options)));
  withExamples(withClientFlags(command), [
    ['casare job cancel 81064793292668929 --reason "wrong month"', "one job"],
    ["casare job cancel --workflow ID --state pending --dry-run", "how many would be met"],
    ['casare job cancel --workflow ID --state pending --reason "wrong file"', "all of them"],
  ]);
}

async function cancel(context: CommandContext, id: string | undefined, options: CancelOptions): Promise<ExitCode> {
  const filter = filterOf(options);
  const ways = [id !== undefined, Object.keys(filter).length > 0, options.all === true].filter(Boolean).length;
  if (ways !== 1) {
    throw cliErrors.CLI_USAGE({
      problem: "Say which jobs: by the id of one, by options such as --workflow, or by --all",
    });
  }
  if (id !== undefined) return cancelOne(context, id, options);
  const { output, signal } = context;
  const client = await openClient(context, options);
  const { reason, dryRun = false } = options;
  const choice = options.all === true ? { all: true as const } : { filter };
  const input = { ...choice, dryRun, ...(reason !== undefined && { reason }) };
  const reports = await inSteps(output, (cursor) => client.cancelJobs({ ...input, ...cursor }, { signal }));
  const matched = sumOf(reports, (report) => report.matched);
  const cancelled = sumOf(reports, (report) => report.cancelled);
  const requested = sumOf(reports, (report) => report.requested);
  if (options.json) output.json({ dryRun, matched, cancelled, requested });
  else if (dryRun) output.result(`${matched} jobs would be cancelled`);
  else output.result(`${cancelled} jobs cancelled, ${requested} asked to stop`);
  return EXIT.ok;
}

function filterOf(options: CancelOptions): Filter {
  const { state, workflow, robot, environment, heldBy, concurrencyKey, from, to } = options;
  return {
    ...(state && { state }),
    ...(workflow !== undefined && { workflowId: workflow }),
    ...(robot !== undefined && { robotId: robot }),
    ...(environment !== undefined && { environment }),
    ...(heldBy !== undefined && { heldBy }),
    ...(concurrencyKey !== undefined && { concurrencyKey }),
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
  };
}

async function cancelOne(context: CommandContext, id: string, options: CancelOptions): Promise<ExitCode> {
  const { reason } = options;
  if (options.dryRun)
    throw cliErrors.CLI_USAGE({ problem: "--dry-run counts jobs that options choose; leave out the id" });
  const client = await openClient(context, options);
  const found = await client.cancelJob(id, { signal: context.signal, ...(reason !== undefined && { reason }) });
  if (options.json) context.output.json(found);
  else if (found.state === "cancelled") context.output.result(`job ${id} cancelled`);
  else context.output.result(`job ${id} is ${found.state}; its robot was asked to stop it`);
  return EXIT.ok;
}

function addPause(job: Command, perform: Perform): void {
  const command = job
    .command("pause")
    .description("start no more jobs at all until they are resumed; what runs goes on")
    .option("--reason <text>", "kept with the pause, for people")
    .option(...JSON_OPTION)
    .action((options: ClientFlags & JsonFlag & { readonly reason?: string }) =>
      perform(async (context) => {
        const client = await openClient(context, options);
        const { reason } = options;
        const pause = await client.pauseJobs({ signal: context.signal, ...(reason !== undefined && { reason }) });
        if (options.json) context.output.json(pause);
        else context.output.result(`all jobs are paused since ${pause.pausedAt}`);
        return EXIT.ok;
      }),
    );
  withExamples(withClientFlags(command), [
    ['casare job pause --reason "maintenance until 6"', "jobs can be submitted meanwhile, and wait"],
  ]);
}

function addResume(job: Command, perform: Perform): void {
  const command = job
    .command("resume")
    .description("start jobs again; workflows that are paused by themselves stay so")
    .option(...JSON_OPTION)
    .action((options: ClientFlags & JsonFlag) =>
      perform(async (context) => {
        const client = await openClient(context, options);
        const report = await client.resumeJobs({ signal: context.signal });
        if (options.json) context.output.json(report);
        else context.output.result(report.wasPaused ? "jobs are started again" : "jobs were not paused");
        return EXIT.ok;
      }),
    );
  withExamples(withClientFlags(command), [["casare job resume", "go on"]]);
}

function addPaused(job: Command, perform: Perform): void {
  const command = job
    .command("paused")
    .description("list what is paused: all jobs, or workflows")
    .option(...JSON_OPTION)
    .action((options: ClientFlags & JsonFlag) =>
      perform(async (context) => {
        const client = await openClient(context, options);
        const pauses = await client.listPauses({ signal: context.signal });
        if (options.json) context.output.json({ data: pauses });
        else if (pauses.length === 0) context.output.note("nothing is paused");
        else {
          const rows = pauses.map(({ workflowId, workflowName, pausedAt, reason }) => [
            workflowName ?? workflowId ?? "all jobs",
            workflowId ?? "",
            pausedAt,
            reason ?? "",
          ]);
          context.output.result(formatTable(["PAUSED", "ID", "SINCE", "REASON"], rows));
        }
        return EXIT.ok;
      }),
    );
  withExamples(withClientFlags(command), [["casare job paused --json", "for scripts"]]);
}
