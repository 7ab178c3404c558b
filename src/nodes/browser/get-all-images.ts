import { z } from "zod";
import { flag, integer, textOr, withDefault } from "../../execution/index.ts";
import { defineNode } from "../capabilities.ts";
import { onPage } from "./act.ts";
import { chooseImages, readImages } from "./images.ts";
import { onCurrentPage } from "./page-node.ts";

const TIMEOUT_MS = 30_000;

export const getAllImagesNode = defineNode({
  type: "GetAllImagesNode",
  category: "browser",
  summary: "Lists the addresses of the images of the current page",
  needs: ["browser"],
  effect: "none",
  config: z.object({
    min_width: withDefault(integer({ min: 0 }), 0).describe("Pixels; smaller images are left out"),
    min_height: withDefault(integer({ min: 0 }), 0).describe("Pixels; smaller images are left out"),
    include_backgrounds: withDefault(flag(), true).describe("Background images of styles too; their size is not known"),
    file_types: textOr("").describe("Like png, jpg; empty for all"),
  }),
  outputs: { images: "LIST", count: "INTEGER" },
  async run(node) {
    const { config } = node;
    const what = { action: "Listing images", timeoutMs: TIMEOUT_MS };
    const found = await onPage(onCurrentPage(node), what, (page) => readImages(page, config.include_backgrounds));
    const images = chooseImages(found, {
      minWidth: config.min_width,
      minHeight: config.min_height,
      fileTypes: config.file_types,
    });
    return { outputs: { images, count: images.length } };
  },
});
