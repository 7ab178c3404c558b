import type { z } from "zod";
import type { deadLetterListQuery } from "../../../contracts/index.ts";
import type { BulkLetterOptions, DeadLetterFilter, DeadLetterSelection } from "../../../queue/index.ts";

type GivenFilter = Omit<z.output<typeof deadLetterListQuery>, "limit" | "cursor">;

/** A filter of dead letters as the queue knows it. */
export function toLetterFilter(given: GivenFilter): DeadLetterFilter {
  const { workflowId, code, category, reason, from, to, requeued } = given;
  return {
    ...(workflowId !== undefined && { kind: workflowId }),
    ...(code !== undefined && { code }),
    ...(category !== undefined && { category }),
    ...(reason !== undefined && { reason }),
    ...(from !== undefined && { diedFrom: new Date(from) }),
    ...(to !== undefined && { diedTo: new Date(to) }),
    ...(requeued !== undefined && { requeued }),
  };
}

/** Which dead letters a request means; its schema has seen to it that it means some. */
export function toSelection(body: {
  readonly jobIds?: readonly string[] | undefined;
  readonly filter?: GivenFilter | undefined;
}): DeadLetterSelection {
  return body.jobIds ? { jobIds: body.jobIds } : { filter: toLetterFilter(body.filter ?? {}) };
}

/** The bounds of one step. */
export function toSteps(body: {
  readonly limit: number;
  readonly dryRun: boolean;
  readonly cursor?: string | undefined;
}): BulkLetterOptions {
  const { limit, dryRun, cursor } = body;
  return { limit, dryRun, ...(cursor !== undefined && { cursor }) };
}
