import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { z } from "zod";
import type { Clock } from "../core/clock.ts";
import { pause } from "../core/deadline.ts";
import { messageOf } from "../core/errors.ts";
import type { AgentLog } from "./agent-log.ts";
import type { ArtifactFile } from "./artifact-files.ts";
import { agentErrors } from "./errors.ts";
import type { AttemptId } from "./outbox-record.ts";

/** No byte in either direction for this long ends a try, milliseconds. */
const IDLE_MS = 30_000;
const FIRST_RETRY_MS = 250;
const LONGEST_RETRY_MS = 10_000;
const MAX_ANSWER_BYTES = 65_536;

/** Where artifacts go, and under which limits. */
export interface UploadTarget {
  readonly orchestratorUrl: string;
  readonly key: string;
  readonly maxBytes: number;
  /** Milliseconds for one file, all tries together. */
  readonly timeoutMs: number;
  readonly log: AgentLog;
  readonly clock: Clock;
}

/** `lost`: the job is somebody else's. `aborted`: the signal said so. */
export type UploadOutcome =
  | { readonly kind: "stored"; readonly sha256: string }
  | { readonly kind: "lost" }
  | { readonly kind: "aborted" };

/**
 * Uploads a file of a job, streamed, again and again over lost connections until the orchestrator has it.
 *
 * Rejects with AGENT_ARTIFACT_TOO_LARGE, AGENT_ARTIFACT_REFUSED or AGENT_ARTIFACT_UNREACHABLE, and when the file cannot
 * be read.
 */
export async function uploadArtifact(
  target: UploadTarget,
  { id, file }: { readonly id: AttemptId; readonly file: ArtifactFile },
  signal: AbortSignal,
): Promise<UploadOutcome> {
  const { name } = file;
  const endsAtMs = target.clock.monotonicMs() + target.timeoutMs;
  for (let retryMs = FIRST_RETRY_MS; ; retryMs = Math.min(retryMs * 2, LONGEST_RETRY_MS)) {
    // Every time anew: a file that was still being written has another hash by now.
    const content = await digest(file.path);
    if (content.sizeBytes > target.maxBytes) {
      const { sizeBytes } = content;
      throw agentErrors.AGENT_ARTIFACT_TOO_LARGE({ name, sizeBytes, limitBytes: target.maxBytes });
    }
    if (signal.aborted) return { kind: "aborted" };
    const answer = await put(target, { id, file, content }, signal);
    if (signal.aborted) return { kind: "aborted" };
    if (answer.status === 200 || answer.status === 201) return { kind: "stored", sha256: content.sha256 };
    if (answer.status === 409) return { kind: "lost" };
    if (!isWorthRetrying(answer)) {
      throw agentErrors.AGENT_ARTIFACT_REFUSED({ name, status: answer.status, code: answer.code });
    }
    if (target.clock.monotonicMs() + retryMs >= endsAtMs) {
      throw agentErrors.AGENT_ARTIFACT_UNREACHABLE({ name, timeoutMs: target.timeoutMs });
    }
    target.log.warn({ jobId: id.jobId, status: answer.status, code: answer.code, retryMs }, "artifact not taken yet");
    if (!(await pause(retryMs, signal))) return { kind: "aborted" };
  }
}

interface Content {
  readonly sha256: string;
  readonly sizeBytes: number;
}

interface Answer {
  /** 0 when there was none. */
  readonly status: number;
  readonly code: string;
}

/** Is it the moment, and not the file? */
export function isWorthRetrying({ status, code }: Answer): boolean {
  if (status === 422) return code === "BLOB_HASH_MISMATCH";
  return status === 0 || status === 408 || status === 429 || (status >= 500 && status !== 507);
}

async function digest(path: string): Promise<Content> {
  const hash = createHash("sha256");
  let sizeBytes = 0;
  for await (const chunk of createReadStream(path)) {
    const bytes = chunk as Buffer;
    hash.update(bytes);
    sizeBytes += bytes.byteLength;
  }
  return { sha256: hash.digest("hex"), sizeBytes };
}

/** One try. Never rejects: without an answer the status is 0. */
function put(
  target: UploadTarget,
  { id, file, content }: { readonly id: AttemptId; readonly file: ArtifactFile; readonly content: Content },
  signal: AbortSignal,
): Promise<Answer> {
  const base = target.orchestratorUrl.replace(/\/+$/, "");
  const url = new URL(`${base}/api/v1/jobs/${id.jobId}/artifacts/${content.sha256}`);
  url.search = new URLSearchParams({
    name: file.name,
    attempt: String(id.attempt),
    sessionId: id.sessionId,
  }).toString();
  const headers = {
    authorization: `Bearer ${target.key}`,
    "content-type": file.contentType,
    "content-length": content.sizeBytes,
  };
  return new Promise((resolve) => {
    const failed = (error: unknown): void => resolve({ status: 0, code: messageOf(error) });
    const send = url.protocol === "https:" ? httpsRequest : httpRequest;
    const request = send(url, { method: "PUT", headers, signal, timeout: IDLE_MS, agent: false });
    // No more than was hashed: a file that grows meanwhile must not break the request.
    const source = createReadStream(file.path, { end: Math.max(0, content.sizeBytes - 1) });
    request.on("timeout", () => request.destroy(new Error("no sign of life")));
    request.on("error", (error) => {
      source.destroy();
      failed(error);
    });
    request.on("response", (response) => {
      source.destroy();
      readAnswer(response).then(resolve, failed);
    });
    source.on("error", (error) => request.destroy(error));
    source.pipe(request);
  });
}

const problem = z.object({ code: z.string().max(200) });

async function readAnswer(response: IncomingMessage): Promise<Answer> {
  let text = "";
  for await (const chunk of response) {
    if (text.length < MAX_ANSWER_BYTES) text += String(chunk);
  }
  const status = response.statusCode ?? 0;
  try {
    return { status, code: problem.safeParse(JSON.parse(text)).data?.code ?? "" };
  } catch {
    return { status, code: "" }; // not JSON: something in between answered
  }
}
