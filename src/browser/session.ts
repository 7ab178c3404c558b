import type { BrowserContextOptions, Page } from "playwright-core";

/**
 * One job's browser: a fresh context of the robot's shared browser process.
 *
 * Pages have names, so that a run's state stays plain data; "main" is the first one. Nothing is opened before it is asked for.
 */
export interface BrowserSession {
  /** Opens the context (once; later calls with options replace it) and its first page. */
  open(options?: BrowserContextOptions): Promise<Page>;
  /** The page of that name, the current one without a name. Opens the context when there is none yet. Rejects with BROWSER_PAGE_NOT_FOUND. */
  page(name?: string): Promise<Page>;
  /** Opens a further page and makes it the current one. @returns its name. */
  newPage(name?: string): Promise<{ readonly name: string; readonly page: Page }>;
  /** Name of the current page, undefined when none is open. */
  readonly currentPage: string | undefined;
  usePage(name: string): void;
  /** Closes context and pages; a later `page()` opens a new context. Never rejects. */
  close(): Promise<void>;
}
