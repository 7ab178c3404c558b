import path from "node:path";
import type { FileSpace } from "../file-space.ts";

/** Reports a file that was written in the job's working directory as one of its results. */
export function reportArtifact(
  context: {
    readonly files: FileSpace;
    readonly addArtifact: (path: string, contentType?: string) => void;
  },
  file: string,
  contentType?: string,
): void {
  const relative = path.relative(context.files.resolve("."), file);
  if (!relative.startsWith("..") && !path.isAbsolute(relative)) context.addArtifact(relative, contentType);
}
