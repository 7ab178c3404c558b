import { hostname } from "node:os";
import { z } from "zod";

const name = z
  .string()
  .regex(/^[A-Za-z0-9][\w.-]{0,99}$/, "must be 1 to 100 letters, digits, dots, dashes or underscores");

/** Settings of this area; `config` merges all areas' schemas and reads the environment once, at start. */
export const agentConfig = z.object({
  ORCHESTRATOR_URL: z
    .url({ protocol: /^https?$/ })
    .default("http://127.0.0.1:8000")
    .describe("where the robot dials in"),
  ROBOT_KEY: z
    .string()
    .min(1)
    .optional()
    .meta({ secret: true })
    .describe("the robot's API key, from `casare key create`"),
  ROBOT_NAME: name.optional().describe("name of the robot within its tenant; default: the host's name"),
  ROBOT_ENVIRONMENT: z
    .string()
    .min(1)
    .max(100)
    .default("default")
    .describe("the robot runs jobs of this environment only"),
  ROBOT_CAPABILITIES: z
    .array(z.string().min(1).max(100))
    .max(100)
    .default([])
    .describe("labels the robot offers beside browser, http, files and its platform"),
  ROBOT_COMMANDS: z
    .array(z.string().min(1).max(1_000))
    .max(1_000)
    .default([])
    .describe(
      "programs that workflows may run, by name or absolute path; * for all, which lets every workflow do what the robot's user can",
    ),
  ROBOT_MAX_JOBS: z.coerce.number().int().min(1).max(1_000).default(1).describe("jobs the robot runs at the same time"),
  ROBOT_DRAIN_MS: z.coerce
    .number()
    .int()
    .min(0)
    .default(60_000)
    .describe("milliseconds a robot that is stopped lets its jobs run on before it gives them back"),
  ROBOT_KEEP_FAILED: z.coerce
    .number()
    .int()
    .min(0)
    .default(10)
    .describe("folders of failed jobs that are kept for a look"),
  ROBOT_OUTBOX_MAX_BYTES: z.coerce
    .number()
    .int()
    .min(65_536)
    .default(67_108_864)
    .describe("events that may wait for the orchestrator, bytes; beyond it, logs are dropped and counted"),
  ROBOT_ARTIFACT_MAX_BYTES: z.coerce
    .number()
    .int()
    .min(1)
    .default(268_435_456)
    .describe("largest file of a job that is uploaded, bytes"),
  ROBOT_ARTIFACT_TIMEOUT_MS: z.coerce
    .number()
    .int()
    .min(1_000)
    .default(600_000)
    .describe("milliseconds for the upload of one file, tries over lost connections included"),
});

/** The settings after they were read. */
export type AgentConfig = z.output<typeof agentConfig>;

/** What one robot is: its identity, its limits, its orchestrator. */
export interface RobotConfig {
  readonly name: string;
  readonly environment: string;
  /** All labels it offers. */
  readonly capabilities: readonly string[];
  readonly maxJobs: number;
  readonly orchestratorUrl: string;
  readonly key: string;
  /** Absolute path of the product's home; the robot keeps its own things in `robots/<name>` below it. */
  readonly home: string;
  /** Version of the product. */
  readonly version: string;
  readonly drainMs: number;
  readonly keepFailed: number;
  readonly outboxMaxBytes: number;
  readonly artifactMaxBytes: number;
  readonly artifactTimeoutMs: number;
}

/** The name of this machine in a form that a robot may have. */
export function defaultRobotName(host: string = hostname()): string {
  const cleaned = host
    .replaceAll(/[^\w.-]/g, "-")
    .replace(/^[^A-Za-z0-9]+/, "")
    .slice(0, 100);
  return cleaned === "" ? "robot" : cleaned;
}
