import { nodeErrors } from "../errors.ts";

/** Pages a workflow may open; files and the browser's own pages are none of its business. */
const ALLOWED = new Set(["http:", "https:", "about:", "data:", "blob:"]);

/**
 * The address to open for what a workflow wrote: `example.com/a` gets https, names of this machine get http. Pure.
 *
 * Throws NODE_URL_INVALID.
 */
export function readWebAddress(written: string, parameter = "url"): string {
  const text = written.trim();
  const hasScheme = /^[a-z][a-z\d+.-]*:(?!\d)/i.test(text);
  const isLocal = /^(localhost|127\.|\[::1\])/i.test(text);
  const address = hasScheme ? text : `${isLocal ? "http" : "https"}://${text.replace(/^\/\//, "")}`;
  if (text === "" || !URL.canParse(address)) {
    throw nodeErrors.NODE_URL_INVALID({
      parameter,
      reason: text === "" ? "it is empty" : "write it like https://example.com/page",
    });
  }
  const { protocol } = new URL(address);
  if (ALLOWED.has(protocol)) return address;
  throw nodeErrors.NODE_URL_INVALID({ parameter, reason: `${protocol} addresses are not opened; use http or https` });
}
