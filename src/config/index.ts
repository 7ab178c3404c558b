/** Settings: one schema per area, merged from file, environment and flags. Start at README.md. */
export type { CoreConfig } from "./config.ts";
export { coreConfig } from "./config.ts";
export type { ConfigProblem } from "./errors.ts";
export { configErrors } from "./errors.ts";
export type {
  LoadedSettings,
  LoadSettingsOptions,
  SettingDescription,
  SettingProblem,
  SettingsOf,
} from "./load-settings.ts";
export { loadSettings } from "./load-settings.ts";
export type { FlagValue } from "./raw-settings.ts";
