import { basename } from "node:path";
import { type Command, Option } from "commander";
import type { JobInput } from "../../contracts/index.ts";
import { AppError } from "../../core/errors.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../core/json.ts";
import type { VariableDeclaration, WorkflowIssue } from "../../execution/index.ts";
import type { OrchestratorClient } from "../../orchestrator/client/index.ts";
import { type ClientFlags, openClient, withClientFlags } from "../client/open-client.ts";
import { type StoredFile, storeWorkflow } from "../client/store-workflow.ts";
import { waitForJob } from "../client/wait-for-job.ts";
import { type CommandContext, JSON_OPTION, type Perform, withExamples } from "../command.ts";
import { cliErrors } from "../errors.ts";
import { exitCodeOf } from "../exit-code-of.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { formatTable } from "../progress/format.ts";
import { instant, seconds, wholeNumber } from "../read-option.ts";
import type { ExaminedWorkflow, WorkflowExaminer } from "../workflow-input/examine-workflow.ts";
import { readGivenVariables, type VariableOptions, withVariableOptions } from "../workflow-input/given-variables.ts";
import { readInput } from "../workflow-input/read-input.ts";
import { renderIssue } from "../workflow-input/render-issue.ts";
import { addWorkflowControl, ON_LIMIT, type OnLimit } from "./workflow-control.ts";

interface JsonFlag {
  readonly json?: boolean;
}

export function addWorkflowCommand(program: Command, perform: Perform): void {
  const workflow = program.command("workflow").description("check workflow files, store them and run them on robots");
  addValidate(workflow, perform);
  addSubmit(workflow, perform);
  addList(workflow, perform);
  addWorkflowControl(workflow, perform);
  withExamples(workflow, [
    ["casare workflow validate *.json", "find all errors before anything runs"],
    ["casare workflow submit invoices.json --wait", "store it, run it on a robot, wait for the outcome"],
    ["casare workflow concurrency Invoices --limit 1", "never two of its jobs at once"],
  ]);
}

function addValidate(workflow: Command, perform: Perform): void {
  const command = workflow
    .command("validate")
    .description("check workflow files on this machine; exit code 6 when one has errors")
    .argument("<files...>", "workflow files, .json or .json.gz; - for stdin")
    .option(...JSON_OPTION)
    .action((files: readonly string[], options: JsonFlag) => perform((context) => validate(context, files, options)));
  withExamples(command, [
    ["casare workflow validate invoices.json", "all errors, warnings and notes"],
    ["casare workflow validate --json *.json", "for scripts"],
  ]);
}

async function validate(context: CommandContext, files: readonly string[], { json }: JsonFlag): Promise<ExitCode> {
  const { output } = context;
  const examiner = await openExaminer();
  const reports: FileReport[] = [];
  for (const file of files) {
    const report = await validateFile(file, examiner, context);
    reports.push(report);
    if (!json) output.result(renderReport(report));
  }
  const valid = reports.every((report) => report.valid);
  if (json) output.json({ valid, files: reports.map(({ failure: _failure, ...report }) => report) });
  if (valid) return EXIT.ok;
  // A file that cannot be read is worse than one with errors, and counts as such where there is only one.
  const [only] = reports.length === 1 ? reports : [];
  return only?.failure === undefined ? EXIT.invalidInput : exitCodeOf(only.failure);
}

/** A file that cannot be read is one more entry: what was found in the others must not get lost. */
async function validateFile(file: string, examiner: WorkflowExaminer, context: CommandContext): Promise<FileReport> {
  let text: string;
  try {
    text = await readInput(file, context);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const { code, message } = error;
    const issues = [{ severity: "error", code, message } as const];
    return { file, name: undefined, valid: false, requires: [], issues, failure: error };
  }
  const { file: parsed, plan, issues } = examiner.text(text);
  return { file, name: parsed?.metadata.name, valid: plan !== undefined, requires: plan?.needs ?? [], issues };
}

interface FileReport {
  readonly file: string;
  readonly name: string | undefined;
  readonly valid: boolean;
  readonly requires: readonly string[];
  readonly issues: readonly WorkflowIssue[];
  /** Why the file could not be read. */
  readonly failure?: AppError;
}

function renderReport({ file, valid, issues }: FileReport): string {
  const count = (severity: WorkflowIssue["severity"]): string => {
    const found = issues.filter((issue) => issue.severity === severity).length;
    return `${found} ${severity}${found === 1 ? "" : "s"}`;
  };
  const summary = [count("error"), count("warning"), count("note")].join(", ");
  return [
    `${file}: ${valid ? "valid" : "invalid"} (${summary})`,
    ...issues.map((issue) => `  ${renderIssue(issue)}`),
  ].join("\n");
}

interface SubmitOptions extends ClientFlags, JsonFlag, VariableOptions {
  readonly name?: string;
  readonly priority?: number | "low" | "normal" | "high" | "critical";
  readonly environment?: string;
  readonly runAt?: string;
  readonly deadline?: string;
  readonly idempotencyKey?: string;
  readonly concurrencyKey?: string;
  readonly concurrencyLimit: number;
  readonly onLimit?: OnLimit;
  readonly storeOnly?: boolean;
  readonly wait?: boolean;
  readonly timeout?: number;
}

function addSubmit(workflow: Command, perform: Perform): void {
  const command = workflow
    .command("submit")
    .description("store a workflow file and queue a run of it; prints the id of the job")
    .argument("<workflow>", "workflow file, - for stdin, or the id of a stored workflow")
    .option("--name <name>", "store it under this name instead of the one in the file")
    .option("--priority <priority>", "0 to 100, larger is more urgent, or low, normal, high, critical", priority)
    .option("--environment <name>", "only robots of this environment")
    .option("--run-at <instant>", "not before, such as 2026-01-31T12:00:00Z", instant)
    .option("--deadline <instant>", "times out when it has not ended by then", instant)
    .option("--idempotency-key <key>", "of several submissions with the same key, the first makes the job")
    .option("--concurrency-key <key>", "jobs with this key share a limit, instead of the workflow's own")
    .option("--concurrency-limit <n>", "with --concurrency-key: so many at once", wholeNumber(1, 10_000), 1)
    .addOption(new Option("--on-limit <what>", "with --concurrency-key: what becomes of jobs beyond").choices(ON_LIMIT))
    .option("--store-only", "store the file and run nothing")
    .option("--wait", "wait for the outcome; the exit code tells it")
    .option("--timeout <seconds>", "with --wait: give up waiting after this time", seconds)
    .option(...JSON_OPTION)
    .action((given: string, options: SubmitOptions) => perform((context) => submit(context, given, options)));
  withExamples(withClientFlags(withVariableOptions(command)), [
    ["casare workflow submit invoices.json --var month=5", "store it if it is new or changed, and run it"],
    ["casare workflow submit invoices.json --vars-file secrets.json --wait", "with secrets, and wait for it"],
  ]);
}

function priority(text: string): number | "low" | "normal" | "high" | "critical" {
  const word = (["low", "normal", "high", "critical"] as const).find((candidate) => candidate === text);
  return word ?? wholeNumber(0, 100)(text);
}

async function submit(context: CommandContext, given: string, options: SubmitOptions): Promise<ExitCode> {
  const { output, signal } = context;
  const client = await openClient(context, options);
  const source = UUID.test(given) ? await fetchStored(client, given, signal) : await readFile(context, given, options);
  if (source === undefined) return EXIT.invalidInput;
  const variables = await readGivenVariables(options, source.declarations, context);
  const stored = source.stored ?? (await storeWorkflow(client, source, signal));
  if (source.stored === undefined) output.note(`workflow ${stored.name} ${stored.change}, version ${stored.version}`);
  if (options.storeOnly) {
    if (options.json) output.json({ workflow: stored });
    else output.result(stored.id);
    return EXIT.ok;
  }
  const input = { workflowId: stored.id, version: stored.version, variables, ...jobOptions(options) };
  const job = await client.submitJob(input, { signal });
  if (options.wait) {
    output.note(`job ${job.id} queued`);
    return waitForJob(context, job.id, options);
  }
  if (options.json) output.json(job);
  else output.result(job.id);
  return EXIT.ok;
}

function jobOptions(options: SubmitOptions): Omit<JobInput, "workflowId"> {
  const { priority: urgency, environment, runAt, deadline, idempotencyKey, concurrencyKey: key, onLimit } = options;
  if (onLimit !== undefined && key === undefined) {
    throw cliErrors.CLI_USAGE({
      problem: '--on-limit needs --concurrency-key; for all jobs of a workflow, use "casare workflow concurrency"',
    });
  }
  return {
    ...(urgency !== undefined && { priority: urgency }),
    ...(environment !== undefined && { environment }),
    ...(runAt !== undefined && { runAt }),
    ...(deadline !== undefined && { deadline }),
    ...(idempotencyKey !== undefined && { idempotencyKey }),
    ...(key !== undefined && { concurrency: { key, limit: options.concurrencyLimit, ...(onLimit && { onLimit }) } }),
  };
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

interface SubmissionSource {
  readonly name: string;
  readonly document: JsonObject;
  readonly declarations: ReadonlyMap<string, VariableDeclaration>;
  /** There when the workflow need not be stored any more. */
  readonly stored?: StoredFile;
}

async function fetchStored(client: OrchestratorClient, id: string, signal: AbortSignal): Promise<SubmissionSource> {
  const { name, version, document } = await client.getWorkflow(id, { signal });
  const declarations = (await openExaminer()).document(document).file?.variables ?? new Map();
  const stored: StoredFile = { id, name, version, change: "unchanged" };
  return { name, document: isJsonObject(document) ? document : {}, declarations, stored };
}

async function readFile(
  context: CommandContext,
  path: string,
  { name, json }: SubmitOptions,
): Promise<SubmissionSource | undefined> {
  const text = await readInput(path, context);
  const examined = (await openExaminer()).text(text);
  const { file, plan, issues } = examined;
  for (const issue of issues) context.output.note(renderIssue(issue));
  if (file === undefined || plan === undefined) {
    if (json) context.output.json({ error: firstError(examined), exitCode: EXIT.invalidInput, issues });
    return undefined;
  }
  const document = JSON.parse(text) as JsonObject;
  return { name: nameFor(document, { path, name }), document, declarations: file.variables };
}

function firstError({ issues }: ExaminedWorkflow): { readonly code: string; readonly message: string } {
  const { code, message } = issues.find((issue) => issue.severity === "error") ?? { code: "", message: "" };
  return { code, message };
}

const NAME_LENGTH = 200;

/** Files without a name go by the name of the file, so that they are not all the same workflow. */
function nameFor(document: JsonObject, given: { readonly path: string; readonly name: string | undefined }): string {
  const metadata = isJsonObject(document["metadata"]) ? document["metadata"] : {};
  const own: JsonValue | undefined = metadata["name"];
  const byFile = given.path === "-" ? "" : basename(given.path).replace(/\.json(\.gz)?$/i, "");
  const candidates = [given.name, typeof own === "string" ? own : "", byFile];
  const name = candidates.find((candidate) => candidate !== undefined && candidate.trim() !== "");
  if (name === undefined) throw cliErrors.CLI_USAGE({ problem: "The workflow has no name; give one with --name" });
  return name.trim().slice(0, NAME_LENGTH);
}

interface ListOptions extends ClientFlags, JsonFlag {
  readonly name?: string;
  readonly limit: number;
  readonly cursor?: string;
}

function addList(workflow: Command, perform: Perform): void {
  const command = workflow
    .command("list")
    .description("list stored workflows, newest first")
    .option("--name <part>", "only those with this in their name")
    .option("--limit <n>", "at most so many", wholeNumber(1, 250), 50)
    .option("--cursor <cursor>", "go on where the list before ended")
    .option(...JSON_OPTION)
    .action((options: ListOptions) => perform((context) => list(context, options)));
  withExamples(withClientFlags(command), [["casare workflow list --name invoice", "find a workflow and its id"]]);
}

async function list(context: CommandContext, options: ListOptions): Promise<ExitCode> {
  const { output, signal } = context;
  const { name, limit, cursor } = options;
  const client = await openClient(context, options);
  const page = await client.listWorkflows({
    limit,
    signal,
    ...(name !== undefined && { name }),
    ...(cursor !== undefined && { cursor }),
  });
  if (options.json) output.json(page);
  else if (page.data.length === 0) output.note("no workflows");
  else {
    const rows = page.data.map(({ id, name: title, version, requires, updatedAt, concurrency, pause }) => [
      id,
      title,
      String(version),
      requires.join(", "),
      updatedAt,
      [...(concurrency ? [`${concurrency.limit} at once`] : []), ...(pause ? ["paused"] : [])].join(", "),
    ]);
    output.result(formatTable(["ID", "NAME", "VERSION", "REQUIRES", "UPDATED", "NOTE"], rows));
  }
  if (!options.json && page.nextCursor !== undefined) output.note(`more with --cursor ${page.nextCursor}`);
  return EXIT.ok;
}

/** Loaded late: the help of all commands must not wait for all node types. */
async function openExaminer(): Promise<WorkflowExaminer> {
  const { createWorkflowExaminer } = await import("../workflow-input/examine-workflow.ts");
  return createWorkflowExaminer();
}
