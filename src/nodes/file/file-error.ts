import { AppError } from "../../core/errors.ts";
import { nodeErrors } from "../errors.ts";

export interface FileAction {
  /** As the workflow wrote it; shown in messages. */
  readonly path: string;
  /** A verb: read, write, copy … */
  readonly action: string;
}

const BY_CODE: Readonly<Record<string, (at: FileAction, options: ErrorOptions) => AppError>> = {
  ENOENT: nodeErrors.NODE_FILE_NOT_FOUND,
  EEXIST: nodeErrors.NODE_FILE_EXISTS,
  EACCES: nodeErrors.NODE_FILE_DENIED,
  EPERM: nodeErrors.NODE_FILE_DENIED,
  EROFS: nodeErrors.NODE_FILE_DENIED,
  EISDIR: nodeErrors.NODE_NOT_A_FILE,
  ENOTDIR: nodeErrors.NODE_NOT_A_FOLDER,
  ENOSPC: nodeErrors.NODE_DISK_FULL,
  EDQUOT: nodeErrors.NODE_DISK_FULL,
};

/** The coded error for what the file system answered. What is no answer of the file system comes back as it is. */
export function fileError(error: unknown, at: FileAction): unknown {
  if (error instanceof AppError || !(error instanceof Error) || !("code" in error)) return error;
  const code = String(error.code);
  if (code === "ABORT_ERR") return error;
  const make = Object.hasOwn(BY_CODE, code) ? BY_CODE[code] : undefined;
  const details = { path: at.path, action: at.action };
  return (
    make?.(details, { cause: error }) ?? nodeErrors.NODE_FILE_FAILED({ ...details, reason: code }, { cause: error })
  );
}

/** Does one thing with a file and makes its failure a coded error. */
export async function onFile<T>(at: FileAction, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw fileError(error, at);
  }
}
