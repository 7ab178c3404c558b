import type { JobDto, JobSummaryDto } from "../../contracts/index.ts";
import { formatDuration, formatTable } from "../progress/format.ts";

/** Jobs as a table for people. */
export function renderJobs(jobs: readonly JobSummaryDto[]): string {
  return formatTable(
    ["ID", "STATE", "WORKFLOW", "PRIORITY", "CREATED", "DURATION", "NOTE"],
    jobs.map((job) => [
      job.id,
      job.state,
      job.workflowName ?? job.workflowId,
      String(job.priority),
      job.createdAt,
      durationOf(job),
      noteOf(job),
    ]),
  );
}

/** One job with all that is known of it, for people. */
export function renderJob(job: JobDto): string {
  const facts: readonly (readonly [string, string | undefined])[] = [
    ["job", job.id],
    ["state", job.state],
    ["workflow", `${job.workflowName ?? ""} (${job.workflowId}, version ${job.workflowVersion ?? "?"})`.trim()],
    ["priority", String(job.priority)],
    ["environment", job.environment],
    ["requires", job.requires.join(", ") || undefined],
    ["created", job.createdAt],
    ["not before", job.runAt === job.createdAt ? undefined : job.runAt],
    ["deadline", job.deadline],
    ["held by", job.heldBy],
    [
      "concurrency",
      job.concurrency &&
        `${job.concurrency.limit} at once with ${job.concurrency.key}, else ${job.concurrency.onLimit}`,
    ],
    ["started", job.startedAt],
    ["finished", job.finishedAt],
    ["duration", durationOf(job) || undefined],
    ["attempts", `${job.attempt} of ${job.maxAttempts}`],
    ["robot", job.robotId],
    [
      "progress",
      job.progress === undefined ? undefined : `${Math.round(job.progress * 100)} % ${job.progressNote ?? ""}`.trim(),
    ],
    ["error", job.error === undefined ? undefined : `${job.error.message} [${job.error.code}]`],
    ["retry of", job.retryOf],
    ["variables", JSON.stringify(job.variables)],
    ["result", job.result === undefined ? undefined : excerpt(JSON.stringify(job.result, undefined, 2))],
  ];
  return facts.flatMap(([name, value]) => (value === undefined ? [] : [`${name.padEnd(12)} ${value}`])).join("\n");
}

const RESULT_LINES = 40;

function excerpt(text: string): string {
  const lines = text.split("\n");
  if (lines.length <= RESULT_LINES) return text;
  return [...lines.slice(0, RESULT_LINES), `… ${lines.length - RESULT_LINES} more lines; --json shows all`].join("\n");
}

/** One line that tells how a job ended. */
export function renderOutcome(job: JobSummaryDto): string {
  const after = durationOf(job);
  const time = after === "" ? "" : ` after ${after}`;
  const reason = job.error === undefined ? "" : `: ${job.error.message} [${job.error.code}]`;
  return `job ${job.id} ${job.state}${time}${reason}`;
}

function durationOf({ startedAt, finishedAt }: JobSummaryDto): string {
  if (startedAt === undefined || finishedAt === undefined) return "";
  return formatDuration(Math.max(0, Date.parse(finishedAt) - Date.parse(startedAt)));
}

function noteOf(job: JobSummaryDto): string {
  if (job.error !== undefined) return job.error.code;
  if (job.cancelRequested && job.finishedAt === undefined) return "cancel requested";
  if (job.heldBy !== undefined) return HELD_BACK[job.heldBy];
  return job.progress === undefined ? "" : `${Math.round(job.progress * 100)} %`;
}

const HELD_BACK = { time: "its time has not come", limit: "limit reached", pause: "paused" } as const;
