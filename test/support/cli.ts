import { PassThrough, Readable } from "node:stream";
import { createOutput } from "../../src/cli/output.ts";
import { runCli } from "../../src/cli/run-cli.ts";

/** How a command line ended, and what it said. */
export interface Ended {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Where a command line runs, and which orchestrator it talks to. */
export interface CliPlace {
  readonly folder: string;
  readonly url: string;
  readonly apiKey: string;
}

/** One command line of `casare` in this process. */
export async function runCasare(
  { folder, url, apiKey }: CliPlace,
  args: readonly string[],
  stdin = "",
): Promise<Ended> {
  const texts = { stdout: "", stderr: "" };
  const streamFor = (name: keyof typeof texts): PassThrough => {
    const stream = new PassThrough();
    stream.on("data", (chunk: Buffer) => {
      texts[name] += chunk.toString();
    });
    return stream;
  };
  const env = { CASARE_HOME: folder, CASARE_API_KEY: apiKey, CASARE_ORCHESTRATOR_URL: url };
  const output = createOutput(streamFor("stdout"), streamFor("stderr"), env);
  const { signal } = new AbortController();
  const exitCode = await runCli(args, {
    output,
    env,
    cwd: folder,
    stdin: Readable.from([Buffer.from(stdin)]),
    signal,
    hurry: signal,
  });
  await output.flush();
  return { exitCode, ...texts };
}
