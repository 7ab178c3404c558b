import { fileURLToPath } from "node:url";

/** Folder of the installed package: the one above `src` or `dist`. */
export function packageRoot(): string {
  return fileURLToPath(new URL("../..", import.meta.url));
}
