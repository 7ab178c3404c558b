import type { ArtifactDto, JobDto } from "../../contracts/index.ts";
import { DEFAULT_TENANT } from "../../core/ids.ts";
import { isJsonObject, type JsonObject } from "../../core/json.ts";
import type { OrchestratorClient } from "../../orchestrator/client/index.ts";
import { createFileBlobStore } from "../../persistence/index.ts";
import { toLogLine } from "../client/log-line-of-event.ts";
import { storeWorkflow } from "../client/store-workflow.ts";
import { watchJob } from "../client/watch-job.ts";
import type { Output } from "../output.ts";
import { createLiveView } from "../progress/live-view.ts";
import { formatLogLine } from "../progress/log-line.ts";
import type { Announcer } from "./announcer.ts";
import { type Sample, scoreOf } from "./sample.ts";

export interface SampleRun {
  readonly sample: Sample;
  readonly client: OrchestratorClient;
  readonly announcer: Announcer;
  readonly output: Output;
  readonly json: boolean;
  /** Absolute folder of the artifacts. */
  readonly artifactsDir: string;
  /** Where the orchestrator is reached. */
  readonly url: string;
  readonly signal: AbortSignal;
}

/** What became of the sample job. */
export interface SampleOutcome {
  readonly job: JobDto;
  /** What the practice page said, such as `100 %`. */
  readonly score: string | undefined;
  readonly artifacts: readonly { readonly name: string; readonly path: string | undefined; readonly url: string }[];
}

/** Stores the sample workflow if it is new or changed, runs it on the robot, and shows how it goes. Undefined when the signal aborted. */
export async function runSampleJob(run: SampleRun): Promise<SampleOutcome | undefined> {
  const { sample, client, announcer, signal } = run;
  const stored = await storeWorkflow(client, { name: sample.name, document: sample.document }, signal);
  const { id: workflowId, version } = stored;
  announcer.done("sample-workflow", `sample workflow "${stored.name}" ${stored.change}, version ${version}`, {
    workflowId,
    version,
    change: stored.change,
  });
  const submitted = await client.submitJob({ workflowId, version, variables: sample.variables }, { signal });
  announcer.info("sample-job", `sample job ${submitted.id} queued`, { jobId: submitted.id });
  const job = await follow(run, submitted.id);
  if (job === undefined) return undefined;
  const artifacts = await client.listArtifacts(job.id, { signal });
  return { job, score: scoreOf(job), artifacts: artifacts.map((artifact) => placeOf(run, artifact)) };
}

async function follow(run: SampleRun, jobId: string): Promise<JobDto | undefined> {
  const { client, signal, output, announcer, sample } = run;
  if (run.json) return watchJob(client, jobId, { signal });
  const labels = labelsOf(sample.document);
  const view = createLiveView({
    stream: output.stdout,
    style: output.resultStyle,
    labelOf: (id) => labels.get(id) ?? id,
  });
  announcer.show(view);
  try {
    return await watchJob(client, jobId, {
      signal,
      onEvent(event) {
        if (event.type !== "log") return view.event(event);
        const line = toLogLine(event);
        if (line.level !== "debug" && line.level !== "info") view.line(formatLogLine(line));
        return undefined;
      },
    });
  } finally {
    announcer.show(undefined);
    view.close();
  }
}

/** Names of nodes for people; nodes without one go by their id. */
function labelsOf(document: JsonObject): ReadonlyMap<string, string> {
  const nodes = isJsonObject(document["nodes"]) ? document["nodes"] : {};
  return new Map(
    Object.entries(nodes).flatMap(([id, node]) => {
      const name = isJsonObject(node) ? node["name"] : undefined;
      return typeof name === "string" && name !== "" ? [[id, name] as const] : [];
    }),
  );
}

function placeOf({ artifactsDir, url }: SampleRun, artifact: ArtifactDto): SampleOutcome["artifacts"][number] {
  const path = createFileBlobStore({ directory: artifactsDir }).locate(DEFAULT_TENANT, artifact.sha256);
  return { name: artifact.name, path, url: `${url}/api/v1/jobs/${artifact.jobId}/artifacts/${artifact.id}` };
}
