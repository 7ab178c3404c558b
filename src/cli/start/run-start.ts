import { OrchestratorClient } from "../../orchestrator/client/index.ts";
import type { CommandContext } from "../command.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { createTeardown } from "../server/teardown.ts";
import { flagOf, loadCliSettings } from "../settings.ts";
import { readVersion } from "../version.ts";
import { createAnnouncer } from "./announcer.ts";
import { startLocalRobot } from "./local-robot.ts";
import { openSample } from "./sample.ts";
import { showSample } from "./show-sample.ts";
import type { StartFlags, StartParts } from "./start-parts.ts";
import { startServer } from "./start-server.ts";
import { announceNewKey, announceSummary } from "./summary.ts";

/** Runs database, orchestrator and one robot on this machine until it is told to stop. */
export async function runStart(context: CommandContext, flags: StartFlags): Promise<ExitCode> {
  const { output, signal } = context;
  const settings = await loadCliSettings(context.env, {
    PORT: flagOf("--port", flags.port),
    HOST: flagOf("--host", flags.host),
    HOME: flagOf("--home", flags.home),
  });
  const announcer = createAnnouncer(output, { json: flags.json === true });
  const teardown = createTeardown((text) => announcer.trouble("teardown", text));
  const lost = new AbortController();
  const stop = AbortSignal.any([signal, lost.signal]);
  const parts: StartParts = {
    context,
    flags,
    settings: settings.values,
    secrets: settings.secrets(),
    announcer,
    teardown,
    lost,
    stop,
  };
  let isReady = false;
  try {
    announcer.plain(`casare ${readVersion()}, home folder ${settings.values.HOME}`);
    await serve(parts, () => {
      isReady = true;
    });
    await teardown.run();
    if (lost.signal.aborted) throw lost.signal.reason;
    return EXIT.ok;
  } catch (error) {
    await teardown.run();
    if (lost.signal.aborted) throw lost.signal.reason;
    // Whatever broke off because of Ctrl-C is no failure of its own.
    if (signal.aborted) return isReady ? EXIT.ok : EXIT.cancelled;
    throw error;
  }
}

/** Resolves when it is time to stop. */
async function serve(parts: StartParts, onReady: () => void): Promise<void> {
  const { announcer, flags, stop, context } = parts;
  const server = await startServer(parts);
  const client = new OrchestratorClient({ baseUrl: server.url, apiKey: server.keys.adminKey });
  if (flags.json) announcer.done("ready", "", { url: server.url });
  else announcer.plain(`casare is ready on ${server.url}`);
  onReady();
  const sample = flags.sample ? await openSample(parts) : undefined;
  // After the sample's site, so that it goes before it: its jobs may need the site to their end.
  startLocalRobot(parts, server, client);
  const outcome = sample && (await showSample(parts, { server, client, sample }));
  if (stop.aborted) announceNewKey(parts, server);
  else announceSummary(parts, { server, outcome });
  await untilAborted(stop);
  const isWanted = context.signal.aborted;
  announcer.info("stopping", isWanted ? "stopping; Ctrl-C again to give running jobs back at once" : "stopping");
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
