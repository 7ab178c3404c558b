import { basename } from "node:path";

/**
 * The file name that a server gives a download: of the Content-Disposition header, else the end of the URL.
 *
 * Never empty, never a path. Pure.
 *
 * @see RFC 6266 §4.3: `filename*` wins over `filename`.
 */
export function nameFromResponse(contentDisposition: string | undefined, url: string): string {
  const extended = /filename\*\s*=\s*UTF-8''([^;]+)/i.exec(contentDisposition ?? "")?.[1];
  const plain = /filename\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s]+))/i.exec(contentDisposition ?? "");
  const path = URL.canParse(url) ? new URL(url).pathname : "";
  const given = decoded(extended) ?? (plain?.[1] ?? plain?.[2])?.replaceAll(/\\(.)/g, "$1") ?? decoded(path) ?? "";
  const name = basename(given.replaceAll("\\", "/"))
    .replaceAll(/[\p{Cc}<>:"|?*]/gu, "_")
    .slice(-150);
  return name === "" || /^\.+$/.test(name) ? "download" : name.toWellFormed();
}

function decoded(text: string | undefined): string | undefined {
  try {
    return text === undefined ? undefined : decodeURIComponent(text.trim());
  } catch {
    // Not percent-encoded as it should be; the next source is asked.
    return undefined;
  }
}
