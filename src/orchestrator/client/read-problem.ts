import { problem } from "../../contracts/index.ts";
import { AppError } from "../../core/errors.ts";

/** The error an answer tells of (RFC 9457), with its own code; undefined for an answer that is none of ours. */
export function readProblem(text: string): AppError | undefined {
  const read = problem.safeParse(parse(text));
  if (!read.success) return undefined;
  const { code, status, retryable, detail, details, errors, requestId } = read.data;
  const facts = { ...details, ...(errors && { errors }), requestId };
  return new AppError(code, { status, retryable, message: () => detail }, facts);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Some proxy's page; the caller tells of it.
    return undefined;
  }
}
