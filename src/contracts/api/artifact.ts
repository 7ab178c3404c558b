import { z } from "zod";
import { instant, jobId, plainText, sha256, uuid } from "./identifiers.ts";

/** A file that a job left behind. */
export const artifactDto = z
  .object({
    id: uuid,
    jobId,
    attempt: z.int(),
    name: z.string(),
    contentType: z.string(),
    sizeBytes: z.int(),
    sha256,
    createdAt: instant,
  })
  .meta({ id: "Artifact" });
/** An artifact as the API answers it; `sizeBytes` and `sha256` are those of the content. */
export type ArtifactDto = z.output<typeof artifactDto>;

/** All artifacts of one job; never so many that they need pages. */
export const artifactList = z.object({ data: z.array(artifactDto) });

/** Path of one artifact of a job. */
export const artifactParams = z.object({ jobId, artifactId: uuid });
/** Path of an upload; the content must have this SHA-256. */
export const artifactUploadParams = z.object({ jobId, sha256 });
/** Name of an uploaded file and the lease it is uploaded under: only the robot that holds the job may. */
export const artifactUploadQuery = z.strictObject({
  name: plainText(1, 500).describe("file name, folders separated by /"),
  attempt: z.coerce.number().int().min(1).max(32_767),
  sessionId: plainText(1, 64),
});
