import { readdirSync, readFileSync } from "node:fs";
import { join, posix, relative, sep } from "node:path";

export interface SourceFile {
  /** Path below the folder that was read, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

/** Every TypeScript file below a folder, in stable order. */
export function sourceFiles(folder: string): SourceFile[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => {
      const file = join(entry.parentPath, entry.name);
      return { path: relative(folder, file).split(sep).join("/"), text: readFileSync(file, "utf8") };
    })
    .toSorted((a, b) => a.path.localeCompare(b.path));
}

/** Path below the folder that a relative specifier of a file leads to. */
export function resolveSpecifier(from: string, specifier: string): string | undefined {
  return specifier.startsWith(".") ? posix.normalize(posix.join(posix.dirname(from), specifier)) : undefined;
}
