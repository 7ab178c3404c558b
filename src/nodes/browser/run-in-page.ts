import type { CDPSession, Page } from "playwright-core";
import { AppError } from "../../core/errors.ts";
import type { JsonValue } from "../../core/json.ts";
import { onPage } from "./act.ts";
import { browserNodeErrors } from "./errors.ts";
import { toJson } from "./json-result.ts";
import { type PageNode, shownUrl } from "./page-node.ts";
import { kindOfFailure, problemOf, safeCause } from "./playwright-error.ts";
import { repairNewlines } from "./script-source.ts";

export interface PageScript {
  readonly script: string;
  /** Milliseconds; 0 for none but the engine's. */
  readonly timeoutMs: number;
  /** What the script may mean, as expressions; the first that compiles is meant. */
  readonly readings: readonly ((script: string) => string)[];
}

/**
 * Runs JavaScript in the page, also where the page forbids scripts of others. A script that is not done in time is ended.
 *
 * If no reading compiles, they are tried once more with escaped newlines repaired, and a repair is logged. Rejects with
 * NODE_SCRIPT_INVALID before anything ran, or with NODE_SCRIPT_FAILED.
 */
export function runInPage(node: PageNode, request: PageScript): Promise<JsonValue> {
  const what = { action: "Running the script", timeoutMs: request.timeoutMs };
  return onPage(node, what, async (page, { signal }) => {
    // Opened before the script runs, because a page that hangs takes no new one.
    const session = await page.context().newCDPSession(page);
    const stop = (): void => void session.send("Runtime.terminateExecution").catch(() => undefined);
    signal.addEventListener("abort", stop, { once: true });
    try {
      return await evaluate(page, await chooseSource(node, session, request));
    } finally {
      signal.removeEventListener("abort", stop);
      await session.detach().catch(() => undefined);
    }
  });
}

async function evaluate(page: Page, source: string): Promise<JsonValue> {
  const url = shownUrl(page.url());
  try {
    return toJson(await page.evaluate<unknown>(source), url);
  } catch (error) {
    if (error instanceof AppError || kindOfFailure(error) !== "other") throw error;
    throw browserNodeErrors.NODE_SCRIPT_FAILED({ url, reason: problemOf(error) }, { cause: safeCause(error) });
  }
}

async function chooseSource(node: PageNode, session: CDPSession, { script, readings }: PageScript): Promise<string> {
  await session.send("Runtime.enable");
  const found = await firstThatCompiles(
    session,
    readings.map((reading) => reading(script)),
  );
  if (found.source !== undefined) return found.source;
  const repaired = repairNewlines(script);
  if (repaired !== script) {
    const second = await firstThatCompiles(
      session,
      readings.map((reading) => reading(repaired)),
    );
    if (second.source !== undefined) {
      node.log("warning", "the script holds \\n outside of its strings, which was read as a newline; correct the file");
      return second.source;
    }
  }
  throw browserNodeErrors.NODE_SCRIPT_INVALID({ reason: found.problem });
}

async function firstThatCompiles(
  session: CDPSession,
  sources: readonly string[],
): Promise<{ readonly source?: string; readonly problem: string }> {
  let problem = "it is empty";
  for (const source of sources) {
    const { exceptionDetails } = await session.send("Runtime.compileScript", {
      expression: source,
      sourceURL: "",
      persistScript: false,
    });
    if (exceptionDetails === undefined) return { source, problem };
    problem = (exceptionDetails.exception?.description ?? exceptionDetails.text).split("\n")[0] ?? problem;
  }
  return { problem };
}
