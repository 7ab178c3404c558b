import type { PortType } from "./node-definition.ts";

const NUMERIC: ReadonlySet<PortType> = new Set(["NUMBER", "INTEGER", "FLOAT"]);

/**
 * May a value go from a port of one type to a port of another?
 *
 * Where the values really convert: ANY goes with all, numbers with numbers, everything may become text. All else only
 * with its own type.
 */
export function isCompatible(source: PortType, target: PortType): boolean {
  if (source === target || source === "ANY" || target === "ANY" || target === "STRING") return true;
  return NUMERIC.has(source) && NUMERIC.has(target);
}
