/**
 * The candidate that a mistyped name most likely meant, or undefined when none is near.
 *
 * Near: at most a third of the name's characters (two at least) differ, upper and lower case and the word `Node` at the
 * end aside. Of equally near ones the first wins.
 */
export function nearName(name: string, candidates: Iterable<string>): string | undefined {
  const limit = Math.max(2, Math.floor(plain(name).length / 3));
  let best: string | undefined;
  let bestDistance = limit + 1;
  for (const candidate of candidates) {
    // A slip may be in the word `Node` itself, so the names as they are count too.
    const distance = Math.min(
      distanceBelow(plain(name), plain(candidate), bestDistance),
      distanceBelow(folded(name), folded(candidate), bestDistance),
    );
    if (distance >= bestDistance) continue;
    best = candidate;
    bestDistance = distance;
  }
  return best;
}

/** `did you mean "x"?`, or undefined when nothing is near. */
export function didYouMean(name: string, candidates: Iterable<string>): string | undefined {
  const near = nearName(name, candidates);
  return near === undefined ? undefined : `did you mean "${near}"?`;
}

function folded(name: string): string {
  return name
    .slice(0, 256)
    .toLowerCase()
    .replaceAll(/[_\-\s]/g, "");
}

function plain(name: string): string {
  return folded(name).replace(/node$/, "");
}

/** The distance, or `limit` when it is not below it or nothing of the name would be left. */
function distanceBelow(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit;
  const distance = editDistance(a, b, limit);
  return distance >= Math.max(a.length, b.length) ? limit : distance;
}

/** Optimal string alignment distance (insertions, deletions, substitutions, swaps of neighbors), cut off at `limit`. */
function editDistance(a: string, b: string, limit: number): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    let smallest = i;
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let value = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (same ? 0 : 1));
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) value = Math.min(value, (beforeLast[j - 2] ?? 0) + 1);
      row.push(value);
      smallest = Math.min(smallest, value);
    }
    if (smallest >= limit) return limit;
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? limit;
}
