import { rename, rm } from "node:fs/promises";
import { defineNode } from "../capabilities.ts";
import { onFile } from "./file-error.ts";
import {
  copyContent,
  prepareTransfer,
  TRANSFER_ALIASES,
  TRANSFER_INPUTS,
  type Transfer,
  transferConfig,
} from "./transfer-file.ts";

export const moveFileNode = defineNode({
  type: "MoveFileNode",
  category: "file",
  summary: "Moves or renames a file, to another disk too",
  needs: ["files"],
  effect: "once",
  config: transferConfig,
  inputs: TRANSFER_INPUTS,
  outputs: { dest_path: "STRING", success: "BOOLEAN" },
  configAliases: TRANSFER_ALIASES,
  async run({ config, files, signal }) {
    const transfer = await prepareTransfer(config, files, "move");
    if (!(await renamed(transfer, config.source_path))) {
      await copyContent(transfer, config.dest_path, signal);
      await onFile({ path: config.source_path, action: "delete" }, () => rm(transfer.source));
    }
    return { outputs: { dest_path: transfer.target, success: true } };
  },
});

/** False when source and target lie on different disks. */
async function renamed({ source, target }: Transfer, shown: string): Promise<boolean> {
  return onFile({ path: shown, action: "move" }, async () => {
    try {
      await rename(source, target);
      return true;
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "EXDEV") return false;
      throw error;
    }
  });
}
