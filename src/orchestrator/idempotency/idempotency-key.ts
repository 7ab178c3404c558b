import type { IncomingHttpHeaders } from "node:http";
import { orchestratorErrors } from "../errors.ts";

/** The Idempotency-Key header, undefined when there is none. Throws IDEMPOTENCY_KEY_INVALID. */
export function readIdempotencyKey(headers: IncomingHttpHeaders): string | undefined {
  const key = headers["idempotency-key"];
  if (key === undefined) return undefined;
  if (typeof key !== "string" || !/^[\x21-\x7e]{1,200}$/.test(key))
    throw orchestratorErrors.IDEMPOTENCY_KEY_INVALID({});
  return key;
}
