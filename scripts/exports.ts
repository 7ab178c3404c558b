/** Reads the public face of an area off its index.ts: names, where they come from, whether they are documented. */

export interface ExportedName {
  readonly name: string;
  readonly kind: "type" | "value";
  /** Specifier of the file it is declared in, undefined when it is declared in the index itself. */
  readonly from?: string;
}

const CLAUSE = /export\s+(type\s+)?\{([^}]*)\}(?:\s+from\s+["']([^"']+)["'])?/g;

/** Every name an index re-exports, in the order of the text. */
export function exportedNames(index: string): ExportedName[] {
  const code = index.replaceAll(/\/\*[\s\S]*?\*\//g, "").replaceAll(/^\s*\/\/.*$/gm, "");
  const names: ExportedName[] = [];
  for (const [, typeOnly, list, from] of code.matchAll(CLAUSE)) {
    for (const entry of (list ?? "").split(",")) {
      const text = entry.trim();
      if (text === "") continue;
      const isType = typeOnly !== undefined || text.startsWith("type ");
      const name = text.replace(/^type\s+/, "").replace(/^.*\sas\s+/, "");
      names.push({ name, kind: isType ? "type" : "value", ...(from === undefined ? {} : { from }) });
    }
  }
  return names;
}

/** True when the declaration of that name in the text has a doc comment right before it. Undefined when it is not declared there. */
export function isDocumented(source: string, name: string): boolean | undefined {
  const declaration = new RegExp(
    String.raw`^export\s+(?:declare\s+)?(?:abstract\s+)?(?:async\s+)?(?:function\*?|const|let|class|interface|type)\s+${name}\b`,
    "m",
  );
  const match = declaration.exec(source);
  if (match === null) return undefined;
  return /\*\/\s*$/.test(source.slice(0, match.index));
}
