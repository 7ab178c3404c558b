import { z } from "zod";
import { choice, flag, integer, maybe, textOr, withDefault } from "../../execution/index.ts";
import { defineNode } from "../capabilities.ts";
import { reportArtifact } from "../file/artifact.ts";
import { replaceFile } from "../file/write-bytes.ts";
import { onElement, onPage } from "./act.ts";
import { OWN_LIMIT, page, retries, timeout } from "./parameters.ts";

export const screenshotNode = defineNode({
  type: "ScreenshotNode",
  category: "browser",
  summary: "Saves a picture of the page or of an element; it becomes an artifact of the job",
  needs: ["browser", "files"],
  effect: "idempotent",
  ...OWN_LIMIT,
  config: z.object({
    page,
    file_path: textOr("").describe("File to write; without it a name is made"),
    selector: textOr("").describe("Element to show; without it the page"),
    full_page: withDefault(flag(), false).describe("The whole page, not only what the window shows"),
    timeout: timeout(),
    type: withDefault(choice(["png", "jpeg"]), "png"),
    quality: maybe(integer({ min: 0, max: 100 })).describe("For jpeg"),
    scale: withDefault(choice(["css", "device"]), "device"),
    animations: withDefault(choice(["allow", "disabled"]), "allow"),
    omit_background: withDefault(flag(), false).describe("Transparent where the page has no background; for png"),
    caret: withDefault(choice(["hide", "initial"]), "hide"),
    ...retries(),
  }),
  configAliases: { path: "file_path" },
  inputs: { page: "PAGE", file_path: "STRING" },
  outputs: { file_path: "STRING", attachment_file: "LIST" },
  async run(node) {
    const { config } = node;
    const stamp = node.now().toISOString().replaceAll(/[:.]/g, "-");
    const extension = config.type === "png" ? "png" : "jpg";
    const wanted =
      config.file_path.trim() === "" ? `screenshot-${node.nodeId}-${stamp}.${extension}` : config.file_path;
    const options = {
      type: config.type,
      scale: config.scale,
      animations: config.animations,
      caret: config.caret,
      omitBackground: config.omit_background,
      ...(config.type === "jpeg" && config.quality !== undefined && { quality: config.quality }),
    };
    const what = { action: "Taking a screenshot", timeoutMs: config.timeout };
    const bytes =
      config.selector.trim() === ""
        ? await onPage(node, what, (open, { timeout: limitMs }) =>
            open.screenshot({ ...options, fullPage: config.full_page, timeout: limitMs }),
          )
        : await onElement(node, { ...what, selector: config.selector }, (element, { timeout: limitMs }) =>
            element.screenshot({ ...options, timeout: limitMs }),
          );
    const file = node.files.resolve(wanted);
    await replaceFile({ file, path: wanted, bytes, createDirs: true, signal: node.signal });
    reportArtifact(node, file, `image/${config.type}`);
    return { outputs: { file_path: file, attachment_file: [file] } };
  },
});
