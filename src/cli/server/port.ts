import { createServer } from "node:net";
import { healthDto } from "../../contracts/index.ts";
import { cliErrors } from "../errors.ts";

/** A loaded machine takes its time, milliseconds. */
const ANSWER_MS = 5_000;

/** Rejects with CLI_PORT_IN_USE, which tells whether another casare holds the port. Port 0 is always free. */
export async function requireFreePort(host: string, port: number): Promise<void> {
  if (port === 0 || (await isFree(host, port))) return;
  const { isOrchestrator } = await describeHolder(host, port);
  throw cliErrors.CLI_PORT_IN_USE({
    host,
    port,
    holder: isOrchestrator ? "another casare orchestrator" : "another program",
  });
}

/** True when this process could listen there. Rejects for an address that is not of this machine. */
export function isFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE") resolve(false);
      else reject(error);
    });
    probe.listen({ host, port, exclusive: true }, () => probe.close(() => resolve(true)));
  });
}

/** Who answers on the port, as far as it says so within a few seconds. */
export async function describeHolder(host: string, port: number): Promise<{ readonly isOrchestrator: boolean }> {
  const name = host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host;
  try {
    const answer = await fetch(`http://${name.includes(":") ? `[${name}]` : name}:${port}/health`, {
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    return { isOrchestrator: healthDto.safeParse(await answer.json()).success };
  } catch {
    // Silence, or an answer that is no JSON: not one of ours.
    return { isOrchestrator: false };
  }
}
