import { charactersOf } from "../../code-points.ts";

/**
 * How alike two texts are: twice the number of characters in common blocks, divided by the length of both
 * (Ratcliff and Obershelp), capital and small letters being the same.
 *
 * @returns in [0, 1]; 1 for the same text.
 * @see Ratcliff, Metzener: Pattern Matching: The Gestalt Approach. Dr. Dobb's Journal, July 1988.
 */
export function similarity(a: string, b: string): number {
  const [left, right] = [charactersOf(a.toLowerCase()), charactersOf(b.toLowerCase())];
  if (left.length + right.length === 0) return 1;
  return (2 * commonCharacters(left, right)) / (left.length + right.length);
}

function commonCharacters(a: readonly string[], b: readonly string[]): number {
  let common = 0;
  const open: { a: readonly string[]; b: readonly string[] }[] = [{ a, b }];
  for (let part = open.pop(); part !== undefined; part = open.pop()) {
    const block = longestBlock(part.a, part.b);
    if (block.length === 0) continue;
    common += block.length;
    open.push({ a: part.a.slice(0, block.a), b: part.b.slice(0, block.b) });
    open.push({ a: part.a.slice(block.a + block.length), b: part.b.slice(block.b + block.length) });
  }
  return common;
}

function longestBlock(a: readonly string[], b: readonly string[]): { a: number; b: number; length: number } {
  let best = { a: 0, b: 0, length: 0 };
  let previous = new Uint32Array(b.length + 1);
  for (let i = 0; i < a.length; i++) {
    const current = new Uint32Array(b.length + 1);
    for (let j = 0; j < b.length; j++) {
      if (a[i] !== b[j]) continue;
      const length = (previous[j] ?? 0) + 1;
      current[j + 1] = length;
      if (length > best.length) best = { a: i - length + 1, b: j - length + 1, length };
    }
    previous = current;
  }
  return best;
}
