import type { BrowserContextOptions, Page } from "playwright-core";

/**
 * One job's browser: a fresh context of the robot's shared browser process.
 *
 * Pages have names, so that a run's state stays plain data; "main" is the first one. Nothing is opened before it is asked
 * for. When the browser process dies, everything here rejects with BROWSER_CRASHED until `open` starts afresh.
 */
export interface BrowserSession {
  /** Opens the context (once; later calls with options replace it) and its first page. */
  open(options?: BrowserContextOptions): Promise<Page>;
  /** The page of that name, the current one without a name. Opens the context when there is none yet. Rejects with BROWSER_PAGE_NOT_FOUND. */
  page(name?: string): Promise<Page>;
  /** Opens a further page and makes it the current one; an older page of that name stays open under `name_2`. @returns its name. */
  newPage(name?: string): Promise<{ readonly name: string; readonly page: Page }>;
  /** Name of the current page, undefined when none is open. */
  readonly currentPage: string | undefined;
  /** Makes the page the current one. Throws BROWSER_PAGE_NOT_FOUND. */
  usePage(name: string): void;
  /** Downloads of this page are the caller's business; the session does not save them. */
  claimDownloads(page: Page): void;
  /** Closes context and pages; a later `page()` opens a new context. Takes at most a second longer than running downloads. Never rejects. */
  close(): Promise<void>;
}
