import { z } from "zod";

/** One thing that is wrong with a request. */
const problemItem = z.object({
  /** Where: `body.variables.name`, `query.limit`, or a place in a workflow file. */
  path: z.string(),
  message: z.string(),
  code: z.string(),
  node: z.string().optional(),
  port: z.string().optional(),
  suggestion: z.string().optional(),
});

/** Every error answer: RFC 9457 problem details. `code` is stable, texts are for people. */
export const problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.string(),
    requestId: z.string(),
    /** The same request may succeed later without a change. */
    retryable: z.boolean(),
    errors: z.array(problemItem).optional(),
    details: z.record(z.string(), z.unknown()).optional(),
  })
  .meta({
    id: "Problem",
    examples: [
      {
        type: "about:blank",
        title: "Not Found",
        status: 404,
        detail: "Job 81064793292668929 does not exist in this tenant",
        code: "QUEUE_JOB_NOT_FOUND",
        requestId: "019b76da-a800-7000-8000-00000000000a",
        retryable: false,
        details: { jobId: "81064793292668929" },
      },
    ],
  });
/** The body of an error answer. */
export type Problem = z.output<typeof problem>;
/** One entry of a problem's `errors`; `node` and `port` are there for findings about a workflow file. */
export type ProblemItem = z.output<typeof problemItem>;
