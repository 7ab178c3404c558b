import { randomUUID } from "node:crypto";
import { mkdir, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Download, Page } from "playwright-core";
import { z } from "zod";
import { AppError } from "../../core/errors.ts";
import { flag, textOr, withDefault } from "../../execution/index.ts";
import { defineNode } from "../capabilities.ts";
import { nodeErrors } from "../errors.ts";
import { reportArtifact } from "../file/artifact.ts";
import { onFile } from "../file/file-error.ts";
import { replaceFile } from "../file/write-bytes.ts";
import { requiredText } from "../required.ts";
import { type CallLimits, onPage } from "./act.ts";
import { nameFromResponse } from "./download-name.ts";
import { browserNodeErrors } from "./errors.ts";
import { onCurrentPage, shownUrl } from "./page-node.ts";
import { OWN_LIMIT, timeout } from "./parameters.ts";
import { kindOfFailure, problemOf, safeCause } from "./playwright-error.ts";
import { readWebAddress } from "./web-address.ts";

export const downloadFileNode = defineNode({
  type: "DownloadFileNode",
  category: "browser",
  summary: "Saves what is at a URL as a file, with the cookies of the job's browser",
  needs: ["browser", "files"],
  effect: "idempotent",
  ...OWN_LIMIT,
  config: z.object({
    url: requiredText(),
    filename: textOr("").describe("Name of the file in the working directory, when save_path is empty"),
    save_path: textOr("").describe("File to write; without it filename, else the name the server gives"),
    use_browser: withDefault(flag(), false).describe("Open the URL in a page of its own, for files that scripts make"),
    timeout: timeout(),
    overwrite: withDefault(flag(), true).describe("False fails when the file exists"),
    verify_ssl: withDefault(flag(), true).describe(
      "False accepts certificates that are not trusted; not with use_browser",
    ),
  }),
  inputs: { url: "STRING", filename: "STRING" },
  outputs: { path: "STRING", attachment_file: "LIST", size: "INTEGER", success: "BOOLEAN" },
  async run(node) {
    const { config, files, signal } = node;
    const url = readWebAddress(config.url);
    const given = config.save_path.trim() || config.filename.trim();
    const what = { action: "Downloading", timeoutMs: config.timeout };
    const store: Store = async (content, name) => {
      const target = { file: files.resolve(given || name), path: given || name, signal };
      await write(content, target, config.overwrite);
      return target.file;
    };
    const path = await onPage(onCurrentPage(node), what, async (page, limits) => {
      try {
        if (!config.use_browser) return await byRequest(page, { url, limits, verifySsl: config.verify_ssl, store });
        const own = await page.context().newPage();
        node.browser.claimDownloads(own);
        try {
          return await throughPage(own, { url, limits, store });
        } finally {
          await own.close();
        }
      } catch (error) {
        throw translate(error, url);
      }
    });
    reportArtifact(node, path);
    return { outputs: { path, attachment_file: [path], size: (await stat(path)).size, success: true } };
  },
});

/** Writes what was fetched. @returns the path of the file. */
type Store = (content: Buffer | Download, suggestedName: string) => Promise<string>;

interface Fetching {
  readonly url: string;
  readonly limits: CallLimits;
  readonly store: Store;
}

async function byRequest(page: Page, fetching: Fetching & { readonly verifySsl: boolean }): Promise<string> {
  const { url, limits, verifySsl, store } = fetching;
  const response = await page.context().request.get(url, { ...limits, ignoreHTTPSErrors: !verifySsl });
  try {
    requireOk(url, response.status());
    const name = nameFromResponse(response.headers()["content-disposition"], response.url());
    return await store(await response.body(), name);
  } finally {
    await response.dispose();
  }
}

/** A page that the browser shows is waited on, because a script of it may offer the file; anything else is the file. */
async function throughPage(page: Page, { url, limits, store }: Fetching): Promise<string> {
  const offered = page.waitForEvent("download", limits);
  // Nobody waits for it when the page shows the file itself.
  offered.catch(() => undefined);
  let status = 0;
  page.on("response", (response) => {
    if (response.request().isNavigationRequest()) status = response.status();
  });
  const shown = await page.goto(url, { ...limits, waitUntil: "commit" }).catch((error: unknown) => {
    if (problemOf(error).includes("Download is starting")) return null;
    throw error;
  });
  requireOk(url, status);
  if (shown === null || (shown.headers()["content-type"] ?? "").includes("html")) {
    const download = await offered;
    return store(download, download.suggestedFilename());
  }
  return store(await shown.body(), nameFromResponse(shown.headers()["content-disposition"], shown.url()));
}

function requireOk(url: string, status: number): void {
  if (status < 400) return;
  const reason = `the server answered with status ${status}`;
  throw browserNodeErrors.NODE_DOWNLOAD_FAILED({ url: shownUrl(url), reason });
}

function translate(error: unknown, url: string): unknown {
  if (error instanceof AppError || kindOfFailure(error) !== "other") return error;
  const reason = problemOf(error);
  return browserNodeErrors.NODE_DOWNLOAD_FAILED({ url: shownUrl(url), reason }, { cause: safeCause(error) });
}

interface WriteTarget {
  readonly file: string;
  readonly path: string;
  readonly signal: AbortSignal;
}

async function write(content: Buffer | Download, target: WriteTarget, overwrite: boolean): Promise<void> {
  const { file, path } = target;
  if (!overwrite && (await exists(file))) throw nodeErrors.NODE_FILE_EXISTS({ path, action: "write" });
  if (content instanceof Uint8Array) return replaceFile({ ...target, bytes: content, createDirs: true });
  await onFile({ path, action: "write" }, async () => {
    const draft = join(dirname(file), `.casare-${randomUUID()}.tmp`);
    try {
      await mkdir(dirname(file), { recursive: true });
      await content.saveAs(draft);
      await rename(draft, file);
    } finally {
      await rm(draft, { force: true });
    }
  });
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}
