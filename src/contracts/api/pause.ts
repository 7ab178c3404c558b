import { z } from "zod";
import { instant, plainText } from "./identifiers.ts";

/** Body of a pause, which may be left out. */
export const pauseInput = z.strictObject({ reason: plainText(1, 500).optional() }).optional();

/** Since when jobs are not started, and why. */
export const pauseFacts = z.object({ pausedAt: instant, reason: z.string().optional() }).meta({ id: "PauseFacts" });

/** Jobs that are not started; what runs goes on. */
export const pauseDto = pauseFacts
  .extend({
    /** Absent: all jobs of the tenant. */
    workflowId: z.string().optional(),
    /** Absent where the workflow is deleted or the pause is of all jobs. */
    workflowName: z.string().optional(),
  })
  .meta({ id: "Pause" });
/** A pause as the API answers it. */
export type PauseDto = z.output<typeof pauseDto>;

/** All pauses of the tenant, that of all jobs first. */
export const pauseList = z.object({ data: z.array(pauseDto) });

/** What a resume did. */
export const resumeReport = z
  .object({
    /** False: there was no pause to be ended. */
    wasPaused: z.boolean(),
  })
  .meta({ id: "ResumeReport" });
/** The answer to a resume. */
export type ResumeReportDto = z.output<typeof resumeReport>;
