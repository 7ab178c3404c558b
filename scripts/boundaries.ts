/** Who may import whom: pure rules over (file, specifier) pairs; `check-boundaries.ts` reads the files. */

export interface AreaRow {
  readonly use: readonly string[];
  readonly packages: readonly string[];
}

export interface Boundaries {
  readonly everywhere: { readonly packages: readonly string[] };
  readonly tests: { readonly packages: readonly string[] };
  readonly areas: Readonly<Record<string, AreaRow>>;
}

const IMPORT =
  /(?:^|[\s;}])(?:import|export)\s+(?:type\s+)?(?:[\w*{}\s,$]+\s+from\s+)?["']([^"']+)["']|\bimport\s*\(\s*["']([^"']+)["']/g;

/** Every module specifier a source text imports or re-exports, type imports and dynamic ones included. */
export function importsOf(source: string): string[] {
  const code = source.replaceAll(/\/\*[\s\S]*?\*\//g, "").replaceAll(/^\s*\/\/.*$/gm, "");
  return [...code.matchAll(IMPORT)].map((match) => match[1] ?? match[2] ?? "");
}

/** The longest row that matches a path below src, without its file name. */
export function areaOf(path: string, rows: Readonly<Record<string, AreaRow>>): string | undefined {
  const parts = path.split("/").slice(0, -1);
  for (let length = parts.length; length > 0; length--) {
    const candidate = parts.slice(0, length).join("/");
    if (candidate in rows) return candidate;
  }
  return undefined;
}

export function isTest(path: string): boolean {
  return /\.(test|suite|bench)\.ts$/.test(path);
}

function packageOf(specifier: string): string {
  const parts = specifier.split("/");
  return specifier.startsWith("@") ? parts.slice(0, 2).join("/") : (parts[0] ?? specifier);
}

/**
 * What is wrong with one import, or undefined.
 *
 * @param from path below src of the importing file, `queue/retry.ts`.
 * @param target path below src of a relative import, undefined for packages.
 */
export function judgeImport(
  from: string,
  specifier: string,
  target: string | undefined,
  boundaries: Boundaries,
): string | undefined {
  const area = areaOf(from, boundaries.areas);
  if (area === undefined) return from.includes("/") ? "lies in a folder that boundaries.json does not name" : undefined;
  const row = boundaries.areas[area] ?? { use: [], packages: [] };
  const test = isTest(from);
  if (target === undefined) {
    if (specifier.startsWith("node:")) return area === "contracts" ? "contracts must run in a browser" : undefined;
    const name = packageOf(specifier);
    const allowed = [...row.packages, ...boundaries.everywhere.packages, ...(test ? boundaries.tests.packages : [])];
    if (test && Object.values(boundaries.areas).some((other) => other.packages.includes(name))) return undefined;
    return allowed.includes(name) ? undefined : `${area} may not use the package ${name}`;
  }
  if (target.startsWith("../")) return test ? undefined : "reaches outside src";
  const other = areaOf(target, boundaries.areas);
  if (other === undefined) return `${target} lies in no area`;
  if (other === area) {
    return target === `${area}/index.ts` && !test ? "an area does not import its own index" : undefined;
  }
  // The tests of a sub-area may use what the area around it is tested with.
  if (test && topOf(other) === topOf(area)) return undefined;
  if (other !== "core" && target !== `${other}/index.ts`) return `${other} is used through its index.ts only`;
  if (test || row.use.includes(other)) return undefined;
  return `${area} may not use ${other}`;
}

const topOf = (area: string): string => area.split("/")[0] ?? area;

/** Rows that (indirectly) use themselves. */
export function cyclesIn(rows: Readonly<Record<string, AreaRow>>): string[] {
  const cyclic: string[] = [];
  for (const start of Object.keys(rows)) {
    const seen = new Set<string>();
    const open = [...(rows[start]?.use ?? [])];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (next === start) {
        cyclic.push(start);
        break;
      }
      if (seen.has(next)) continue;
      seen.add(next);
      open.push(...(rows[next]?.use ?? []));
    }
  }
  return cyclic;
}

const VAGUE = new Set([
  "utils",
  "util",
  "helpers",
  "helper",
  "common",
  "types",
  "interfaces",
  "manager",
  "service",
  "base",
]);

/** Names that say nothing. */
export function isVagueName(path: string): boolean {
  const name = path.split("/").at(-1) ?? "";
  return VAGUE.has(name.replace(/\..*$/, ""));
}
