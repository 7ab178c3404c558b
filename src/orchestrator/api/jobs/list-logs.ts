import { Readable } from "node:stream";
import { jobParams, type LogLevelDto, logList, logListQuery } from "../../../contracts/index.ts";
import type { TenantId } from "../../../core/ids.ts";
import { defineRoute } from "../../define-route.ts";
import type { Services } from "../../services.ts";
import { pageBySeq } from "../page-request.ts";
import { findJob } from "./find-job.ts";
import { formatLogLine, levelsFrom, viewLogLine } from "./log-view.ts";

export const listLogs = defineRoute({
  id: "listJobLogs",
  method: "GET",
  path: "/api/v1/jobs/:jobId/logs",
  tag: "jobs",
  summary: "Read a job's log, oldest line first",
  description: "With `Accept: text/plain` the whole log behind `cursor` as text, whatever `limit` says.",
  permission: "jobs:read",
  params: jobParams,
  query: logListQuery,
  success: { status: 200, description: "A page of lines", body: logList, contentTypes: ["text/plain"] },
  errors: { 404: ["QUEUE_JOB_NOT_FOUND"] },
  async handle({ params: { jobId }, query, headers, principal: { tenantId }, signal }, services) {
    await findJob(services, tenantId, jobId);
    const request = { tenantId, jobId, level: query.level, after: query.cursor ?? "0", signal };
    if (wantsText(headers.accept)) {
      return {
        content: Readable.from(textOf(services, request)),
        headers: { "content-type": "text/plain; charset=utf-8" },
      };
    }
    const lines = await readLines(services, request, query.limit + 1);
    return { body: pageBySeq(lines.map(viewLogLine), query.limit) };
  },
});

interface LogRequest {
  readonly tenantId: TenantId;
  readonly jobId: string;
  readonly level: LogLevelDto;
  readonly after: string;
  readonly signal: AbortSignal;
}

const PAGE = 1_000;

function readLines({ events }: Services, request: LogRequest, limit: number) {
  const { tenantId, jobId, after, level } = request;
  return events.after(tenantId, after, limit, { jobId, types: ["log"], levels: levelsFrom(level) });
}

async function* textOf(services: Services, request: LogRequest): AsyncGenerator<string, void, void> {
  let { after } = request;
  while (!request.signal.aborted) {
    const page = await readLines(services, { ...request, after }, PAGE);
    if (page.length > 0) yield page.map((event) => formatLogLine(viewLogLine(event))).join("");
    if (page.length < PAGE) return;
    after = page.at(-1)?.seq ?? after;
  }
}

function wantsText(accept: string | undefined): boolean {
  return accept !== undefined && accept.includes("text/plain") && !accept.includes("application/json");
}
