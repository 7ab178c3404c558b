import type { JobFilter, JobState } from "../../../queue/index.ts";

/** A filter of jobs as requests write it. */
interface GivenFilter {
  readonly state?: readonly JobState[] | undefined;
  readonly workflowId?: string | undefined;
  readonly robotId?: string | undefined;
  readonly environment?: string | undefined;
  readonly heldBy?: NonNullable<JobFilter["heldBy"]> | undefined;
  readonly concurrencyKey?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** A filter of jobs as the queue knows it. */
export function toJobFilter(given: GivenFilter): JobFilter {
  const { state, workflowId, robotId, environment, heldBy, concurrencyKey, from, to } = given;
  return {
    ...(state && { states: state }),
    ...(workflowId !== undefined && { kind: workflowId }),
    ...(robotId !== undefined && { robotId }),
    ...(environment !== undefined && { environment }),
    ...(heldBy !== undefined && { heldBy }),
    ...(concurrencyKey !== undefined && { concurrencyKey }),
    ...(from !== undefined && { createdFrom: new Date(from) }),
    ...(to !== undefined && { createdTo: new Date(to) }),
  };
}
