import { lstatSync, readlinkSync, realpathSync } from "node:fs";
import path from "node:path";

/** As many as Linux follows (path_resolution(7)). */
const MOST_LINKS = 40;

/**
 * The path with all links followed, as far as it exists; a link to nothing is followed too, because writing through it
 * would make its target.
 *
 * @param absolute an absolute path.
 * @returns undefined when the links lead in a circle.
 */
export function followLinks(absolute: string, linksLeft = MOST_LINKS): string | undefined {
  if (linksLeft === 0) return undefined;
  try {
    return realpathSync.native(absolute);
  } catch (error) {
    if (codeOf(error) === "ELOOP") return undefined;
    // Missing, or not ours to look into: then its parent tells where it lies.
  }
  const parent = path.dirname(absolute);
  if (parent === absolute) return absolute;
  const realParent = followLinks(parent, linksLeft);
  if (realParent === undefined) return undefined;
  const here = path.join(realParent, path.basename(absolute));
  const target = linkTarget(here);
  return target === undefined ? here : followLinks(path.resolve(realParent, target), linksLeft - 1);
}

function linkTarget(file: string): string | undefined {
  try {
    return lstatSync(file).isSymbolicLink() ? readlinkSync(file) : undefined;
  } catch {
    // Nothing is there, so no link either.
    return undefined;
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}
