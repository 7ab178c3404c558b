import { z } from "zod";

/** A setting as its area declares it. */
export type SettingSchema = z.ZodType;

/** The schema and what it wraps: `default`, `optional`, `transform` change what is absent or what comes out, not what is meant. */
function layersOf(schema: SettingSchema): SettingSchema[] {
  const layers: SettingSchema[] = [];
  for (let layer: SettingSchema | undefined = schema; layer !== undefined; layer = unwrapOnce(layer))
    layers.push(layer);
  return layers;
}

function unwrapOnce(schema: SettingSchema): SettingSchema | undefined {
  const def = schema.def as { readonly innerType?: SettingSchema; readonly in?: SettingSchema };
  return schema.def.type === "pipe" ? def.in : def.innerType;
}

/** True when the schema or anything it wraps says `.meta({ secret: true })`. */
export function isSecret(schema: SettingSchema): boolean {
  return layersOf(schema).some((layer) => z.globalRegistry.get(layer)?.["secret"] === true);
}

/** The text of `.describe()`, wherever in the chain it was called. */
export function descriptionOf(schema: SettingSchema): string {
  return (
    layersOf(schema)
      .map((layer) => z.globalRegistry.get(layer)?.description)
      .find(Boolean) ?? ""
  );
}

export type TextReading = { readonly value: unknown } | { readonly problem: string };

const TRUE_WORDS = new Set(["true", "1", "yes", "on"]);
const FALSE_WORDS = new Set(["false", "0", "no", "off"]);

const READERS: Readonly<Record<string, (text: string) => TextReading>> = {
  number: (text) => (/^[+-]?\d+(\.\d+)?$/.test(text) ? { value: Number(text) } : { problem: "must be a number" }),
  boolean: (text) => readBoolean(text.toLowerCase()),
  array: (text) => (text.startsWith("[") ? readJson(text) : { value: splitList(text) }),
  object: readJson,
  record: readJson,
};

/** What a text from the environment or a flag stands for, going by the kind of the setting. */
export function readText(schema: SettingSchema, text: string): TextReading {
  const kind = layersOf(schema).at(-1)?.def.type ?? "string";
  return READERS[kind]?.(text.trim()) ?? { value: text };
}

function readBoolean(word: string): TextReading {
  if (TRUE_WORDS.has(word)) return { value: true };
  if (FALSE_WORDS.has(word)) return { value: false };
  return { problem: "must be true or false" };
}

function splitList(text: string): string[] {
  return text
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");
}

function readJson(text: string): TextReading {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    // The parser's message quotes the text, which may be a secret.
    return { problem: "must be JSON" };
  }
}

/** What is wrong in words that name what is allowed. */
export function describeIssue(issue: z.core.$ZodIssue): string {
  const where = issue.path.length > 1 ? `${issue.path.slice(1).join(".")} ` : "";
  return where + describeRule(issue);
}

function describeRule(issue: z.core.$ZodIssue): string {
  if (issue.code === "invalid_type") return `must be ${KIND_NAMES[issue.expected] ?? `of type ${issue.expected}`}`;
  if (issue.code === "invalid_value") {
    return `must be ${issue.values.length > 1 ? "one of " : ""}${issue.values.map(String).join(", ")}`;
  }
  if (issue.code === "too_small") {
    const comparison = issue.inclusive === false ? "more than" : "at least";
    return `must ${describeBound(issue.origin, comparison, issue.minimum)}`;
  }
  if (issue.code === "too_big") {
    const comparison = issue.inclusive === false ? "less than" : "at most";
    return `must ${describeBound(issue.origin, comparison, issue.maximum)}`;
  }
  return issue.message;
}

const KIND_NAMES: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "an object",
};

function describeBound(origin: string, comparison: string, bound: number | bigint): string {
  if (origin === "string") return `have ${comparison} ${bound} characters`;
  if (origin === "array") return `have ${comparison} ${bound} entries`;
  return `be ${comparison} ${bound}`;
}
