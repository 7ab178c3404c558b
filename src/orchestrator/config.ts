import { z } from "zod";

/** Settings of this area; `config` merges all areas' schemas and reads the environment once, at start. */
export const orchestratorConfig = z.object({
  PORT: z.coerce.number().int().min(0).max(65_535).default(8_000).describe("port of the REST API; 0 takes a free one"),
  HOST: z
    .string()
    .min(1)
    .max(255)
    .default("127.0.0.1")
    .describe("address to listen on; 0.0.0.0 for all, behind TLS only"),
  ARTIFACTS_DIR: z
    .string()
    .min(1)
    .optional()
    .describe("folder of the jobs' artifacts; default: artifacts below CASARE_HOME"),
  ARTIFACT_MAX_BYTES: z.coerce
    .number()
    .int()
    .min(1)
    .default(268_435_456)
    .describe("largest artifact a robot may upload, bytes"),
  BODY_MAX_BYTES: z.coerce
    .number()
    .int()
    .min(1_024)
    .max(268_435_456)
    .default(12_582_912)
    .describe("largest body of any other request, bytes; also of an unpacked workflow file"),
  ROBOT_OFFLINE_MS: z.coerce
    .number()
    .int()
    .min(1_000)
    .default(30_000)
    .describe("milliseconds of silence after which a robot counts as offline"),
});
/** This area's settings with their defaults filled in. */
export type OrchestratorConfig = z.output<typeof orchestratorConfig>;
