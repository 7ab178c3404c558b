import { runWorkflow } from "../../agent/index.ts";
import { type BrowserManager, createBrowserManager } from "../../browser/index.ts";
import { AppError } from "../../core/errors.ts";
import { createMasker } from "../../core/mask.ts";
import type { RunReport, WorkflowFile, WorkflowIssue } from "../../execution/index.ts";
import { createHttpClient } from "../../http/index.ts";
import type { CommandContext } from "../command.ts";
import { exitCodeOf } from "../exit-code-of.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { createLiveView } from "../progress/live-view.ts";
import { describeError, reportError } from "../report-error.ts";
import { createProcessLog } from "../server/process-log.ts";
import { loadCliSettings, type SettingValues } from "../settings.ts";
import { readVersion } from "../version.ts";
import { missingWorkItems, openWorkItemsFile } from "../work-items/work-items-file.ts";
import { createWorkflowExaminer, type ExaminedWorkflow } from "../workflow-input/examine-workflow.ts";
import { readGivenVariables, type VariableOptions } from "../workflow-input/given-variables.ts";
import { readInput } from "../workflow-input/read-input.ts";
import { renderIssue } from "../workflow-input/render-issue.ts";
import { createEventPrinter } from "./event-printer.ts";
import { exitCodeOfRun, type RunDocument, renderRun, toRunDocument } from "./run-document.ts";

/** Options of `casare run`. */
export interface RunFileOptions extends VariableOptions {
  readonly json?: boolean;
  /** Seconds. */
  readonly timeout?: number;
  /** Path of the work queues. */
  readonly workItems?: string;
}

/** Runs a workflow file here and now: no server, no database. What happens is told on stderr, what came out on stdout. */
export async function runFile(context: CommandContext, path: string, options: RunFileOptions): Promise<ExitCode> {
  const { output, env } = context;
  try {
    const settings = await loadCliSettings(env);
    const text = await readInput(path, context);
    const examined = createWorkflowExaminer().text(text);
    // Warnings about a workflow that runs are told by its run.
    const isToldHere = ({ severity }: WorkflowIssue): boolean => severity !== "warning" || examined.plan === undefined;
    for (const issue of examined.issues.filter(isToldHere)) output.note(renderIssue(issue));
    if (examined.plan === undefined || examined.file === undefined) {
      tell(context, options, documentOfInvalid(examined));
      return EXIT.invalidInput;
    }
    const variables = await readGivenVariables(options, examined.file.variables, context);
    const report = await perform(context, {
      settings: settings.values,
      secrets: settings.secrets(),
      file: examined.file,
      document: JSON.parse(text) as unknown,
      variables,
      timeoutMs: (options.timeout ?? 0) * 1_000,
      workItems: options.workItems,
    });
    tell(context, options, toRunDocument(report, examined.issues));
    return exitCodeOfRun(report);
  } catch (error) {
    reportError(error, { output, env, json: false });
    if (options.json) output.json(documentOfFailure(error));
    return exitCodeOf(error);
  }
}

interface FileRun {
  readonly settings: SettingValues;
  readonly secrets: readonly string[];
  readonly file: WorkflowFile;
  readonly document: unknown;
  readonly variables: Awaited<ReturnType<typeof readGivenVariables>>;
  readonly timeoutMs: number;
  readonly workItems: string | undefined;
}

async function perform(context: CommandContext, run: FileRun): Promise<RunReport> {
  const { output, signal, cwd } = context;
  const { settings, file } = run;
  const queues = run.workItems === undefined ? undefined : await openWorkItemsFile(run.workItems, context);
  const masker = createMasker(run.secrets);
  // Only trouble: what happens in the run is told by its events.
  const log = createProcessLog(
    output,
    { ...settings, LOG_LEVEL: quieter(settings.LOG_LEVEL) },
    { name: "run", masker },
  );
  const browserManager: BrowserManager = createBrowserManager({ home: settings.HOME, config: settings, log });
  const view = createLiveView({
    stream: output.stderr,
    style: output.noteStyle,
    labelOf: (id) => file.nodes.get(id)?.name ?? id,
  });
  try {
    return await runWorkflow({
      document: run.document,
      variables: run.variables,
      workDir: cwd,
      home: settings.HOME,
      browserManager,
      http: createHttpClient({ userAgent: `casare-rpa/${readVersion()}` }),
      signal,
      masker,
      timeoutMs: run.timeoutMs,
      commands: settings.ROBOT_COMMANDS,
      workItems: queues?.workItems ?? missingWorkItems(),
      onEvent: createEventPrinter(view, { showsDebug: settings.LOG_LEVEL === "debug" }),
    });
  } finally {
    view.close();
    await browserManager.close();
    await queues?.close();
    await log.flush();
  }
}

function quieter(level: SettingValues["LOG_LEVEL"]): SettingValues["LOG_LEVEL"] {
  return level === "info" ? "warn" : level;
}

function tell({ output }: CommandContext, { json }: RunFileOptions, document: RunDocument): void {
  if (json) output.json(document);
  else output.result(renderRun(document, output.resultStyle));
}

function documentOfInvalid({ file, issues }: ExaminedWorkflow): RunDocument {
  const first = issues.find((issue) => issue.severity === "error");
  return {
    status: "failed",
    reached: [],
    unreached: [...(file?.nodes.keys() ?? [])].map((node) => ({
      node,
      reason: "the workflow has errors and was not started",
    })),
    variables: {},
    error: {
      code: first?.code ?? "WORKFLOW_INVALID",
      message: first?.message ?? "The workflow cannot run",
      ...(first?.node !== undefined && { node: first.node }),
      ...(first?.port !== undefined && { port: first.port }),
    },
    toleratedErrors: [],
    durationMs: 0,
    issues,
  };
}

function documentOfFailure(error: unknown): RunDocument {
  const { code, message } = describeError(error).error;
  const isCancelled = error instanceof AppError && error.code === "CORE_ABORTED";
  return {
    status: isCancelled ? "cancelled" : "failed",
    reached: [],
    unreached: [],
    variables: {},
    error: { code, message },
    toleratedErrors: [],
    durationMs: 0,
    issues: [],
  };
}
