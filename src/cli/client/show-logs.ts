import { type LogLevelDto, type LogLineDto, logLevel } from "../../contracts/index.ts";
import type { OrchestratorClient } from "../../orchestrator/client/index.ts";
import type { CommandContext } from "../command.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { formatLogLine } from "../progress/log-line.ts";
import { toLogLine } from "./log-line-of-event.ts";
import { EXIT_OF_STATE, watchJob } from "./watch-job.ts";

export interface LogRequest {
  readonly jobId: string;
  readonly follow?: boolean;
  /** This level and above; default all. */
  readonly level?: LogLevelDto;
  readonly json?: boolean;
}

/** Prints the log of a job; with `follow` until it has ended, and then with the exit code of its outcome. */
export async function showLogs(
  context: CommandContext,
  client: OrchestratorClient,
  request: LogRequest,
): Promise<ExitCode> {
  return request.follow ? followLogs(context, client, request) : listLogs(context, client, request);
}

async function listLogs(context: CommandContext, client: OrchestratorClient, request: LogRequest): Promise<ExitCode> {
  const { output, signal } = context;
  const collected: LogLineDto[] = [];
  let cursor: string | undefined;
  do {
    const page = await client.listJobLogs(request.jobId, {
      limit: 250,
      signal,
      ...(cursor !== undefined && { cursor }),
      ...(request.level && { level: request.level }),
    });
    if (request.json) collected.push(...page.data);
    else for (const line of page.data) output.result(formatLogLine(line));
    cursor = page.nextCursor;
  } while (cursor !== undefined && !output.readerGone.aborted);
  if (request.json) output.json(collected);
  return EXIT.ok;
}

async function followLogs(context: CommandContext, client: OrchestratorClient, request: LogRequest): Promise<ExitCode> {
  const { output } = context;
  const lowest = logLevel.options.indexOf(request.level ?? "debug");
  const job = await watchJob(client, request.jobId, {
    // A reader that has gone away wants no more of it.
    signal: AbortSignal.any([context.signal, output.readerGone]),
    types: ["log"],
    onEvent(event) {
      const line = toLogLine(event);
      if (logLevel.options.indexOf(line.level) < lowest) return;
      if (request.json) output.json(line);
      else output.result(formatLogLine(line));
    },
  });
  if (job !== undefined) {
    output.note(`job ${job.id} ${job.state}`);
    return EXIT_OF_STATE[job.state];
  }
  return context.signal.aborted ? EXIT.cancelled : EXIT.ok;
}
