import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { AppError } from "../core/errors.ts";
import { coreConfig } from "./config.ts";
import type { ConfigProblem } from "./errors.ts";
import { loadSettings } from "./load-settings.ts";

const queue = z.object({
  QUEUE_LEASE_MS: z.coerce.number().int().min(1_000).default(30_000).describe("how long a lease lasts"),
  QUEUE_MODE: z.enum(["fair", "strict"]).default("fair"),
  QUEUE_PAUSED: z.boolean().default(false),
  QUEUE_EAGER: z.coerce.boolean().default(false),
  QUEUE_TAGS: z.array(z.string().min(2)).default([]),
  QUEUE_LIMITS: z.record(z.string(), z.number()).optional(),
  QUEUE_TOKEN: z.string().min(8).optional().meta({ secret: true }).describe("password of the queue"),
});
const schemas = [coreConfig, queue] as const;

const missing = Object.assign(new Error("ENOENT: no such file"), { code: "ENOENT" });

function load(env: Record<string, string>, files: Record<string, string> = {}, flags = {}) {
  return loadSettings({
    schemas,
    env: { CASARE_HOME: "/home/casare", ...env },
    flags,
    readFile: (path) => (files[path] === undefined ? Promise.reject(missing) : Promise.resolve(files[path])),
  });
}

async function problemsOf(loading: Promise<unknown>): Promise<readonly ConfigProblem[]> {
  const error: unknown = await loading.then(
    () => undefined,
    (caught: unknown) => caught,
  );
  expect(error).toMatchObject({ code: "CONFIG_INVALID" });
  return (error as AppError<string, { problems: readonly ConfigProblem[] }>).details.problems;
}

const checkLease = (values: { QUEUE_LEASE_MS: number }) =>
  values.QUEUE_LEASE_MS > 5_000
    ? []
    : [{ setting: "QUEUE_LEASE_MS", problem: "must be longer than the heartbeat (5000)" }];

const loadWith = (lease: string) =>
  loadSettings({ schemas, checks: [checkLease], env: { CASARE_QUEUE_LEASE_MS: lease, CASARE_HOME: "/nowhere" } });

describe("loadSettings", () => {
  test("takes flag before environment before file before default, and says where each came from", async () => {
    const file = {
      "/home/casare/config.json": JSON.stringify({ QUEUE_LEASE_MS: 2_000, QUEUE_MODE: "strict", LOG_LEVEL: "warn" }),
    };
    const env = { CASARE_QUEUE_LEASE_MS: "3000", CASARE_LOG_LEVEL: "error" };
    const flags = { QUEUE_LEASE_MS: { flag: "--lease-ms", value: 4_000 }, QUEUE_MODE: undefined };

    const settings = await load(env, file, flags);

    expect(settings.values).toMatchObject({
      QUEUE_LEASE_MS: 4_000,
      LOG_LEVEL: "error",
      QUEUE_MODE: "strict",
      QUEUE_TAGS: [],
    });
    const sources = Object.fromEntries(settings.describe().map(({ name, source }) => [name, source]));
    expect(sources).toMatchObject({
      CASARE_QUEUE_LEASE_MS: "flag --lease-ms",
      CASARE_LOG_LEVEL: "env CASARE_LOG_LEVEL",
      CASARE_QUEUE_MODE: "file /home/casare/config.json",
      CASARE_QUEUE_TAGS: "default",
    });
  });

  test.each([
    { name: "QUEUE_LEASE_MS", text: "5000", value: 5_000 },
    { name: "QUEUE_PAUSED", text: "yes", value: true },
    { name: "QUEUE_PAUSED", text: "0", value: false },
    { name: "QUEUE_EAGER", text: "false", value: false },
    { name: "QUEUE_TAGS", text: "one, two,", value: ["one", "two"] },
    { name: "QUEUE_TAGS", text: '["a,b"]', value: ["a,b"] },
    { name: "QUEUE_LIMITS", text: '{"x": 1}', value: { x: 1 } },
    { name: "QUEUE_MODE", text: "strict", value: "strict" },
    { name: "QUEUE_LEASE_MS", text: "", value: 30_000 },
  ])("reads $name from the text '$text'", async ({ name, text, value }) => {
    const { values } = await load({ [`CASARE_${name}`]: text });

    expect(values).toMatchObject({ [name]: value });
  });

  test("reads a value from the file that CASARE_<KEY>_FILE names, without its last line end", async () => {
    const settings = await load(
      { CASARE_QUEUE_TOKEN_FILE: "/run/secrets/token" },
      { "/run/secrets/token": "s3cret-value\n" },
    );

    expect(settings.values.QUEUE_TOKEN).toBe("s3cret-value");
    expect(settings.describe().find(({ name }) => name === "CASARE_QUEUE_TOKEN")).toEqual({
      name: "CASARE_QUEUE_TOKEN",
      value: "[secret]",
      source: "env CASARE_QUEUE_TOKEN_FILE",
      description: "password of the queue",
    });
  });

  test("reads the file that CASARE_CONFIG names instead of the one in home, and insists on it", async () => {
    const { values } = await load(
      { CASARE_CONFIG: "/etc/casare.json" },
      { "/etc/casare.json": '{"QUEUE_MODE": "strict"}' },
    );
    expect(values.QUEUE_MODE).toBe("strict");

    expect(await problemsOf(load({ CASARE_CONFIG: "/etc/other.json" }))).toEqual([
      { name: "settings file", source: "file /etc/other.json", problem: "cannot be read: there is no such file" },
    ]);
  });

  test("names everything that is wrong at once, with its source, what is allowed, and the nearest name", async () => {
    const problems = await problemsOf(
      load(
        {
          CASARE_QUEUE_LEASE_MS: "999",
          CASARE_QUEUE_MODE: "fifo",
          CASARE_QUEUE_PAUSED: "perhaps",
          CASARE_QUEUE_EAGER: "perhaps",
          CASARE_QUEUE_LIMITS: "{",
          CASARE_QUEUE_LEESE_MS: "1",
          CASARE_COMPLETELY_ELSE: "1",
        },
        { "/home/casare/config.json": '{"QUEUE_TAG": [], "QUEUE_TAGS": ["x"], "$schema": "x"}' },
      ),
    );

    expect(problems).toEqual([
      {
        name: "QUEUE_TAG",
        source: "file /home/casare/config.json",
        problem: "is not a known setting",
        suggestion: "QUEUE_TAGS",
      },
      {
        name: "CASARE_QUEUE_LEESE_MS",
        source: "env CASARE_QUEUE_LEESE_MS",
        problem: "is not a known setting",
        suggestion: "CASARE_QUEUE_LEASE_MS",
      },
      { name: "CASARE_COMPLETELY_ELSE", source: "env CASARE_COMPLETELY_ELSE", problem: "is not a known setting" },
      {
        name: "CASARE_QUEUE_PAUSED",
        source: "env CASARE_QUEUE_PAUSED",
        problem: 'must be true or false and is "perhaps"',
      },
      {
        name: "CASARE_QUEUE_EAGER",
        source: "env CASARE_QUEUE_EAGER",
        problem: 'must be true or false and is "perhaps"',
      },
      { name: "CASARE_QUEUE_LIMITS", source: "env CASARE_QUEUE_LIMITS", problem: 'must be JSON and is "{"' },
      {
        name: "CASARE_QUEUE_LEASE_MS",
        source: "env CASARE_QUEUE_LEASE_MS",
        problem: 'must be at least 1000 and is "999" (how long a lease lasts)',
      },
      {
        name: "CASARE_QUEUE_MODE",
        source: "env CASARE_QUEUE_MODE",
        problem: 'must be one of fair, strict and is "fifo"',
      },
      {
        name: "CASARE_QUEUE_TAGS",
        source: "file /home/casare/config.json",
        problem: '0 must have at least 2 characters and is ["x"]',
      },
    ]);
  });

  test("says all of it in the message", async () => {
    const error: unknown = await load({ CASARE_QUEUE_LEESE_MS: "1", CASARE_QUEUE_MODE: "fifo" }).catch(
      (caught: unknown) => caught,
    );

    expect((error as Error).message).toBe(
      [
        "2 settings are not valid:",
        "- CASARE_QUEUE_LEESE_MS (env CASARE_QUEUE_LEESE_MS): is not a known setting; did you mean CASARE_QUEUE_LEASE_MS?",
        '- CASARE_QUEUE_MODE (env CASARE_QUEUE_MODE): must be one of fair, strict and is "fifo"',
      ].join("\n"),
    );
  });

  test("leaves variables of others and of the product's own tests alone", async () => {
    await expect(load({ HOME: "/root", CASARE_TEST_DATABASE_URL: "x" })).resolves.toBeDefined();
  });

  test("refuses a value that is given twice", async () => {
    const env = { CASARE_QUEUE_TOKEN: "12345678", CASARE_QUEUE_TOKEN_FILE: "/run/token" };

    expect(await problemsOf(load(env))).toMatchObject([
      { name: "CASARE_QUEUE_TOKEN", problem: expect.stringContaining("twice") },
    ]);
  });

  test.each([
    { text: "{\n  broken", problem: "is not JSON" },
    { text: "[]", problem: "must be one JSON object" },
  ])("says what is wrong with the file $text", async ({ text, problem }) => {
    const problems = await problemsOf(load({}, { "/home/casare/config.json": text }));

    expect(problems).toMatchObject([{ name: "settings file", problem: expect.stringContaining(problem) }]);
  });

  test("runs cross-checks when every single value is right, and names the source of what to change", async () => {
    await expect(loadWith("6000")).resolves.toBeDefined();
    expect(await problemsOf(loadWith("4000"))).toEqual([
      {
        name: "CASARE_QUEUE_LEASE_MS",
        source: "env CASARE_QUEUE_LEASE_MS",
        problem: "must be longer than the heartbeat (5000)",
      },
    ]);
  });

  test("refuses two areas that declare the same key, which is a mistake of the program", async () => {
    await expect(loadSettings({ schemas: [queue, queue], env: {} })).rejects.toThrow(TypeError);
  });

  test("makes home absolute", async () => {
    const settings = await loadSettings({ schemas: [coreConfig], env: { CASARE_HOME: "~/robots" } });

    expect(settings.values.HOME).toMatch(/^\/.*\/robots$/);
  });

  test("gives the secrets for masking: the whole value and the password in a URL", async () => {
    const settings = await load({ CASARE_DATABASE_URL: "postgres://me:p%40ss@db/x", CASARE_QUEUE_TOKEN: "12345678" });

    expect(settings.secrets()).toEqual(["postgres://me:p%40ss@db/x", "p%40ss", "p@ss", "12345678"]);
    expect(JSON.stringify(settings.describe())).not.toContain("12345678");
  });

  prop.prop([
    fc.string({ minLength: 5 }).filter((text) => text.trim().length >= 5),
    fc.constantFrom("env", "file", "flag", "env-file"),
  ])("never shows what a secret was given", async (text, source) => {
    const secret = `<${text}>`;
    const refusing = z.object({
      TOKEN: z
        .string()
        .meta({ secret: true })
        .refine(() => false, { error: (issue) => `cannot be ${String(issue.input)}` }),
    });
    const error: unknown = await loadSettings({
      schemas: [coreConfig, refusing],
      env: {
        CASARE_HOME: "/h",
        ...(source === "env" && { CASARE_TOKEN: secret }),
        ...(source === "env-file" && { CASARE_TOKEN_FILE: secret }),
      },
      flags: source === "flag" ? { TOKEN: { flag: "--token", value: secret } } : {},
      readFile: () =>
        source === "file" ? Promise.resolve(JSON.stringify({ TOKEN: secret })) : Promise.reject(missing),
    }).catch((caught: unknown) => caught);

    expect(error).toMatchObject({ code: "CONFIG_INVALID" });
    expect((error as Error).message).not.toContain(secret);
  });
});
