/** Where a redirect leads, and what of the request goes there. Pure. */
import { readTarget } from "./target.ts";

export interface Hop {
  readonly method: string;
  readonly url: URL;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array | undefined;
}

const REDIRECTS = new Set([301, 302, 303, 307, 308]);
/** For the first server only (Fetch standard, HTTP-redirect fetch, step 13). */
const CREDENTIALS = ["authorization", "cookie", "proxy-authorization"];
const BODY_HEADERS = ["content-type", "content-length", "content-encoding", "content-language", "content-location"];

/**
 * The next request, or undefined when the answer is the last one.
 *
 * Throws HTTP_URL_INVALID for a location that is not http(s).
 */
export function followRedirect(hop: Hop, status: number, location: string | undefined): Hop | undefined {
  if (!REDIRECTS.has(status) || location === undefined) return undefined;
  const { url, authorization } = readTarget(location, hop.url);
  const becomesGet = status === 303 ? hop.method !== "HEAD" : status < 303 && hop.method === "POST";
  const dropped = new Set([...(url.origin === hop.url.origin ? [] : CREDENTIALS), ...(becomesGet ? BODY_HEADERS : [])]);
  const kept = Object.entries(hop.headers).filter(([name]) => !dropped.has(name));
  return {
    method: becomesGet ? "GET" : hop.method,
    url,
    headers: { ...Object.fromEntries(kept), ...(authorization !== undefined && { authorization }) },
    body: becomesGet ? undefined : hop.body,
  };
}
