import { OrchestratorClient } from "../../orchestrator/client/index.ts";
import type { CommandContext } from "../command.ts";
import { cliErrors } from "../errors.ts";
import { type Credentials, credentialsFileOf, readCredentials } from "../home/credentials.ts";
import { type CliSettings, flagOf, isGiven, loadCliSettings } from "../settings.ts";
import type { ClientFlags } from "./open-client.ts";
import { chooseTarget, type Target } from "./target.ts";

/** Reads settings and credentials, and makes the client they stand for. */
export async function connect(context: CommandContext, flags: ClientFlags): Promise<OrchestratorClient> {
  const settings = await loadCliSettings(context.env, { ORCHESTRATOR_URL: flagOf("--url", flags.url) });
  const { url, key } = await localTarget(settings);
  if (key === undefined) {
    const { HOME: home } = settings.values;
    const local = await readCredentialsIf(false, home);
    throw cliErrors.CLI_API_KEY_MISSING({
      credentialsFile: credentialsFileOf(home),
      url,
      ...(local.adminKey !== undefined && local.url !== undefined && { otherUrl: local.url }),
    });
  }
  return new OrchestratorClient({ baseUrl: url, apiKey: key });
}

/** The orchestrator and the key that the commands of this machine use. */
export async function localTarget(settings: CliSettings): Promise<Target> {
  const { HOME: home, ORCHESTRATOR_URL: url, PORT: port, API_KEY: givenKey } = settings.values;
  const credentials = await readCredentialsIf(givenKey === undefined, home);
  return chooseTarget({
    givenUrl: isGiven(settings, "CASARE_ORCHESTRATOR_URL") ? url : undefined,
    givenPort: isGiven(settings, "CASARE_PORT") ? port : undefined,
    givenKey,
    local: { url: credentials.url, key: credentials.adminKey },
  });
}

/** Unless they are needed, credentials that cannot be read are no hindrance. */
async function readCredentialsIf(isNeeded: boolean, home: string): Promise<Credentials> {
  try {
    return await readCredentials(home);
  } catch (error) {
    if (isNeeded) throw error;
    return {};
  }
}
