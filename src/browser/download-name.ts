import { mkdir, open } from "node:fs/promises";
import { extname, join } from "node:path";

const LONGEST = 150;

/** A file name that is safe on every system, made of what a site suggests. Pure; never empty, never a path. */
export function safeFileName(suggested: string): string {
  const lastPart = suggested.split(/[\\/]/).at(-1) ?? "";
  const cleaned = lastPart.replaceAll(/[\p{Cc}<>:"|?*]/gu, "_").replace(/^[.\s]+|[.\s]+$/g, "");
  const reserved = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i.test(cleaned);
  const named = cleaned === "" ? "download" : reserved ? `_${cleaned}` : cleaned;
  if (named.length <= LONGEST) return named.toWellFormed();
  const extension = extname(named).slice(0, 20);
  return (named.slice(0, LONGEST - extension.length) + extension).toWellFormed();
}

/** Claims a free name in the folder, which is made if need be: `report.pdf`, `report (2).pdf` … The empty file is there when this resolves. */
export async function freeDownloadPath(folder: string, suggested: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const name = safeFileName(suggested);
  const extension = extname(name);
  const stem = name.slice(0, name.length - extension.length);
  for (let number = 1; ; number += 1) {
    const path = join(folder, number === 1 ? name : `${stem} (${number})${extension}`);
    try {
      await (await open(path, "wx")).close();
      return path;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
  }
}
