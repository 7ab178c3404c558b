import { pathToFileURL } from "node:url";
import type { ErrorSpec } from "../../src/core/errors.ts";
import { sourceFiles } from "../source-files.ts";

interface Maker {
  readonly spec: ErrorSpec<unknown>;
}

const isMaker = (value: unknown): value is Maker => typeof value === "function" && "spec" in value;

/** The text of a message with its facts named: `Job <jobId> does not exist`. */
function sampleMessage(spec: ErrorSpec<unknown>): string {
  const named = (name: string): unknown =>
    new Proxy(() => undefined, {
      get(_, key) {
        if (key === Symbol.toPrimitive) return () => `<${name}>`;
        if (key === "toString" || key === "toJSON") return () => `<${name}>`;
        if (key === "length") return 1;
        if (key === "join" || key === "map" || key === "slice" || key === "filter" || key === "toSorted") {
          return () => named(name);
        }
        return named(String(key));
      },
    });
  try {
    const message: unknown = spec.message(named("details"));
    // A message may be one of the stand-ins itself.
    return typeof message === "string" ? message : "(the text of the cause)";
  } catch {
    // A message that computes with its facts cannot be shown without them.
    return "(depends on the facts)";
  }
}

/** A Markdown table of every error code, from the `errors.ts` of each area and the tables in core. */
export async function listErrors(): Promise<string> {
  const rows: string[] = [];
  for (const { path } of sourceFiles("src")) {
    if (!/(^|\/)errors\.ts$|core\/deadline\.ts$/.test(path)) continue;
    const module: unknown = await import(pathToFileURL(`src/${path}`).href);
    for (const table of Object.values(module as Record<string, unknown>)) {
      if (typeof table !== "object" || table === null) continue;
      for (const [code, maker] of Object.entries(table)) {
        if (!isMaker(maker)) continue;
        const { spec } = maker;
        const message = sampleMessage(spec).replaceAll("|", "\\|").replaceAll("\n", " ");
        rows.push(`| ${code} | ${spec.status} | ${spec.retryable === true ? "yes" : ""} | ${message} |`);
      }
    }
  }
  const unique = [...new Set(rows)].toSorted();
  return `# Error codes\n\nA code is for ever; its text may change. Status is that of the REST answer.\n\n| code | status | retryable | message |\n|---|---|---|---|\n${unique.join("\n")}\n`;
}
