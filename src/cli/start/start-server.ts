import { join } from "node:path";
import { createMasker } from "../../core/mask.ts";
import { createLogger, type Logger } from "../../logging/index.ts";
import { startOrchestrator } from "../../orchestrator/index.ts";
import { lockHome } from "../home/home-lock.ts";
import { openServerDatabase, type ServerDatabase } from "../server/open-server-database.ts";
import { requireFreePort } from "../server/port.ts";
import { openRotatingLog } from "../server/rotating-log.ts";
import { prepareServerHome } from "../server/server-home.ts";
import { readVersion } from "../version.ts";
import { checkForOrchestrator, createWorkflowExaminer } from "../workflow-input/examine-workflow.ts";
import { ensureLocalKeys, type LocalKeys } from "./local-keys.ts";
import type { StartParts } from "./start-parts.ts";

/** The orchestrator of this machine. */
export interface LocalServer {
  /** As programs on this machine reach it. */
  readonly url: string;
  readonly keys: LocalKeys;
  readonly logFile: string;
}

/** Room for one log file, bytes; there are two of each log at most. */
export const LOG_BYTES = 32 * 1_048_576;

/** Home folder, database, orchestrator, keys: one after the other, each told. Rejects with CLI_…, DATABASE_…, ORCHESTRATOR_…. */
export async function startServer(parts: StartParts): Promise<LocalServer> {
  const { settings, announcer, teardown } = parts;
  await prepareServerHome(settings);
  const lock = await lockHome(settings.HOME);
  teardown.add("the lock of the home folder", () => lock.release());
  await requireFreePort(settings.HOST, settings.PORT);

  const logFile = openRotatingLog(join(settings.HOME, "logs", "orchestrator.log"), LOG_BYTES);
  teardown.add("the log", async () => logFile.close());
  const masker = createMasker(parts.secrets);
  const log = createLogger({ name: "orchestrator", level: settings.LOG_LEVEL, masker, destination: logFile });

  const server = await openServerDatabase({ settings, log, masker, signal: parts.stop });
  teardown.add("the database", async () => {
    await server.close();
    announcer.done("database-stopped", "database stopped");
  });
  server.onLost((error) => parts.lost.abort(error));
  announcer.done("database", server.description);
  return startWithDatabase(parts, { server, log, logFile: logFile.file });
}

async function startWithDatabase(
  { settings, announcer, teardown }: StartParts,
  { server, log, logFile }: { readonly server: ServerDatabase; readonly log: Logger; readonly logFile: string },
): Promise<LocalServer> {
  const { database } = server;
  const orchestrator = await startOrchestrator({
    settings,
    database,
    checkWorkflow: checkForOrchestrator(createWorkflowExaminer()),
    log,
    version: readVersion(),
  });
  teardown.add("the orchestrator", async () => {
    await orchestrator.close();
    announcer.done("orchestrator-stopped", "orchestrator stopped");
  });
  const url = localUrlOf(orchestrator.url);
  const keys = await ensureLocalKeys(database, { home: settings.HOME, url, firstAdminKey: orchestrator.adminKey });
  return { url, keys, logFile };
}

/** The address at which programs on this machine reach a server that listens on all addresses. */
function localUrlOf(url: string): string {
  return url.replace("//0.0.0.0:", "//127.0.0.1:").replace("//[::]:", "//[::1]:");
}
