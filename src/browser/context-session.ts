import type { BrowserContext, BrowserContextOptions, Download, Page } from "playwright-core";
import { raceAbort } from "../core/deadline.ts";
import { messageOf } from "../core/errors.ts";
import { freeDownloadPath } from "./download-name.ts";
import { browserErrors } from "./errors.ts";
import type { BrowserLog } from "./log.ts";
import type { BrowserSession } from "./session.ts";
import { settlesWithin } from "./settle.ts";

/** A context and the process it lives in. */
export interface OpenedContext {
  readonly context: BrowserContext;
  /** Aborts when the process dies. */
  readonly died: AbortSignal;
  /** Tells the owner of the process that the context is closed. */
  release(): void;
  /** Ends the whole process. */
  kill(): void;
}

export interface ContextSessionOptions {
  readonly jobId: string;
  readonly log: BrowserLog | undefined;
  readonly downloadsDir: string | undefined;
  /** Aborts when the session must end. */
  readonly signal: AbortSignal;
  readonly openContext: (options: BrowserContextOptions) => Promise<OpenedContext>;
  /** Takes over work that the session no longer waits for. */
  readonly inBackground: (work: Promise<void>) => void;
}

/** A hanging page must not hold up the job's end … */
const CLOSE_WITHIN_MS = 1_000;
/** … but closing may be slow on a busy machine, and ending the process costs other jobs their pages. */
const KILL_AFTER_MS = 10_000;
const DOWNLOADS_WITHIN_MS = 30_000;
const FIRST_PAGE = "main";

/** A session over contexts that it opens on demand. Nothing is opened yet. */
export function createContextSession(options: ContextSessionOptions): BrowserSession {
  const { jobId, signal } = options;
  let open: Promise<OpenContext> | undefined;
  let opened: OpenContext | undefined;
  /** Pages whose downloads somebody else saves. */
  const claimed = new WeakSet<Page>();

  const crashed = (): Error => browserErrors.BROWSER_CRASHED({ jobId });

  async function start(contextOptions: BrowserContextOptions): Promise<OpenContext> {
    signal.throwIfAborted();
    const state = createOpenContext(await options.openContext(contextOptions), { ...options, claimed });
    if (signal.aborted) {
      await state.end();
      signal.throwIfAborted();
    }
    signal.addEventListener("abort", onAbort, { once: true });
    return state;
  }

  function onAbort(): void {
    options.inBackground(end());
  }

  async function end(): Promise<void> {
    const ending = open;
    open = undefined;
    opened = undefined;
    signal.removeEventListener("abort", onAbort);
    const state = await ending?.catch(() => undefined);
    await state?.end();
  }

  function openWith(contextOptions: BrowserContextOptions): Promise<OpenContext> {
    const starting = start(contextOptions);
    open = starting;
    return settle(starting);
  }

  async function settle(starting: Promise<OpenContext>): Promise<OpenContext> {
    try {
      const state = await starting;
      if (open === starting) opened = state;
      return state;
    } catch (error) {
      if (open === starting) open = undefined;
      throw error;
    }
  }

  async function inContext<T>(act: (state: OpenContext) => Promise<T>): Promise<T> {
    signal.throwIfAborted();
    const state = await (open ?? openWith({}));
    if (state.died) throw crashed();
    try {
      return await act(state);
    } catch (error) {
      signal.throwIfAborted();
      // Whatever goes wrong after the process died went wrong because of that.
      throw state.died ? crashed() : error;
    }
  }

  return {
    async open(contextOptions) {
      signal.throwIfAborted();
      if (open === undefined || contextOptions !== undefined || opened?.died === true) {
        await end();
        await openWith(contextOptions ?? {});
      }
      return inContext((state) => state.page());
    },
    page: (name) => inContext((state) => state.page(name)),
    newPage: (name) => inContext((state) => state.newPage(name)),
    get currentPage() {
      return opened?.currentPage;
    },
    usePage(name) {
      if (opened === undefined) throw browserErrors.BROWSER_PAGE_NOT_FOUND({ page: name, open: [] });
      opened.use(name);
    },
    claimDownloads: (owned) => void claimed.add(owned),
    close: end,
  };
}

interface OpenContext {
  readonly died: boolean;
  readonly currentPage: string | undefined;
  page(name?: string): Promise<Page>;
  newPage(name?: string): Promise<{ readonly name: string; readonly page: Page }>;
  use(name: string): void;
  /** Never rejects. */
  end(): Promise<void>;
}

interface OpenContextOptions extends ContextSessionOptions {
  readonly claimed: WeakSet<Page>;
}

function createOpenContext(opened: OpenedContext, options: OpenContextOptions): OpenContext {
  const { context } = opened;
  const pages = new Map<string, Page>();
  const downloads = new Set<Promise<void>>();
  let current: string | undefined;
  let firstPage: Promise<{ readonly page: Page }> | undefined;

  function freeName(stem: string): string {
    if (!pages.has(stem)) return stem;
    let number = 2;
    while (pages.has(`${stem}_${number}`)) number += 1;
    return `${stem}_${number}`;
  }

  function forget(page: Page): void {
    for (const [name, known] of pages) if (known === page) pages.delete(name);
    if (current !== undefined && !pages.has(current)) current = [...pages.keys()].at(-1);
  }

  async function newPage(wanted?: string): Promise<{ name: string; page: Page }> {
    const page = await context.newPage();
    forget(page);
    const name = wanted ?? freeName(pages.size === 0 ? FIRST_PAGE : "tab");
    const older = pages.get(name);
    if (older !== undefined) pages.set(freeName(name), older);
    pages.set(name, page);
    current = name;
    return { name, page };
  }

  // Also told of pages that `newPage` opens; that one then gives them their proper name.
  context.on("page", (page) => {
    pages.set(freeName("popup"), page);
    page.once("close", () => forget(page));
  });
  context.on("download", (download) => {
    if (options.claimed.has(download.page())) return;
    const saved = save(download, options);
    downloads.add(saved);
    void saved.finally(() => downloads.delete(saved));
  });

  return {
    get died() {
      return opened.died.aborted;
    },
    get currentPage() {
      return current;
    },
    async page(name = current) {
      if (name === undefined) {
        firstPage ??= newPage().finally(() => {
          firstPage = undefined;
        });
        return (await firstPage).page;
      }
      const page = pages.get(name);
      if (page === undefined) throw browserErrors.BROWSER_PAGE_NOT_FOUND({ page: name, open: [...pages.keys()] });
      return page;
    },
    newPage,
    use(name) {
      if (!pages.has(name)) throw browserErrors.BROWSER_PAGE_NOT_FOUND({ page: name, open: [...pages.keys()] });
      current = name;
    },
    async end() {
      if (downloads.size > 0) {
        const hurry = AbortSignal.any([options.signal, opened.died]);
        await settlesWithin(raceAbort(Promise.all(downloads), hurry, "Saving downloads"), DOWNLOADS_WITHIN_MS);
      }
      await closeContext(opened, options);
    },
  };
}

async function closeContext(opened: OpenedContext, options: ContextSessionOptions): Promise<void> {
  const closed = opened.context.close();
  if (await settlesWithin(closed, CLOSE_WITHIN_MS)) {
    opened.release();
    return;
  }
  options.inBackground(closeOrKill(opened, closed, options));
}

async function closeOrKill(
  opened: OpenedContext,
  closed: Promise<void>,
  { jobId, log }: ContextSessionOptions,
): Promise<void> {
  if (!(await settlesWithin(closed, KILL_AFTER_MS))) {
    log?.error({ jobId }, "browser context does not close; its browser is ended");
    opened.kill();
  }
  opened.release();
}

async function save(download: Download, { downloadsDir, log, jobId }: ContextSessionOptions): Promise<void> {
  if (downloadsDir === undefined) return;
  try {
    const path = await freeDownloadPath(downloadsDir, download.suggestedFilename());
    await download.saveAs(path);
    log?.info({ jobId, path }, "download saved");
  } catch (error) {
    log?.warn({ jobId, problem: messageOf(error) }, "download failed");
  }
}
