import type { z } from "zod";
import type { ProblemItem } from "../../contracts/index.ts";
import { AppError } from "../../core/errors.ts";
import { orchestratorErrors } from "../errors.ts";

/** What a schema found wrong with one part of a request. */
export function invalidRequest(part: string, error: z.ZodError): AppError {
  return orchestratorErrors.REQUEST_INVALID({ errors: error.issues.map((issue) => toProblemItem(part, issue)) });
}

function toProblemItem(part: string, issue: z.core.$ZodIssue): ProblemItem {
  const path = [part, ...issue.path.map(String)].join(".");
  return { path, message: issue.message, code: issue.code };
}

/** How Fastify names the parts of a request, and how answers do. */
export const REQUEST_PARTS: Readonly<Record<string, string>> = {
  body: "body",
  querystring: "query",
  params: "params",
  headers: "headers",
};

export interface ErrorContext {
  readonly bodyMaxBytes: number;
  /** Content types the route takes. */
  readonly accepted: readonly string[];
}

/** The platform's error for whatever was thrown while a request was handled: Fastify's own become rows of our table. */
export function toAppError(error: unknown, { bodyMaxBytes, accepted }: ErrorContext): AppError | undefined {
  if (error instanceof AppError) return error;
  const { code, statusCode } = describeThrown(error);
  if (statusCode === 413) return orchestratorErrors.REQUEST_TOO_LARGE({ maxBytes: bodyMaxBytes }, { cause: error });
  if (statusCode === 415 || statusCode === 406) {
    return orchestratorErrors.REQUEST_MEDIA_TYPE({ accepted }, { cause: error });
  }
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return orchestratorErrors.REQUEST_MALFORMED(
      { problem: MALFORMED[code ?? ""] ?? "it is not valid HTTP" },
      { cause: error },
    );
  }
  return undefined;
}

const MALFORMED: Readonly<Record<string, string>> = {
  FST_ERR_BAD_URL: "the path holds a broken percent sign",
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: "Content-Length does not match the body",
  FST_ERR_MAX_PARAM_LENGTH_EXCEEDED: "a part of the path is too long",
};

function describeThrown(error: unknown): { readonly code?: string; readonly statusCode?: number } {
  if (!(error instanceof Error)) return {};
  const { code, statusCode } = error as { readonly code?: unknown; readonly statusCode?: unknown };
  return {
    ...(typeof code === "string" && { code }),
    ...(typeof statusCode === "number" && { statusCode }),
  };
}
