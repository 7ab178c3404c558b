import { type Command, Option } from "commander";
import type {
  DeadLetterDto,
  DeadLettersDeleteInput,
  DeadLettersRequeueInput,
  DeadLettersRequeueReportDto,
} from "../../contracts/index.ts";
import { inSteps, inStepsOfIds, sumOf } from "../client/in-steps.ts";
import { type ClientFlags, openClient, withClientFlags } from "../client/open-client.ts";
import { type CommandContext, JSON_OPTION, type Perform, withExamples } from "../command.ts";
import { cliErrors } from "../errors.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { formatTable } from "../progress/format.ts";
import { instant, wholeNumber } from "../read-option.ts";

const CATEGORIES = ["exhausted", "permanent", "deadline", "lost", "business"] as const;

interface FilterFlags {
  readonly workflow?: string;
  readonly code?: string;
  readonly category?: DeadLetterDto["category"];
  readonly from?: string;
  readonly to?: string;
}

interface RequeuedFlag {
  readonly requeued?: "yes" | "no";
}

interface BulkOptions extends ClientFlags, FilterFlags, RequeuedFlag {
  readonly all?: boolean;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** Jobs that failed for good. */
export function addDeadLetterCommand(program: Command, perform: Perform): void {
  const letters = program
    .command("dead-letter")
    .description("jobs that failed for good: look at them, run them again, forget them");
  addList(letters, perform);
  addShow(letters, perform);
  addRequeue(letters, perform);
  addDelete(letters, perform);
  withExamples(letters, [
    ["casare dead-letter list --requeued no", "what waits for somebody to look at it"],
    ["casare dead-letter requeue --code HTTP_TIMEOUT --dry-run", "how many died of it"],
    ["casare dead-letter requeue --code HTTP_TIMEOUT", "run all of them again"],
  ]);
}

function withFilter(command: Command): Command {
  return command
    .option("--workflow <id>", "of this workflow")
    .option("--code <code>", "that died of an error with this code")
    .addOption(new Option("--category <category>", "of what kind of trouble they died").choices(CATEGORIES))
    .option("--from <instant>", "that died then or later, such as 2026-01-31T12:00:00Z", instant)
    .option("--to <instant>", "that died before", instant);
}

function requeuedOption(): Option {
  return new Option("--requeued <yes|no>", "only those that were, or were not, requeued").choices(["yes", "no"]);
}

function filterOf({ workflow, code, category, from, to }: FilterFlags) {
  return {
    ...(workflow !== undefined && { workflowId: workflow }),
    ...(code !== undefined && { code }),
    ...(category !== undefined && { category }),
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
  };
}

function requeuedOf({ requeued }: RequeuedFlag) {
  return requeued === undefined ? {} : { requeued: requeued === "yes" };
}

interface ListOptions extends ClientFlags, FilterFlags, RequeuedFlag {
  readonly limit: number;
  readonly cursor?: string;
  readonly json?: boolean;
}

function addList(letters: Command, perform: Perform): void {
  const command = withFilter(letters.command("list").description("list dead letters, newest first"))
    .addOption(requeuedOption())
    .option("--limit <n>", "at most so many", wholeNumber(1, 250), 50)
    .option("--cursor <cursor>", "go on where the list before ended")
    .option(...JSON_OPTION)
    .action((options: ListOptions) => perform((context) => list(context, options)));
  withExamples(withClientFlags(command), [
    ["casare dead-letter list --category lost --requeued no", "whose robots were lost"],
  ]);
}

async function list(context: CommandContext, options: ListOptions): Promise<ExitCode> {
  const { output, signal } = context;
  const client = await openClient(context, options);
  const { limit, cursor } = options;
  const page = await client.listDeadLetters({
    limit,
    signal,
    ...filterOf(options),
    ...requeuedOf(options),
    ...(cursor !== undefined && { cursor }),
  });
  if (options.json) output.json(page);
  else if (page.data.length === 0) output.note("no dead letters");
  else {
    const rows = page.data.map((letter) => [
      letter.jobId,
      letter.workflowId,
      letter.category,
      letter.error.code,
      letter.diedAt,
      letter.requeuedAs ?? "",
    ]);
    output.result(formatTable(["JOB", "WORKFLOW", "CATEGORY", "ERROR", "DIED", "REQUEUED AS"], rows));
  }
  if (!options.json && page.nextCursor !== undefined) output.note(`more with --cursor ${page.nextCursor}`);
  return EXIT.ok;
}

function addShow(letters: Command, perform: Perform): void {
  const command = letters
    .command("show")
    .description("show why a job was given up")
    .argument("<id>", "id of the job")
    .option(...JSON_OPTION)
    .action((id: string, options: ClientFlags & { readonly json?: boolean }) =>
      perform(async (context) => {
        const client = await openClient(context, options);
        const letter = await client.getDeadLetter(id, { signal: context.signal });
        if (options.json) context.output.json(letter);
        else context.output.result(render(letter));
        return EXIT.ok;
      }),
    );
  withExamples(withClientFlags(command), [["casare dead-letter show 81064793292668929", "error, attempts, time"]]);
}

function render(letter: DeadLetterDto): string {
  const { details } = letter.error;
  const facts: readonly (readonly [string, string | undefined])[] = [
    ["job", letter.jobId],
    ["workflow", letter.workflowId],
    ["reason", letter.reason],
    ["category", letter.category],
    ["error", `${letter.error.message} [${letter.error.code}]`],
    ["details", details && JSON.stringify(details)],
    ["attempts", String(letter.attempts)],
    ["died", letter.diedAt],
    ["requeued as", letter.requeuedAs],
  ];
  return facts.flatMap(([name, value]) => (value === undefined ? [] : [`${name.padEnd(12)} ${value}`])).join("\n");
}

function addRequeue(letters: Command, perform: Perform): void {
  const command = withFilter(
    letters
      .command("requeue")
      .description("run dead jobs again, each as a new job and at most once")
      .argument("[ids...]", "ids of the jobs; without them, which ones is said by the options"),
  )
    .option("--all", "all that were not requeued yet")
    .option("--dry-run", "only count them")
    .option(...JSON_OPTION)
    .action((ids: readonly string[], options: BulkOptions) => perform((context) => requeue(context, ids, options)));
  withExamples(withClientFlags(command), [
    ["casare job wait $(casare dead-letter requeue 81064793292668929)", "one, and wait for it"],
    ["casare dead-letter requeue --workflow ID --from 2026-01-31T00:00:00Z", "all of a workflow since then"],
  ]);
}

async function requeue(context: CommandContext, ids: readonly string[], options: BulkOptions): Promise<ExitCode> {
  const { output, signal } = context;
  const choice = choose(ids, options, filterOf(options));
  const client = await openClient(context, options);
  const [only] = ids;
  if (ids.length === 1 && only !== undefined && !options.dryRun) {
    const made = await client.requeueDeadLetter(only, { signal });
    if (options.json) output.json(made);
    else output.result(made.id);
    return EXIT.ok;
  }
  const step = (input: DeadLettersRequeueInput) => client.requeueDeadLetters(input, { signal });
  const reports = await runSteps(output, choice, step);
  return tellRequeued(context, reports, { ...options, isNamed: ids.length > 0 });
}

function tellRequeued(
  { output }: CommandContext,
  reports: readonly DeadLettersRequeueReportDto[],
  options: BulkOptions & { readonly isNamed: boolean },
): ExitCode {
  const { dryRun = false, isNamed } = options;
  const matched = sumOf(reports, (report) => report.matched);
  const requeued = sumOf(reports, (report) => report.requeued);
  const outcomes = reports.flatMap((report) => report.outcomes);
  if (options.json) output.json({ dryRun, matched, requeued, ...(isNamed && { outcomes }) });
  else if (dryRun) output.result(`${matched} dead letters would be requeued`);
  else if (isNamed) {
    const rows = outcomes.map(({ jobId, outcome, requeuedAs }) => [jobId, outcome, requeuedAs ?? ""]);
    output.result(formatTable(["JOB", "OUTCOME", "NEW JOB"], rows));
  } else output.result(`${requeued} jobs requeued`);
  return isNamed && !dryRun && requeued < matched ? EXIT.failed : EXIT.ok;
}

function addDelete(letters: Command, perform: Perform): void {
  const command = withFilter(
    letters
      .command("delete")
      .description("forget dead letters; the jobs stay in the history")
      .argument("[ids...]", "ids of the jobs; without them, which ones is said by the options"),
  )
    .addOption(requeuedOption())
    .option("--all", "all of them")
    .option("--dry-run", "only count them")
    .option(...JSON_OPTION)
    .action((ids: readonly string[], options: BulkOptions) => perform((context) => remove(context, ids, options)));
  withExamples(withClientFlags(command), [
    ["casare dead-letter delete 81064793292668929", "one"],
    ["casare dead-letter delete --requeued yes --to 2026-01-01T00:00:00Z", "old ones that were seen to"],
  ]);
}

async function remove(context: CommandContext, ids: readonly string[], options: BulkOptions): Promise<ExitCode> {
  const { output, signal } = context;
  const { dryRun = false } = options;
  const choice = choose(ids, options, { ...filterOf(options), ...requeuedOf(options) });
  const client = await openClient(context, options);
  const step = (input: DeadLettersDeleteInput) => client.deleteDeadLetters(input, { signal });
  const reports = await runSteps(output, choice, step);
  const matched = sumOf(reports, (report) => report.matched);
  const deleted = sumOf(reports, (report) => report.deleted);
  const missing = reports.flatMap((report) => report.outcomes.filter(({ outcome }) => outcome === "not-found"));
  if (options.json) output.json({ dryRun, matched, deleted });
  else if (dryRun) output.result(`${matched} dead letters would be deleted`);
  else output.result(`${deleted} dead letters deleted`);
  for (const { jobId } of missing) output.note(`there is no dead letter of job ${jobId}`);
  return ids.length > 0 && missing.length > 0 ? EXIT.notFound : EXIT.ok;
}

/** Which dead letters are meant, and whether they are only counted. */
type Choice<Filter> = { readonly dryRun: boolean } & (
  | { readonly jobIds: readonly string[] }
  | { readonly filter: Filter }
  | { readonly all: true }
);

/** Throws CLI_USAGE unless ids, a filter, or everything was said. */
function choose<Filter extends object>(ids: readonly string[], options: BulkOptions, filter: Filter): Choice<Filter> {
  const { all = false, dryRun = false } = options;
  const ways = [ids.length > 0, Object.keys(filter).length > 0, all].filter(Boolean).length;
  if (ways !== 1) {
    throw cliErrors.CLI_USAGE({ problem: "Say which dead letters: by ids, by options such as --code, or by --all" });
  }
  if (ids.length > 0) return { jobIds: ids, dryRun };
  return all ? { all: true, dryRun } : { filter, dryRun };
}

type Input<Filter> = { readonly dryRun: boolean; readonly cursor?: string } & (
  | { readonly jobIds: string[] }
  | { readonly filter: Filter }
  | { readonly all: true }
);

async function runSteps<Filter, Report extends { readonly matched: number; readonly nextCursor?: string | undefined }>(
  output: CommandContext["output"],
  choice: Choice<Filter>,
  step: (input: Input<Filter>) => Promise<Report>,
): Promise<readonly Report[]> {
  if (!("jobIds" in choice)) return inSteps(output, (cursor) => step({ ...choice, ...cursor }));
  return inStepsOfIds(choice.jobIds, (jobIds) => step({ jobIds, dryRun: choice.dryRun }));
}
