import { defineNode } from "../capabilities.ts";
import { copyContent, prepareTransfer, TRANSFER_ALIASES, TRANSFER_INPUTS, transferConfig } from "./transfer-file.ts";

export const copyFileNode = defineNode({
  type: "CopyFileNode",
  category: "file",
  summary: "Copies a file with its mode and time",
  needs: ["files"],
  effect: "once",
  config: transferConfig,
  inputs: TRANSFER_INPUTS,
  outputs: { dest_path: "STRING", bytes_copied: "INTEGER", success: "BOOLEAN" },
  configAliases: TRANSFER_ALIASES,
  async run({ config, files, signal }) {
    const transfer = await prepareTransfer(config, files, "copy");
    await copyContent(transfer, config.dest_path, signal);
    return { outputs: { dest_path: transfer.target, bytes_copied: transfer.sizeBytes, success: true } };
  },
});
