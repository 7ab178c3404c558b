import type { Page } from "playwright-core";
import type { BrowserSession } from "../../browser/index.ts";
import { raceAbort } from "../../core/deadline.ts";
import { AppError } from "../../core/errors.ts";
import type { JsonValue } from "../../core/json.ts";
import { isJsonObject } from "../../core/json.ts";
import type { LogLevel } from "../../execution/index.ts";
import { nodeErrors } from "../errors.ts";
import { browserNodeErrors } from "./errors.ts";
import { problemOf, safeCause } from "./playwright-error.ts";

/** What every browser node has; the shared parts of this folder ask for no more. */
export interface PageNode {
  readonly nodeId: string;
  readonly browser: BrowserSession;
  readonly config: { readonly page?: JsonValue | undefined };
  readonly signal: AbortSignal;
  /** Milliseconds until the engine's limit. */
  readonly timeoutMs: number | undefined;
  readonly log: (level: LogLevel, message: string, data?: JsonValue) => void;
}

/** A page as a port value: plain data, so that it can be kept in the run's state. */
export function pageValue(name: string): JsonValue {
  return { $page: name };
}

/** The name a page port (or a name written by hand) stands for; undefined for the current page. */
export function pageNameOf(value: JsonValue | undefined): string | undefined {
  if (value === undefined || value === null || value === "") return undefined;
  if (typeof value === "string") return value;
  if (isJsonObject(value) && typeof value["$page"] === "string") return value["$page"];
  throw nodeErrors.NODE_VALUE_INVALID({
    parameter: "page",
    reason: "is no page; connect the page output of a browser node",
  });
}

/** The page that a node works on. */
export function pageOf(node: PageNode): Promise<Page> {
  return opening(node, "the page", node.browser.page(pageNameOf(node.config.page)));
}

/** Waits until something of the browser is open, and says which setting the browser refuses. */
export async function opening<T>(node: Pick<PageNode, "signal">, what: string, work: Promise<T>): Promise<T> {
  try {
    return await raceAbort(work, node.signal, `Opening ${what}`);
  } catch (error) {
    if (error instanceof AppError || node.signal.aborted) throw error;
    const details = { action: `Opening ${what}`, url: "about:blank", reason: problemOf(error) };
    throw browserNodeErrors.NODE_BROWSER_FAILED(details, { cause: safeCause(error) });
  }
}

/** The node's `page` output. */
export function pageOutput(node: PageNode): JsonValue {
  return pageValue(pageNameOf(node.config.page) ?? node.browser.currentPage ?? "main");
}

/** The same node, working on the page of that name. */
export function onNamedPage(node: Omit<PageNode, "config">, name: string | undefined): PageNode {
  const { nodeId, browser, signal, timeoutMs } = node;
  return { nodeId, browser, signal, timeoutMs, config: { page: name }, log: (...line) => node.log(...line) };
}

/** For nodes that have no page port. */
export function onCurrentPage(node: Omit<PageNode, "config">): PageNode {
  return onNamedPage(node, undefined);
}

/** So that a node tells what it found out before the engine cuts it off. */
const MARGIN_MS = 750;

/**
 * Milliseconds that the node may take: its own limit, a little less than the engine's; 0 for none.
 *
 * @param ownMs the node's `timeout`; 0 for none.
 */
export function limitOf(node: Pick<PageNode, "timeoutMs">, ownMs: number): number {
  if (node.timeoutMs === undefined || node.timeoutMs === 0) return ownMs;
  const engineMs = Math.max(node.timeoutMs - MARGIN_MS, Math.floor(node.timeoutMs / 2), 1);
  return ownMs === 0 ? engineMs : Math.min(ownMs, engineMs);
}

/** A URL for messages and logs: without credentials and without the values of its query, which may be secret. Pure. */
export function shownUrl(url: string): string {
  if (!URL.canParse(url)) return url.slice(0, 200);
  const parsed = new URL(url);
  if (parsed.protocol === "data:") return "data:…";
  parsed.username = "";
  parsed.password = "";
  if (parsed.search !== "") parsed.search = "?…";
  parsed.hash = "";
  return parsed.href.replace("?%E2%80%A6", "?…").slice(0, 500);
}
