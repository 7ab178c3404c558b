import type { Command } from "commander";
import { OrchestratorClient } from "../../orchestrator/client/index.ts";
import type { CommandContext } from "../command.ts";
import { cliErrors } from "../errors.ts";
import { type Credentials, credentialsFileOf, readCredentials } from "../home/credentials.ts";
import { flagOf, isGiven, loadCliSettings } from "../settings.ts";
import { chooseTarget } from "./target.ts";

/** Options of every command that talks to an orchestrator. */
export interface ClientFlags {
  readonly url?: string | undefined;
}

/** Adds the options of `ClientFlags`. */
export function withClientFlags(command: Command): Command {
  return command.option("--url <url>", "the orchestrator to talk to (CASARE_ORCHESTRATOR_URL)");
}

/** A client of the orchestrator that is meant. Rejects with CLI_API_KEY_MISSING, CONFIG_INVALID, ORCHESTRATOR_URL_INVALID. */
export async function openClient(context: CommandContext, flags: ClientFlags): Promise<OrchestratorClient> {
  const settings = await loadCliSettings(context.env, { ORCHESTRATOR_URL: flagOf("--url", flags.url) });
  const { HOME: home, ORCHESTRATOR_URL: url, PORT: port, API_KEY: givenKey } = settings.values;
  const target = chooseTarget({
    givenUrl: isGiven(settings, "CASARE_ORCHESTRATOR_URL") ? url : undefined,
    givenPort: isGiven(settings, "CASARE_PORT") ? port : undefined,
    givenKey,
    credentials: await readCredentialsIf(givenKey === undefined, home),
  });
  if (target.key === undefined) throw cliErrors.CLI_API_KEY_MISSING({ credentialsFile: credentialsFileOf(home) });
  return new OrchestratorClient({ baseUrl: target.url, apiKey: target.key });
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
