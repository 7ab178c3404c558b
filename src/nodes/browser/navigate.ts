import type { Page, Response } from "playwright-core";
import { AppError } from "../../core/errors.ts";
import { type CallLimits, onPage } from "./act.ts";
import { browserNodeErrors } from "./errors.ts";
import { type PageNode, shownUrl } from "./page-node.ts";
import { kindOfFailure, problemOf, safeCause } from "./playwright-error.ts";

const REASONS: Readonly<Record<string, string>> = {
  "net::ERR_NAME_NOT_RESOLVED": "there is no host of that name",
  "net::ERR_CONNECTION_REFUSED": "nothing answers at that host and port",
  "net::ERR_CONNECTION_TIMED_OUT": "the host does not answer",
  "net::ERR_INTERNET_DISCONNECTED": "this machine has no network",
  "net::ERR_CERT_AUTHORITY_INVALID": "its certificate is not trusted; see ignore_https_errors",
  "net::ERR_CERT_COMMON_NAME_INVALID": "its certificate is for another host; see ignore_https_errors",
  "net::ERR_CERT_DATE_INVALID": "its certificate has expired; see ignore_https_errors",
  "net::ERR_TOO_MANY_REDIRECTS": "it redirects in a circle",
  "net::ERR_UNSAFE_PORT": "browsers refuse that port",
};

/**
 * Goes somewhere and waits as far as the node says. An error status is an answer and only noted.
 *
 * Rejects with NODE_NAVIGATION_FAILED, NODE_BROWSER_TIMED_OUT or BROWSER_….
 *
 * @param url where to, for messages; the page's own address when it is not known before.
 */
export function navigate(
  node: PageNode,
  { url, timeoutMs, action }: { readonly url: string | undefined; readonly timeoutMs: number; readonly action: string },
  go: (page: Page, limits: CallLimits) => Promise<Response | null>,
): Promise<void> {
  return onPage(node, { action, timeoutMs }, async (page, limits) => {
    const shown = shownUrl(url ?? page.url());
    try {
      const response = await go(page, limits);
      const status = response?.status() ?? 0;
      if (status >= 400) node.log("warning", `${shown} answered with status ${status}`);
    } catch (error) {
      if (error instanceof AppError || kindOfFailure(error) !== "other") throw error;
      throw browserNodeErrors.NODE_NAVIGATION_FAILED(
        { url: shown, reason: reasonOf(error) },
        { cause: safeCause(error) },
      );
    }
  });
}

function reasonOf(error: unknown): string {
  const problem = problemOf(error);
  if (problem.includes("Download is starting")) return "it is a file and no page; use DownloadFileNode";
  const code = /net::ERR_\w+/.exec(problem)?.[0];
  if (code === undefined) return problem;
  return REASONS[code] ?? code;
}
