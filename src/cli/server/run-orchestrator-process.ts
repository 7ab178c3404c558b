import { createMasker } from "../../core/mask.ts";
import { startOrchestrator } from "../../orchestrator/index.ts";
import type { CommandContext } from "../command.ts";
import { exitCodeOf } from "../exit-code-of.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { flagOf, loadCliSettings } from "../settings.ts";
import { readVersion } from "../version.ts";
import { checkForOrchestrator, createWorkflowExaminer } from "../workflow-input/examine-workflow.ts";
import { openServerDatabase } from "./open-server-database.ts";
import { requireFreePort } from "./port.ts";
import { createProcessLog } from "./process-log.ts";
import { prepareServerHome } from "./server-home.ts";
import { createTeardown } from "./teardown.ts";

/** Options of `casare orchestrator`. */
export interface OrchestratorFlags {
  readonly port?: number;
  readonly host?: string;
  readonly home?: string;
  readonly json?: boolean;
}

/** Runs an orchestrator, and the bundled database if no other is configured, until it is told to stop. */
export async function runOrchestratorProcess(context: CommandContext, flags: OrchestratorFlags): Promise<ExitCode> {
  const { output, signal } = context;
  const settings = await loadCliSettings(context.env, {
    PORT: flagOf("--port", flags.port),
    HOST: flagOf("--host", flags.host),
    HOME: flagOf("--home", flags.home),
  });
  const { values } = settings;
  const masker = createMasker(settings.secrets());
  const log = createProcessLog(output, values, { name: "orchestrator", masker });
  const teardown = createTeardown((text) => log.error({}, text));
  const lost = new AbortController();
  try {
    await prepareServerHome(values);
    await requireFreePort(values.HOST, values.PORT);
    const server = await openServerDatabase({ settings: values, log, masker, signal });
    teardown.add("the database", () => server.close());
    server.onLost((error) => lost.abort(error));
    const orchestrator = await startOrchestrator({
      settings: values,
      database: server.database,
      checkWorkflow: checkForOrchestrator(createWorkflowExaminer()),
      log,
      version: readVersion(),
    });
    teardown.add("the orchestrator", () => orchestrator.close());
    announce(context, { url: orchestrator.url, adminKey: orchestrator.adminKey }, flags);
    await untilAborted(AbortSignal.any([signal, lost.signal]));
    log.info({}, "orchestrator stops");
    await teardown.run();
    if (!lost.signal.aborted) return EXIT.ok;
    log.error({ err: lost.signal.reason }, "database lost for good");
    return exitCodeOf(lost.signal.reason);
  } finally {
    await teardown.run();
    await log.flush();
  }
}

function announce(
  { output }: CommandContext,
  facts: { readonly url: string; readonly adminKey: string | undefined },
  { json }: OrchestratorFlags,
): void {
  const { url, adminKey } = facts;
  if (json) return output.json({ url, ...(adminKey !== undefined && { adminKey }) });
  output.result(`casare is ready on ${url}`);
  if (adminKey === undefined) return;
  output.result(`admin key, shown this once: ${adminKey}`);
  output.result("for casare commands: put it into a file that only you can read, and name that in CASARE_API_KEY_FILE");
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
