import type { Boundaries } from "../boundaries.ts";

const START = "<!-- areas -->";
const END = "<!-- /areas -->";

/** The text of ARCHITECTURE.md with its table of areas made anew from boundaries.json. */
export function listAreas(architecture: string, boundaries: string): string {
  const { areas } = JSON.parse(boundaries) as Boundaries;
  const rows = Object.entries(areas).map(
    ([area, { use, packages }]) => `| ${area} | ${use.join(", ") || "–"} | ${packages.join(", ") || "–"} |`,
  );
  const table = `| area | may use | npm packages (zod everywhere) |\n|---|---|---|\n${rows.join("\n")}`;
  const from = architecture.indexOf(START);
  const to = architecture.indexOf(END);
  if (from < 0 || to < from) throw new Error("ARCHITECTURE.md has lost the marks around its table of areas");
  return `${architecture.slice(0, from + START.length)}\n${table}\n${architecture.slice(to)}`;
}
