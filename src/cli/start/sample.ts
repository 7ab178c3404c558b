import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { z } from "zod";
import type { JobDto } from "../../contracts/index.ts";
import { messageOf } from "../../core/errors.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../core/json.ts";
import { packageRoot } from "../package-root.ts";
import type { StartParts } from "./start-parts.ts";

/** The sample workflow with what it works on: a practice page, which this process serves, and a list of people. */
export interface Sample {
  readonly name: string;
  readonly document: JsonObject;
  readonly variables: Readonly<Record<string, JsonValue>>;
}

/** What the example exports; it is plain JavaScript beside the product, so it is only known when it is loaded. */
const siteModule = z.object({
  startSite: z.custom<() => Promise<{ readonly url: string; close(): Promise<void> }>>(
    (value) => typeof value === "function",
  ),
});
const workflowFile = z.looseObject({ metadata: z.looseObject({ name: z.string().min(1) }) });

/** Serves the sample's practice page until the teardown. Undefined, and told, when the example is not there. */
export async function openSample({ announcer, teardown }: StartParts): Promise<Sample | undefined> {
  const folder = join(packageRoot(), "examples", "form-filling");
  try {
    const document: unknown = JSON.parse(await readFile(join(folder, "workflow.json"), "utf8"));
    const { name } = workflowFile.parse(document).metadata;
    const { startSite } = siteModule.parse(await import(pathToFileURL(join(folder, "serve.js")).href));
    const site = await startSite();
    teardown.add("the sample's site", () => site.close());
    announcer.done("sample-site", `practice page on ${site.url}`, { url: site.url });
    const variables = { site_url: site.url, input_file: join(folder, "people.csv") };
    return { name, document: document as JsonObject, variables };
  } catch (error) {
    announcer.trouble("sample-missing", `there is no sample job: ${messageOf(error)}`);
    return undefined;
  }
}

/** What the practice page said about the job, such as `100 %`. */
export function scoreOf(job: Pick<JobDto, "result">): string | undefined {
  const report = isJsonObject(job.result) ? job.result["report"] : undefined;
  const variables = isJsonObject(report) ? report["variables"] : undefined;
  const score = isJsonObject(variables) ? variables["score"] : undefined;
  return typeof score === "string" ? score : undefined;
}
