import { exportedNames } from "../exports.ts";
import { sourceFiles } from "../source-files.ts";

/** Every public name, by area. */
export function listExports(): string {
  const sections = sourceFiles("src")
    .filter(({ path }) => path === "index.ts" || path.endsWith("/index.ts"))
    .map(({ path, text }) => {
      const area = path === "index.ts" ? "casare-rpa" : `casare-rpa/${path.replace(/\/index\.ts$/, "")}`;
      const names = exportedNames(text).map(({ name, kind }) => (kind === "type" ? `type ${name}` : name));
      return `${area}\n${[...new Set(names)]
        .toSorted()
        .map((name) => `  ${name}`)
        .join("\n")}\n`;
    });
  return sections.join("\n");
}
