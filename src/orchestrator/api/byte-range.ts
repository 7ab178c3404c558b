import type { IncomingHttpHeaders } from "node:http";

/** First and last byte, from 0. */
interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** What of a content the caller is to get. */
type Delivery =
  | { readonly kind: "whole" }
  | { readonly kind: "not-modified" }
  | { readonly kind: "part"; readonly range: ByteRange }
  | { readonly kind: "out-of-range" };

const WHOLE: Delivery = { kind: "whole" };

/**
 * Decides by `If-None-Match`, `If-Range` and `Range` (RFC 9110 §13.1.2, §13.1.5, §14.2).
 *
 * One range of bytes is followed. What is no such range, and several of them, are answered with the whole content, which
 * the RFC leaves to the server.
 */
export function chooseDelivery(
  headers: IncomingHttpHeaders,
  { etag, sizeBytes }: { readonly etag: string; readonly sizeBytes: number },
): Delivery {
  const known = headers["if-none-match"];
  if (known !== undefined && (known.trim() === "*" || known.includes(etag))) return { kind: "not-modified" };
  const condition = headers["if-range"];
  if (condition !== undefined && condition !== etag) return WHOLE;
  const [, first = "", last = ""] = /^\s*bytes\s*=\s*(\d*)\s*-\s*(\d*)\s*$/i.exec(headers.range ?? "") ?? [];
  if (first === "" && last === "") return WHOLE;
  const start = first === "" ? Math.max(sizeBytes - Number(last), 0) : Number(first);
  const end = first === "" || last === "" ? sizeBytes - 1 : Math.min(Number(last), sizeBytes - 1);
  if (first !== "" && last !== "" && Number(last) < start) return WHOLE;
  return start < sizeBytes ? { kind: "part", range: { start, end } } : { kind: "out-of-range" };
}
