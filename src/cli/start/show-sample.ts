import { messageOf } from "../../core/errors.ts";
import type { OrchestratorClient } from "../../orchestrator/client/index.ts";
import { renderOutcome } from "../client/describe-job.ts";
import { artifactsDirOf } from "../server/server-home.ts";
import type { Sample } from "./sample.ts";
import { runSampleJob, type SampleOutcome } from "./sample-job.ts";
import type { StartParts } from "./start-parts.ts";
import type { LocalServer } from "./start-server.ts";

/** Runs the sample job and tells its outcome; a failure is told and is no reason to stop serving. Undefined when there is no outcome. */
export async function showSample(
  parts: StartParts,
  {
    server,
    client,
    sample,
  }: { readonly server: LocalServer; readonly client: OrchestratorClient; readonly sample: Sample },
): Promise<SampleOutcome | undefined> {
  const { announcer, context, flags, settings, stop } = parts;
  try {
    const outcome = await runSampleJob({
      sample,
      client,
      announcer,
      output: context.output,
      json: flags.json === true,
      artifactsDir: artifactsDirOf(settings),
      url: server.url,
      signal: stop,
    });
    if (outcome !== undefined) tell(parts, outcome);
    return outcome;
  } catch (error) {
    if (stop.aborted) return undefined;
    announcer.trouble("sample-failed", `the sample job could not be run: ${messageOf(error)}`);
    return undefined;
  }
}

function tell({ announcer, flags }: StartParts, { job, score, artifacts }: SampleOutcome): void {
  const { id: jobId, state, error } = job;
  if (flags.json) announcer.done("sample-finished", "", { jobId, state, score, error, artifacts });
  else if (state === "completed") announcer.plain(`sample job ${jobId} completed: ${score ?? "done"}`);
  else announcer.plain(`sample ${renderOutcome(job)}`);
}
