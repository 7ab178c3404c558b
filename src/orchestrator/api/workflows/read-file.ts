import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import type { JsonValue } from "../../../core/json.ts";
import type { UploadedFile } from "../../define-route.ts";
import { orchestratorErrors } from "../../errors.ts";
import { readJson } from "../../read-json.ts";

const unpack = promisify(gunzip);

/**
 * The workflow document in an uploaded file: JSON text, packed with gzip or not.
 *
 * @param maxBytes of the unpacked text. Rejects with REQUEST_MALFORMED or REQUEST_TOO_LARGE.
 */
export async function readWorkflowFile({ content }: UploadedFile, maxBytes: number): Promise<JsonValue> {
  // RFC 1952 §2.3.1: told by its first bytes, because names and types of uploads are whatever a tool made of them.
  const isPacked = content[0] === 0x1f && content[1] === 0x8b;
  const bytes = isPacked ? await unpackLimited(content, maxBytes) : content;
  try {
    return readJson(new TextDecoder("utf-8", { fatal: true }).decode(bytes), { uniqueKeys: true });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw orchestratorErrors.REQUEST_MALFORMED(
      { problem: "the file is not UTF-8 text; save it as UTF-8" },
      { cause: error },
    );
  }
}

async function unpackLimited(content: Uint8Array, maxBytes: number): Promise<Uint8Array> {
  try {
    return await unpack(content, { maxOutputLength: maxBytes });
  } catch (error) {
    if (error instanceof RangeError) throw orchestratorErrors.REQUEST_TOO_LARGE({ maxBytes }, { cause: error });
    throw orchestratorErrors.REQUEST_MALFORMED({ problem: "the gzip data are damaged" }, { cause: error });
  }
}
