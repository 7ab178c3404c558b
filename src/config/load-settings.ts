import { readFile } from "node:fs/promises";
import path from "node:path";
import type { z } from "zod";
import { coreConfig } from "./config.ts";
import { type ConfigProblem, configErrors } from "./errors.ts";
import {
  envNameOf,
  type FlagValue,
  type RawSetting,
  type ReadText,
  readEnvironment,
  readFlags,
  readSettingsFile,
} from "./raw-settings.ts";
import { describeIssue, descriptionOf, isSecret, readText, type SettingSchema } from "./setting-schema.ts";

type Schemas = readonly z.ZodObject[];
type UnionToIntersection<U> = (U extends unknown ? (member: U) => void : never) extends (all: infer I) => void
  ? I
  : never;

/** The values of all schemas as one object. */
export type SettingsOf<S extends Schemas> = UnionToIntersection<z.output<S[number]>>;

/** What a cross-check of several settings found. */
export interface SettingProblem {
  /** Key of the setting to change, without prefix. */
  readonly setting: string;
  /** What is wrong and what is allowed, such as `must be less than CASARE_QUEUE_LEASE_MS (30000)`. */
  readonly problem: string;
}

/** Schemas and where values come from. */
export interface LoadSettingsOptions<S extends Schemas> {
  /** One object schema per area; keys without prefix, each key in one schema only. */
  readonly schemas: S;
  /** Run when every single value is valid. */
  readonly checks?: readonly ((values: SettingsOf<S>) => readonly SettingProblem[])[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** By key without prefix; an undefined value means that the flag was not given. */
  readonly flags?: Readonly<Record<string, FlagValue | undefined>>;
  /** Reads UTF-8 text; default from the file system. */
  readonly readFile?: ReadText;
}

/** One line of `casare config show`. */
export interface SettingDescription {
  /** With prefix: `CASARE_QUEUE_LEASE_MS`. */
  readonly name: string;
  /** As text; `[secret]` for a secret that is set, undefined for what is not set. */
  readonly value: string | undefined;
  /** `default`, `file /path`, `env CASARE_X`, `env CASARE_X_FILE` or `flag --x`. */
  readonly source: string;
  readonly description: string;
}

/** Settings that are valid, every one and together. */
export interface LoadedSettings<S extends Schemas> {
  readonly values: SettingsOf<S>;
  /** All settings in the order of the schemas, for people; holds no secret. */
  describe(): SettingDescription[];
  /** The values to mask in logs: each secret, and the password inside it when it is a URL. */
  secrets(): string[];
}

/**
 * Merges the settings of all areas: default < file < environment < flag.
 *
 * Reads `CASARE_<KEY>`, `CASARE_<KEY>_FILE` and the JSON file of `CASARE_CONFIG` (default `config.json` in the home
 * folder). Rejects with CONFIG_INVALID, which names everything that is wrong at once and never the value of a secret.
 */
export async function loadSettings<const S extends Schemas>(
  options: LoadSettingsOptions<S>,
): Promise<LoadedSettings<S>> {
  const read: ReadText = options.readFile ?? ((file) => readFile(file, "utf8"));
  const fields = collectFields(options.schemas);
  const keys = [...fields.keys()];
  const environment = await readEnvironment(keys, options.env, read);
  const flags = readFlags(options.flags ?? {});
  const raw = new Map<string, RawSetting>([...environment.settings, ...flags]);
  const file = await readSettingsFile(keys, locateFile(raw), read);
  const merged = new Map<string, RawSetting>([...file.settings, ...raw]);

  const problems: ConfigProblem[] = [...file.problems, ...environment.problems];
  const values: Record<string, unknown> = {};
  for (const schema of options.schemas) problems.push(...parseArea(schema, merged, values));
  if (problems.length === 0) {
    const found = (options.checks ?? []).flatMap((check) => check(values as SettingsOf<S>));
    problems.push(...found.map(({ setting, problem }) => problemOf(setting, merged.get(setting), problem)));
  }
  if (problems.length > 0) throw configErrors.CONFIG_INVALID({ problems });

  return {
    values: values as SettingsOf<S>,
    describe: () =>
      keys.map((key) => describeSetting(key, fields.get(key), { value: values[key], source: merged.get(key)?.source })),
    secrets: () => keys.filter((key) => isSecretField(fields.get(key))).flatMap((key) => secretForms(values[key])),
  };
}

function collectFields(schemas: Schemas): Map<string, SettingSchema> {
  const fields = new Map<string, SettingSchema>();
  for (const schema of schemas) {
    for (const [key, field] of Object.entries(schema.shape)) {
      if (fields.has(key)) throw new TypeError(`setting ${key} is declared by two areas`);
      fields.set(key, field as SettingSchema);
    }
  }
  return fields;
}

/** Home and file are needed before the file is read, so they come from the environment or flags only. */
function locateFile(raw: ReadonlyMap<string, RawSetting>): { path: string; mustExist: boolean } {
  const named = raw.get("CONFIG")?.value;
  if (typeof named === "string") return { path: path.resolve(named), mustExist: true };
  const home = coreConfig.shape.HOME.safeParse(raw.get("HOME")?.value);
  const fallback = coreConfig.shape.HOME.parse(undefined);
  return { path: path.join(home.success ? home.data : fallback, "config.json"), mustExist: false };
}

function parseArea(
  schema: z.ZodObject,
  merged: ReadonlyMap<string, RawSetting>,
  values: Record<string, unknown>,
): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const input: Record<string, unknown> = {};
  for (const [key, field] of Object.entries(schema.shape)) {
    const given = merged.get(key);
    if (given === undefined) continue;
    const reading = typeof given.value === "string" ? readText(field, given.value) : { value: given.value };
    if ("problem" in reading) problems.push(problemOf(key, given, reading.problem, field));
    else input[key] = reading.value;
  }
  const failed = new Set(problems.map(({ name }) => name));
  const parsed = schema.safeParse(input);
  if (parsed.success) {
    Object.assign(values, parsed.data);
    return problems;
  }
  for (const issue of parsed.error.issues) {
    const key = String(issue.path[0] ?? "");
    if (failed.has(envNameOf(key))) continue;
    problems.push(problemOf(key, merged.get(key), describeIssue(issue), schema.shape[key]));
  }
  return problems;
}

function problemOf(key: string, given: RawSetting | undefined, problem: string, field?: SettingSchema): ConfigProblem {
  const isShown = given !== undefined && field !== undefined && !isSecret(field);
  const value = isShown ? ` and is ${shorten(given.value)}` : "";
  const purpose = field === undefined ? "" : descriptionOf(field);
  return {
    name: envNameOf(key),
    source: given?.source ?? "default",
    problem: `${hideValue(problem, given, field)}${value}${purpose === "" ? "" : ` (${purpose})`}`,
  };
}

/** A schema's own message may quote what it was given. */
function hideValue(problem: string, given: RawSetting | undefined, field: SettingSchema | undefined): string {
  if (field === undefined || !isSecret(field) || typeof given?.value !== "string" || given.value === "") return problem;
  return problem.replaceAll(given.value, "[secret]");
}

function shorten(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}

function describeSetting(
  key: string,
  field: SettingSchema | undefined,
  setting: { readonly value: unknown; readonly source: string | undefined },
): SettingDescription {
  return {
    name: envNameOf(key),
    value: showValue(setting.value, isSecretField(field)),
    source: setting.source ?? "default",
    description: field === undefined ? "" : descriptionOf(field),
  };
}

function showValue(value: unknown, isHidden: boolean): string | undefined {
  if (value === undefined) return undefined;
  if (isHidden) return "[secret]";
  return typeof value === "string" ? value : JSON.stringify(value);
}

function isSecretField(field: SettingSchema | undefined): boolean {
  return field !== undefined && isSecret(field);
}

function secretForms(value: unknown): string[] {
  if (typeof value !== "string") return [];
  if (!URL.canParse(value)) return [value];
  const { password } = new URL(value);
  return [value, password, decodeOr(password)].filter((form) => form !== "");
}

function decodeOr(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a bare percent sign: then it was never encoded
  }
}
