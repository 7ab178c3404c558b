/** Dice that fall the same way for the same seed and the same names: a run can be planned again from its seed. */

export interface Dice {
  /** A number in [0, 1). */
  roll(): number;
  /** True in this share of the rolls. */
  hits(share: number): boolean;
  /** A number in [from, to). */
  between(from: number, to: number): number;
  /** A whole number in [from, to]. */
  whole(from: number, to: number): number;
  /** One of them; they may not be empty. */
  pick<T>(items: readonly T[]): T;
}

/** @param names what the dice are for; other names, other numbers. */
export function createDice(seed: number, ...names: readonly (string | number)[]): Dice {
  let state = hashOf(`${seed}/${names.join("/")}`);
  // Mulberry32 by Tommy Ettinger, public domain: a counter through an avalanche.
  const roll = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  return {
    roll,
    hits: (share) => roll() < share,
    between: (from, to) => from + roll() * (to - from),
    whole: (from, to) => from + Math.floor(roll() * (to - from + 1)),
    pick<T>(items: readonly T[]): T {
      if (items.length === 0) throw new RangeError("there is nothing to pick from");
      return items[Math.floor(roll() * items.length)] as T;
    },
  };
}

/** FNV-1a, 32 bits, with MurmurHash3's last steps behind it: names that differ in one digit are far apart. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
