import type { CDPSession, Page } from "playwright-core";
import { AppError, hasCode } from "../../core/errors.ts";
import type { JsonValue } from "../../core/json.ts";
import { onPage } from "./act.ts";
import { browserNodeErrors } from "./errors.ts";
import { toJson } from "./json-result.ts";
import { type PageNode, pageOf, shownUrl } from "./page-node.ts";
import { kindOfFailure, problemOf, safeCause } from "./playwright-error.ts";
import { repairNewlines } from "./script-source.ts";

/**
 * Runs JavaScript in the page, also where the page forbids scripts of others.
 *
 * Of the readings the first that compiles is run; if none does, they are tried once more with escaped newlines repaired,
 * and a repair is logged. Rejects with NODE_SCRIPT_INVALID before anything ran, or with NODE_SCRIPT_FAILED.
 */
export async function runInPage(
  node: PageNode,
  request: {
    readonly script: string;
    readonly timeoutMs: number;
    readonly readings: readonly ((script: string) => string)[];
  },
): Promise<JsonValue> {
  const what = { action: "Running the script", timeoutMs: request.timeoutMs };
  try {
    return await onPage(node, what, async (page) => {
      const source = await chooseSource(node, page, request);
      const url = shownUrl(page.url());
      try {
        return toJson(await page.evaluate<unknown>(source), url);
      } catch (error) {
        if (error instanceof AppError || kindOfFailure(error) !== "other") throw error;
        throw browserNodeErrors.NODE_SCRIPT_FAILED({ url, reason: problemOf(error) }, { cause: safeCause(error) });
      }
    });
  } catch (error) {
    if (hasCode(error, "NODE_BROWSER_TIMED_OUT")) await stopScripts(await pageOf(node));
    throw error;
  }
}

async function chooseSource(
  node: PageNode,
  page: Page,
  { script, readings }: { readonly script: string; readonly readings: readonly ((script: string) => string)[] },
): Promise<string> {
  const session = await page.context().newCDPSession(page);
  try {
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
        node.log(
          "warning",
          "the script holds \\n outside of its strings, which was read as a newline; correct the file",
        );
        return second.source;
      }
    }
    throw browserNodeErrors.NODE_SCRIPT_INVALID({ reason: found.problem });
  } finally {
    await session.detach().catch(() => undefined);
  }
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

const STOP_WITHIN_MS = 1_000;

/** Ends a script that never ends, so that the page can be used on. */
async function stopScripts(page: Page): Promise<void> {
  const stopping = (async () => {
    const session = await page.context().newCDPSession(page);
    await session.send("Runtime.terminateExecution");
    await session.detach();
  })();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, STOP_WITHIN_MS);
  });
  await Promise.race([stopping.catch(() => undefined), late]);
  clearTimeout(timer);
}
