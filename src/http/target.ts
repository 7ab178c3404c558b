import { httpErrors } from "./errors.ts";

/** Where a request goes, with the credentials taken out of the URL. */
export interface HttpTarget {
  readonly url: URL;
  /** `Basic …` made of the URL's user and password, when it had them. */
  readonly authorization: string | undefined;
}

/** Reads an absolute http(s) URL. Throws HTTP_URL_INVALID, whose text holds nothing of the URL but its scheme. */
export function readTarget(text: string, base?: URL): HttpTarget {
  if (!URL.canParse(text, base?.href)) throw httpErrors.HTTP_URL_INVALID({ problem: "cannot be read" });
  const url = new URL(text, base);
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw httpErrors.HTTP_URL_INVALID({ problem: `has the scheme ${url.protocol.slice(0, -1)}` });
  }
  const { username, password } = url;
  url.username = "";
  url.password = "";
  url.hash = "";
  if (username === "" && password === "") return { url, authorization: undefined };
  const pair = `${decode(username)}:${decode(password)}`;
  return { url, authorization: `Basic ${Buffer.from(pair).toString("base64")}` };
}

/** The request as error messages name it. */
export function describeTarget(method: string, url: URL): string {
  return `${method} ${url.origin}`;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a bare percent sign: it was never encoded
  }
}
