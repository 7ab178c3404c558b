import type { IncomingHttpHeaders } from "node:http";
import { Readable } from "node:stream";
import type { TenantId } from "../../core/ids.ts";
import type { BlobStore } from "../../persistence/index.ts";
import type { RouteAnswer } from "../define-route.ts";
import { orchestratorErrors } from "../errors.ts";
import { chooseDelivery } from "./byte-range.ts";
import { attachment, readContentType } from "./jobs/artifact-view.ts";

/** A file whose content is in the blob store. */
interface StoredFile {
  readonly id: string;
  readonly name: string;
  readonly contentType: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

/** What routes that answer by `answerContent` say of themselves. */
export const DOWNLOAD_DESCRIPTION =
  "`ETag` is the content's SHA-256; with `If-None-Match` a known content is answered with 304. HEAD tells size and type; one `Range` of bytes is followed, so that a broken download can go on.";
export const DOWNLOAD_HEADERS = ["If-None-Match", "Range", "If-Range"] as const;
export const DOWNLOAD_SUCCESS = {
  status: 200,
  description: "The content, with the content type it was uploaded with",
  contentTypes: ["application/octet-stream"],
  also: [206],
  headers: ["ETag", "Accept-Ranges", "Content-Disposition"],
} as const;

/**
 * The content, a part of it, or 304, whatever the headers ask for; its SHA-256 is the entity tag.
 *
 * Rejects with ARTIFACT_LOST or RANGE_NOT_SATISFIABLE.
 */
export async function answerContent(
  blobs: BlobStore,
  request: { readonly tenantId: TenantId; readonly headers: IncomingHttpHeaders },
  { id, name, contentType, sizeBytes, sha256 }: StoredFile,
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
      "content-type": readContentType(contentType),
      "content-disposition": attachment(name),
      // What a robot brought back or somebody attached must never run as a page of this origin.
      "content-security-policy": "sandbox; default-src 'none'",
      etag,
      "accept-ranges": "bytes",
      "content-length": String(range ? range.end - range.start + 1 : sizeBytes),
      ...(range && { "content-range": `bytes ${range.start}-${range.end}/${sizeBytes}` }),
    },
  };
}
