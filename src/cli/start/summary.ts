import { type BoxRow, renderBox } from "../progress/box.ts";
import { formatDuration } from "../progress/format.ts";
import type { SampleOutcome } from "./sample-job.ts";
import type { StartParts } from "./start-parts.ts";
import type { LocalServer } from "./start-server.ts";

/** Columns where there is no terminal. */
const WIDE = 160;

/** Tells what there is now and how to go on. The admin key is shown by the start that made it, and never again. */
export function announceSummary(
  { announcer, context, flags, settings }: StartParts,
  { server, outcome }: { readonly server: LocalServer; readonly outcome: SampleOutcome | undefined },
): void {
  const { url, keys } = server;
  if (flags.json) {
    const adminKey = keys.isAdminKeyNew ? { adminKey: keys.adminKey } : {};
    return announcer.done("summary", "", { url, home: settings.HOME, ...adminKey });
  }
  const rows: BoxRow[] = [
    ...(outcome === undefined ? [] : [...sampleRows(outcome), { kind: "gap" } as const]),
    { label: "API", value: `${url}/api/v1` },
    { label: "docs", value: `${url}/docs` },
    { label: "health", value: `${url}/health` },
    { label: "home", value: settings.HOME },
    { label: "logs", value: server.logFile.replace(/orchestrator\.log$/, "") },
    { kind: "gap" },
    ...(keys.isAdminKeyNew ? keyRows(keys.adminKey) : []),
    { text: "To go on, in another terminal:" },
    ...nextSteps(outcome).map((text) => ({ text: `  ${text}` })),
    { kind: "gap" },
    { text: "Ctrl-C stops everything; all data stay in the home folder." },
  ];
  const { resultStyle: style, stdout } = context.output;
  announcer.plain(renderBox("casare is running", rows, { style, columns: stdout.columns ?? WIDE }));
}

/** What must be told even when there is no time for the rest. */
export function announceNewKey({ announcer, flags }: StartParts, { keys }: LocalServer): void {
  if (!keys.isAdminKeyNew) return;
  if (flags.json) announcer.done("admin-key", "", { adminKey: keys.adminKey });
  else announcer.plain(`admin key, shown this once: ${keys.adminKey}`);
}

function sampleRows({ job, score, artifacts }: SampleOutcome): readonly BoxRow[] {
  const { startedAt, finishedAt, state, error } = job;
  const time =
    startedAt === undefined || finishedAt === undefined
      ? ""
      : ` in ${formatDuration(Date.parse(finishedAt) - Date.parse(startedAt))}`;
  const reason = error === undefined ? "" : `: ${error.message} [${error.code}]`;
  return [
    { label: "sample job", value: `${job.id}, ${state}${time}${reason}` },
    ...(score === undefined ? [] : [{ label: "score", value: score }]),
    ...artifacts.flatMap(({ name, path, url }) => [
      { label: "artifact", value: name },
      ...(path === undefined ? [] : [{ label: "", value: path }]),
      { label: "", value: url },
    ]),
  ];
}

function keyRows(adminKey: string): readonly BoxRow[] {
  return [
    { label: "admin key", value: adminKey },
    { text: "It is shown this once; commands on this machine find it in the home folder." },
    { kind: "gap" },
  ];
}

/** Commands to copy. With npx they work from a checkout as well as from an installed package. */
function nextSteps(outcome: SampleOutcome | undefined): readonly string[] {
  return [
    "npx casare job list",
    ...(outcome === undefined ? [] : [`npx casare job logs ${outcome.job.id}`]),
    "npx casare workflow submit my-workflow.json --wait",
    "npx casare key create --kind robot --name another-robot",
    "npx casare doctor",
  ];
}
