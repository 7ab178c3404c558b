import { startDeadline } from "../../core/deadline.ts";
import type { CommandContext } from "../command.ts";
import { cliErrors } from "../errors.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { renderOutcome } from "./describe-job.ts";
import { type ClientFlags, openClient } from "./open-client.ts";
import { EXIT_OF_STATE, watchJob } from "./watch-job.ts";

/** Options of what waits for a job. */
export interface WaitOptions extends ClientFlags {
  readonly json?: boolean;
  /** Seconds. */
  readonly timeout?: number;
}

/** Waits for a job and tells its outcome by exit code. Rejects with CLI_TIMED_OUT; the job goes on then. */
export async function waitForJob(context: CommandContext, jobId: string, options: WaitOptions): Promise<ExitCode> {
  const client = await openClient(context, options);
  const deadline = startDeadline(`job ${jobId}`, (options.timeout ?? 0) * 1_000, context.signal);
  try {
    const job = await watchJob(client, jobId, { signal: deadline.signal });
    if (job === undefined) {
      if (context.signal.aborted) return EXIT.cancelled;
      throw cliErrors.CLI_TIMED_OUT({ what: `Job ${jobId}`, timeoutS: options.timeout ?? 0 });
    }
    if (options.json) context.output.json(job);
    else context.output.result(renderOutcome(job));
    return EXIT_OF_STATE[job.state];
  } finally {
    deadline.clear();
  }
}
