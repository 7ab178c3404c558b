import { orchestratorErrors } from "../errors.ts";

/** Entity tag of a workflow's version. */
export function versionTag(version: number): string {
  return `"${version}"`;
}

/**
 * The version a caller wants to have changed, out of `If-Match` (RFC 9110 §13.1.1); undefined when any will do.
 *
 * Several tags are judged by the newest version among them: an older one cannot be the present version as well.
 * Weak tags never match, which version 0 stands for. Throws PRECONDITION_INVALID for what is no list of tags.
 */
export function expectedVersion(ifMatch: string | undefined): number | undefined {
  if (ifMatch === undefined || ifMatch.trim() === "*") return undefined;
  const tags = ifMatch.split(",").map((tag) => tag.trim());
  if (!tags.every((tag) => /^(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"$/.test(tag))) {
    throw orchestratorErrors.PRECONDITION_INVALID({});
  }
  const versions = tags.map((tag) => Number(/^"(\d{1,9})"$/.exec(tag)?.[1] ?? 0));
  return Math.max(...versions);
}
