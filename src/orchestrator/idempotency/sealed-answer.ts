import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";
import { z } from "zod";

/** An answer as it is kept for requests that are sent again. */
const keptAnswer = z.object({
  status: z.int(),
  headers: z.record(z.string(), z.string()),
  /** JSON text; absent for an answer without body. */
  body: z.string().optional(),
});
export type KeptAnswer = z.output<typeof keptAnswer>;

const IV_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Encrypts an answer with a key made from the caller's own API key (HKDF, RFC 5869; AES-256-GCM, NIST SP 800-38D).
 *
 * Answers may hold secrets that are shown once; whoever reads the database must not find them there.
 */
export function sealAnswer(answer: KeptAnswer, apiKey: string): Uint8Array {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv("aes-256-gcm", sealingKey(apiKey), iv);
  const text = Buffer.concat([cipher.update(JSON.stringify(answer), "utf8"), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), text]);
}

/** Throws when the answer was sealed with another key or was changed. */
export function openAnswer(sealed: Uint8Array, apiKey: string): KeptAnswer {
  const bytes = Buffer.from(sealed);
  const decipher = createDecipheriv("aes-256-gcm", sealingKey(apiKey), bytes.subarray(0, IV_BYTES));
  decipher.setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
  const text = Buffer.concat([decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]);
  return keptAnswer.parse(JSON.parse(text.toString("utf8")));
}

function sealingKey(apiKey: string): Buffer {
  return Buffer.from(hkdfSync("sha256", apiKey, "", "casare kept answers", 32));
}
