import { nodeErrors } from "../errors.ts";

/** Bytes of Base64 text; white space in it is skipped. Throws NODE_BASE64_INVALID. */
export function bytesOfBase64(text: string, parameter: string): Buffer {
  const bare = text.replace(/\s/g, "");
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(bare) || bare.replace(/=+$/, "").length % 4 === 1) {
    throw nodeErrors.NODE_BASE64_INVALID({ parameter });
  }
  return Buffer.from(bare, "base64");
}
