import type { IncomingHttpHeaders } from "node:http";
import { Readable } from "node:stream";
import type { TenantId } from "../../core/ids.ts";
import type { BlobStore } from "../../persistence/index.ts";
import type { RouteAnswer } from "../define-route.ts";
import { orchestratorErrors } from "../errors.ts";
import { chooseDelivery } from "./byte-range.ts";

/** A content in the blob store, and how to send it. */
interface StoredContent {
  /** Of the artifact, for the error. */
  readonly id: string;
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * The content, a part of it, or 304, whatever the headers ask for; its SHA-256 is the entity tag.
 *
 * Rejects with ARTIFACT_LOST or RANGE_NOT_SATISFIABLE.
 */
export async function answerContent(
  blobs: BlobStore,
  request: { readonly tenantId: TenantId; readonly headers: IncomingHttpHeaders },
  { id, sha256, sizeBytes, headers }: StoredContent,
): Promise<RouteAnswer<undefined>> {
  const etag = `"${sha256}"`;
  const delivery = chooseDelivery(request.headers, { etag, sizeBytes });
  if (delivery.kind === "not-modified") return { body: undefined, status: 304, headers: { etag } };
  if (delivery.kind === "out-of-range") throw orchestratorErrors.RANGE_NOT_SATISFIABLE({ sizeBytes });
  const range = delivery.kind === "part" ? delivery.range : undefined;
  const content = await blobs.open(request.tenantId, sha256, range);
  if (!content) throw orchestratorErrors.ARTIFACT_LOST({ artifactId: id, sha256 });
  return {
    content: content instanceof Readable ? content : new Readable().wrap(content),
    status: range ? 206 : 200,
    headers: {
      ...headers,
      etag,
      "accept-ranges": "bytes",
      "content-length": String(range ? range.end - range.start + 1 : sizeBytes),
      ...(range && { "content-range": `bytes ${range.start}-${range.end}/${sizeBytes}` }),
    },
  };
}
