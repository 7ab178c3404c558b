import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { BrowserManager, BrowserSession } from "../browser/index.ts";
import { type Clock, systemClock } from "../core/clock.ts";
import type { JsonValue } from "../core/json.ts";
import type { Masker } from "../core/mask.ts";
import {
  type CapabilitySource,
  compileWorkflow,
  createRegistry,
  type NodeRegistry,
  type Plan,
  parseWorkflow,
  type RunEvent,
  type RunEventBody,
  type RunReport,
  runPlan,
  type WorkflowFile,
  type WorkflowIssue,
} from "../execution/index.ts";
import type { HttpClient } from "../http/index.ts";
import {
  allNodes,
  createCommands,
  createFileSpace,
  createHandles,
  typeAliases,
  type WorkItems,
} from "../nodes/index.ts";

/** One run of a workflow file, and all it may work with. */
export interface RunWorkflowRequest {
  /** The file as JSON data, in any shape that is understood. */
  readonly document: unknown;
  readonly variables?: Readonly<Record<string, JsonValue>>;
  /** Absolute path of the working directory; it exists. */
  readonly workDir: string;
  /** Absolute path of the product's home, which no workflow may touch. */
  readonly home: string;
  /** Without one, nodes that need a browser fail. */
  readonly browserManager?: BrowserManager;
  readonly http: HttpClient;
  /** Programs that nodes may run, by name or absolute path; `*` for all, none by default. */
  readonly commands?: readonly string[] | undefined;
  /** Without them, nodes that need work queues fail. */
  readonly workItems?: WorkItems | undefined;
  /** Cancels the run. */
  readonly signal?: AbortSignal;
  /** Learns the values of sensitive variables. */
  readonly masker: Masker;
  /** Called in order with masked events; must not throw. */
  readonly onEvent?: (event: RunEvent) => void;
  /** Milliseconds for the whole run; absent or 0 for no limit. */
  readonly timeoutMs?: number | undefined;
  /** Names the run in the browser's messages, default "run". */
  readonly jobId?: string;
  /** Node types, default all of this release. */
  readonly registry?: NodeRegistry;
  readonly clock?: Clock;
}

const SCREENSHOT_MS = 5_000;
/** In the working directory, so that it becomes an artifact. */
const SCREENSHOT_NAME = "failure";
/** Room for the report in what the queue keeps of a job, bytes. */
const OUTPUT_LIMIT_BYTES = 512 * 1024;
const MAX_ISSUES_TOLD = 20;

/**
 * Runs a workflow file to its end: parse → compile → run, with a browser session, files and HTTP at hand.
 *
 * A file that cannot run ends in a failed report, as a run that fails does. When a run fails while a page is open, a
 * screenshot is left in the working directory. The browser session is closed in any case. Rejects only for defects.
 */
export async function runWorkflow(request: RunWorkflowRequest): Promise<RunReport> {
  const { document, registry = createRegistry(allNodes, typeAliases) } = request;
  const parsed = parseWorkflow(document);
  if (parsed.file === undefined) return refuse(request, { issues: parsed.issues });
  const compiled = compileWorkflow(parsed.file, registry);
  if (compiled.plan === undefined) return refuse(request, { issues: compiled.issues, file: parsed.file });
  tellIssues(request, [...parsed.issues, ...compiled.issues], "warning");
  return runWithBrowser(request, compiled.plan);
}

async function runWithBrowser(request: RunWorkflowRequest, plan: Plan): Promise<RunReport> {
  const { workDir, home, http, variables, signal, masker, onEvent, timeoutMs, clock } = request;
  const session = request.browserManager?.openSession({
    jobId: request.jobId ?? "run",
    downloadsDir: join(workDir, "downloads"),
    ...(signal && { signal }),
  });
  const handles = createHandles();
  const offered: Readonly<Record<string, unknown>> = {
    browser: session,
    http,
    workItems: request.workItems,
    files: createFileSpace({ workDir, forbidden: [home] }),
    commands: createCommands({ allowed: request.commands ?? [], workDir }),
    handles,
  };
  const capabilities: CapabilitySource = { get: async (name) => offered[name] };
  try {
    const report = await runPlan(plan, {
      variables,
      capabilities,
      signal,
      timeoutMs,
      masker,
      onEvent,
      clock,
      outputLimitBytes: OUTPUT_LIMIT_BYTES,
    });
    if (session !== undefined && (report.status === "failed" || report.status === "timed_out")) {
      await takeScreenshot(request, session);
    }
    return report;
  } finally {
    await handles.closeAll();
    await session?.close();
  }
}

/** What the page looked like when it went wrong; a page that cannot be shown any more is no further failure. */
async function takeScreenshot(request: RunWorkflowRequest, session: BrowserSession): Promise<void> {
  if (session.currentPage === undefined) return;
  const name = await freeNameIn(request.workDir);
  const path = join(request.workDir, name);
  try {
    const page = await session.page();
    await page.screenshot({ path, timeout: SCREENSHOT_MS });
  } catch {
    // Crashed, closed or hanging: the report tells the failure that matters.
    return;
  }
  tell(request, { type: "artifact", path, name, contentType: "image/png" });
}

/** The working directory may be a person's own folder, where nothing must be overwritten. */
async function freeNameIn(folder: string): Promise<string> {
  const taken = new Set(await readdir(folder).catch(() => []));
  for (let number = 1; ; number++) {
    const name = number === 1 ? `${SCREENSHOT_NAME}.png` : `${SCREENSHOT_NAME}-${number}.png`;
    if (!taken.has(name)) return name;
  }
}

/** A report that says why nothing ran, with every node that did not. */
function refuse(
  request: RunWorkflowRequest,
  { issues, file }: { readonly issues: readonly WorkflowIssue[]; readonly file?: WorkflowFile },
): RunReport {
  const errors = issues.filter((issue) => issue.severity === "error");
  const [first] = errors;
  const more = errors.length > 1 ? ` (and ${errors.length - 1} further errors; validate the workflow to see them)` : "";
  const hint = first?.suggestion === undefined ? "" : `; ${first.suggestion}`;
  tellIssues(request, issues, "error");
  tell(request, { type: "run.finished", status: "failed", durationMs: 0 });
  return request.masker.data<RunReport>({
    status: "failed",
    reached: [],
    unreached: [...(file?.nodes.keys() ?? [])].map((node) => ({
      node,
      reason: "the workflow has errors and was not started",
    })),
    nodes: {},
    variables: {},
    toleratedErrors: [],
    durationMs: 0,
    error: {
      code: first?.code ?? "WORKFLOW_INVALID",
      message: `${first?.message ?? "The workflow cannot run"}${hint}${more}`,
      ...(first?.node !== undefined && { node: first.node }),
      ...(first?.port !== undefined && { port: first.port }),
      retryable: false,
    },
  });
}

function tellIssues(
  request: RunWorkflowRequest,
  issues: readonly WorkflowIssue[],
  severity: WorkflowIssue["severity"] & ("error" | "warning"),
): void {
  const told = issues.filter((issue) => issue.severity === severity).slice(0, MAX_ISSUES_TOLD);
  for (const { code, message, node, suggestion } of told) {
    const text = suggestion === undefined ? message : `${message}; ${suggestion}`;
    tell(request, { type: "log", ...(node !== undefined && { node }), level: severity, message: text, data: { code } });
  }
}

function tell({ masker, onEvent, clock = systemClock }: RunWorkflowRequest, event: RunEventBody): void {
  onEvent?.({ ...masker.data(event), at: clock.now().toISOString() });
}
