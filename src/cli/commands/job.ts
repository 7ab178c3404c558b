import { type Command, Option } from "commander";
import type { JobSummaryDto } from "../../contracts/index.ts";
import { renderJob, renderJobs } from "../client/describe-job.ts";
import { type ClientFlags, openClient, withClientFlags } from "../client/open-client.ts";
import { type WaitOptions, waitForJob } from "../client/wait-for-job.ts";
import { type CommandContext, JSON_OPTION, type Perform, withExamples } from "../command.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { oneOrMoreOf, seconds, wholeNumber } from "../read-option.ts";
import { addJobControl, HELD_BY } from "./job-control.ts";

interface JsonFlag {
  readonly json?: boolean;
}

const STATES = ["pending", "running", "waiting", "completed", "failed", "cancelled", "timed_out"] as const;

export function addJobCommand(program: Command, perform: Perform): void {
  const job = program.command("job").description("look at jobs and control them");
  addList(job, perform);
  addGet(job, perform);
  addLogs(job, perform);
  addWait(job, perform);
  addJobControl(job, perform);
  addRetry(job, perform);
  withExamples(job, [
    ["casare job list --state failed", "jobs that failed, newest first"],
    ["casare job logs -f 81064793292668929", "follow the log of a job"],
    ["casare job wait 81064793292668929 && echo done", "go on when the job has succeeded"],
    ["casare job cancel --workflow ID --state pending --dry-run", "how many jobs would be cancelled"],
  ]);
}

function addList(job: Command, perform: Perform): void {
  const command = job
    .command("list")
    .description("list jobs, newest first")
    .option("--state <state>", `only jobs in this state (${STATES.join(", ")}); may be repeated`, oneOrMoreOf(STATES))
    .option("--workflow <id>", "only runs of this workflow")
    .option("--robot <id>", "only jobs of this robot")
    .option("--environment <name>", "only jobs of this environment")
    .addOption(new Option("--held-by <what>", "only waiting jobs that this holds back").choices(HELD_BY))
    .option("--concurrency-key <key>", "only jobs under the limit of this key")
    .option("--limit <n>", "at most so many", wholeNumber(1, 250), 50)
    .option("--cursor <cursor>", "go on where the list before ended")
    .option(...JSON_OPTION)
    .action((options: ListOptions) => perform((context) => listJobs(context, options)));
  withExamples(withClientFlags(command), [["casare job list --state running --state pending", "what is going on"]]);
}

interface ListOptions extends ClientFlags, JsonFlag {
  readonly state?: readonly JobSummaryDto["state"][];
  readonly workflow?: string;
  readonly robot?: string;
  readonly environment?: string;
  readonly heldBy?: NonNullable<JobSummaryDto["heldBy"]>;
  readonly concurrencyKey?: string;
  readonly limit: number;
  readonly cursor?: string;
}

async function listJobs(context: CommandContext, options: ListOptions): Promise<ExitCode> {
  const client = await openClient(context, options);
  const { state, workflow, robot, environment, heldBy, concurrencyKey, limit, cursor } = options;
  const page = await client.listJobs({
    ...(state && { state }),
    ...(workflow !== undefined && { workflowId: workflow }),
    ...(robot !== undefined && { robotId: robot }),
    ...(environment !== undefined && { environment }),
    ...(heldBy !== undefined && { heldBy }),
    ...(concurrencyKey !== undefined && { concurrencyKey }),
    ...(cursor !== undefined && { cursor }),
    limit,
    signal: context.signal,
  });
  if (options.json) context.output.json(page);
  else if (page.data.length === 0) context.output.note("no jobs");
  else context.output.result(renderJobs(page.data));
  if (!options.json && page.nextCursor !== undefined) context.output.note(`more with --cursor ${page.nextCursor}`);
  return EXIT.ok;
}

function addGet(job: Command, perform: Perform): void {
  const command = job
    .command("get")
    .description("show a job with its attempts and its result")
    .argument("<id>", "id of the job")
    .option(...JSON_OPTION)
    .action((id: string, options: ClientFlags & JsonFlag) =>
      perform(async (context) => {
        const client = await openClient(context, options);
        const found = await client.getJob(id, { signal: context.signal });
        if (options.json) context.output.json(found);
        else context.output.result(renderJob(found));
        return EXIT.ok;
      }),
    );
  withExamples(withClientFlags(command), [["casare job get 81064793292668929 --json", "all of it, for scripts"]]);
}

function addLogs(job: Command, perform: Perform): void {
  const command = job
    .command("logs")
    .description("show the log of a job")
    .argument("<id>", "id of the job")
    .option("-f, --follow", "go on until the job has ended, over broken connections")
    .addOption(
      new Option("--level <level>", "this level and above").choices(["debug", "info", "warning", "error", "critical"]),
    )
    .option("--json", "print one JSON list on stdout, with --follow one JSON object a line")
    .action((id: string, options: ClientFlags & JsonFlag & LogFlags) =>
      perform(async (context) => {
        const { showLogs } = await import("../client/show-logs.ts");
        return showLogs(context, await openClient(context, options), { jobId: id, ...options });
      }),
    );
  withExamples(withClientFlags(command), [
    ["casare job logs -f 81064793292668929", "follow it"],
    ["casare job logs 81064793292668929 --level error", "what went wrong"],
  ]);
}

interface LogFlags {
  readonly follow?: boolean;
  readonly level?: "debug" | "info" | "warning" | "error" | "critical";
}

function addWait(job: Command, perform: Perform): void {
  const command = job
    .command("wait")
    .description("wait until a job has ended; the exit code tells how")
    .argument("<id>", "id of the job")
    .option("--timeout <seconds>", "give up after this time; the job goes on", seconds)
    .option(...JSON_OPTION)
    .action((id: string, options: WaitOptions) => perform((context) => waitForJob(context, id, options)));
  withExamples(withClientFlags(command), [
    ["casare job wait 81064793292668929 --timeout 600", "wait at most ten minutes"],
  ]);
}

function addRetry(job: Command, perform: Perform): void {
  const command = job
    .command("retry")
    .description("run a finished job again, as a new job")
    .argument("<id>", "id of the job")
    .option(...JSON_OPTION)
    .action((id: string, options: ClientFlags & JsonFlag) =>
      perform(async (context) => {
        const client = await openClient(context, options);
        const created = await client.retryJob(id, { signal: context.signal });
        if (options.json) context.output.json(created);
        else context.output.result(created.id);
        return EXIT.ok;
      }),
    );
  withExamples(withClientFlags(command), [
    ["casare job wait $(casare job retry 81064793292668929)", "again, and wait for it"],
  ]);
}
