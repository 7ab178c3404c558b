import type { ArtifactDto } from "../../../contracts/index.ts";
import type { ArtifactRecord } from "../../../persistence/index.ts";

export function viewArtifact(artifact: ArtifactRecord): ArtifactDto {
  return {
    id: artifact.id,
    jobId: artifact.jobId,
    attempt: artifact.attempt,
    name: artifact.name,
    contentType: artifact.contentType,
    sizeBytes: artifact.sizeBytes,
    sha256: artifact.sha256,
    createdAt: artifact.createdAt.toISOString(),
  };
}

const MEDIA_TYPE = /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+(?:\s*;\s*[\w!#$&^.+-]+=(?:[\w!#$&^.+-]+|"[^"\\\r\n]*"))*$/;
const UNKNOWN_TYPE = "application/octet-stream";

/** A content type that is safe to keep and to send again. */
export function readContentType(given: string | undefined): string {
  return given !== undefined && given.length <= 200 && MEDIA_TYPE.test(given) ? given : UNKNOWN_TYPE;
}

/** Content-Disposition with the name for old readers and the real one (RFC 6266 §5). Folders are cut off. */
export function attachment(name: string): string {
  const file = name.split(/[/\\]/).at(-1) || "artifact";
  const plain = file.replaceAll(/[^\x20-\x7e]|["\\%]/g, "_");
  const encoded = encodeURIComponent(file.toWellFormed()).replaceAll(/['()*]/g, percentEncode);
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`;
}

function percentEncode(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}
