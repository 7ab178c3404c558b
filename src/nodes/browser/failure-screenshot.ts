import { hasCode } from "../../core/errors.ts";
import { reportArtifact } from "../file/artifact.ts";
import { replaceFile } from "../file/write-bytes.ts";
import type { FileSpace } from "../file-space.ts";
import { type PageNode, pageNameOf } from "./page-node.ts";

const TIMEOUT_MS = 5_000;

interface PicturedNode extends PageNode {
  readonly files: FileSpace;
  readonly config: PageNode["config"] & { readonly screenshot_on_fail: boolean; readonly screenshot_path: string };
  readonly now: () => Date;
  readonly addArtifact: (path: string, contentType?: string) => void;
}

/** Runs the node; when it fails and asks for it, a picture of the page becomes an artifact first. The failure stays the same. */
export async function picturedWhenFailing<T>(node: PicturedNode, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (node.config.screenshot_on_fail && !node.signal.aborted && !hasCode(error, "BROWSER_CRASHED")) {
      await takePicture(node).catch((problem: unknown) => {
        node.log("warning", "no picture of the failure could be taken", { problem: String(problem).slice(0, 200) });
      });
    }
    throw error;
  }
}

async function takePicture(node: PicturedNode): Promise<void> {
  const stamp = node.now().toISOString().replaceAll(/[:.]/g, "-");
  const wanted =
    node.config.screenshot_path === "" ? `failed-${node.nodeId}-${stamp}.png` : node.config.screenshot_path;
  const page = await node.browser.page(pageNameOf(node.config.page));
  const bytes = await page.screenshot({ timeout: TIMEOUT_MS });
  const file = node.files.resolve(wanted);
  await replaceFile({ file, path: wanted, bytes, createDirs: true, signal: node.signal });
  reportArtifact(node, file, "image/png");
}
