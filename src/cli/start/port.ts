import { createServer } from "node:net";
import { z } from "zod";
import { cliErrors } from "../errors.ts";

/** Rejects with CLI_PORT_IN_USE, which tells whether another casare holds the port. Port 0 is always free. */
export async function requireFreePort(host: string, port: number): Promise<void> {
  if (port === 0 || (await isFree(host, port))) return;
  throw cliErrors.CLI_PORT_IN_USE({ host, port, holder: await describeHolder(host, port) });
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

const health = z.looseObject({ status: z.string() });

/** Who answers on the port, as far as it says so within a second. */
export async function describeHolder(host: string, port: number): Promise<string> {
  const name = host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host;
  try {
    const answer = await fetch(`http://${name.includes(":") ? `[${name}]` : name}:${port}/health`, {
      signal: AbortSignal.timeout(1_000),
    });
    return health.safeParse(await answer.json()).success ? "another casare orchestrator" : "another program";
  } catch {
    return "another program";
  }
}
