import { z } from "zod";
import { agentConfig } from "../agent/index.ts";
import { browserConfig } from "../browser/index.ts";
import { coreConfig, type FlagValue, type LoadedSettings, loadSettings } from "../config/index.ts";
import { databaseConfig } from "../database/index.ts";
import { orchestratorConfig } from "../orchestrator/index.ts";
import { checkQueueConfig, queueConfig } from "../queue/index.ts";

/** Settings of the commands that talk to an orchestrator. */
export const cliConfig = z.object({
  API_KEY: z
    .string()
    .min(1)
    .optional()
    .meta({ secret: true })
    .describe(
      "key of the commands that talk to the orchestrator; default: the one `casare start` keeps in CASARE_HOME",
    ),
});

const SCHEMAS = [
  coreConfig,
  orchestratorConfig,
  queueConfig,
  databaseConfig,
  agentConfig,
  browserConfig,
  cliConfig,
] as const;

export type CliSettings = LoadedSettings<typeof SCHEMAS>;
export type SettingValues = CliSettings["values"];

/**
 * All settings of the product; every command reads all of them, so that what is a setting to one is never unknown to another.
 *
 * @param flags by key without prefix. Rejects with CONFIG_INVALID.
 */
export function loadCliSettings(
  env: NodeJS.ProcessEnv,
  flags: Readonly<Record<string, FlagValue | undefined>> = {},
): Promise<CliSettings> {
  return loadSettings({ schemas: SCHEMAS, checks: [checkQueueConfig], env, flags });
}

/** The option of a command as a flag of the settings; undefined when it was not given. */
export function flagOf(flag: string, value: unknown): FlagValue | undefined {
  return value === undefined ? undefined : { flag, value };
}

/** True when somebody has set the setting. @param name with prefix. */
export function isGiven(settings: CliSettings, name: string): boolean {
  return settings.describe().some((setting) => setting.name === name && setting.source !== "default");
}
