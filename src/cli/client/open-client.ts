import type { Command } from "commander";
import type { OrchestratorClient } from "../../orchestrator/client/index.ts";
import type { CommandContext } from "../command.ts";

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
  // Loaded late: the help of all commands must not wait for what only some of them need.
  const { connect } = await import("./connect.ts");
  return connect(context, flags);
}
