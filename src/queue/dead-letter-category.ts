import type { DeadLetter, DeadLetterCategory, JobFailure } from "./job.ts";

/** Codes of failures that say the work itself is wrong: `BUSINESS_EXCEPTION`, `ORDER_BUSINESS_RULE`. */
const BUSINESS_CODE = /(^|_)BUSINESS(_|$)/;

/**
 * Who has to look at a dead letter: the one who sent the work (`business`, `deadline`), who runs the robots (`lost`), or who
 * wrote the workflow (`permanent`, `exhausted`).
 *
 * The reason says when the queue gave up, this says of what the job died: a job whose last robot was lost has used up its
 * attempts as well, but nothing in it needs to be repaired.
 */
export function categoryOf(reason: DeadLetter["reason"], error: JobFailure): DeadLetterCategory {
  if (reason === "deadline") return "deadline";
  if (error.errorClass === "lost-lease") return "lost";
  if (BUSINESS_CODE.test(error.code) || error.details?.["exceptionType"] === "business") return "business";
  return reason;
}
