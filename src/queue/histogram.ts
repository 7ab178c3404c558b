/**
 * Bounds of the buckets in milliseconds: 1, 2, 5 of each power of ten, up to a day and more. Their places are stored with
 * figures: bounds may be added at the end, and never changed.
 */
export const BOUNDS_MS: readonly number[] = [
  1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000, 1_000_000,
  2_000_000, 5_000_000, 10_000_000, 20_000_000, 50_000_000, 100_000_000,
];

/** How long things took: cumulative buckets as Prometheus counts them. */
export interface Histogram {
  /** How many took at most `leMs` milliseconds, by rising `leMs`. Those above the last bound are in `count` alone. */
  readonly buckets: readonly { readonly leMs: number; readonly count: number }[];
  readonly count: number;
  /** Milliseconds, whole ones of each. */
  readonly sumMs: number;
}

/** Counted things of one bucket, `place` the index of its bound; the length of the bounds for those above all. */
export interface BucketCount {
  readonly place: number;
  readonly count: number;
  readonly sumMs: number;
}

/** The place of a duration: the first bound that is not smaller. */
export function placeOf(ms: number): number {
  const place = BOUNDS_MS.findIndex((boundMs) => ms <= boundMs);
  return place === -1 ? BOUNDS_MS.length : place;
}

/** A histogram of counts in any order; a place may come more than once. */
export function toHistogram(counts: readonly BucketCount[]): Histogram {
  const perPlace = new Map<number, number>();
  for (const { place, count } of counts) perPlace.set(place, (perPlace.get(place) ?? 0) + count);
  let below = 0;
  const buckets = BOUNDS_MS.map((leMs, place) => {
    below += perPlace.get(place) ?? 0;
    return { leMs, count: below };
  });
  return {
    buckets,
    count: counts.reduce((sum, { count }) => sum + count, 0),
    sumMs: counts.reduce((sum, { sumMs }) => sum + sumMs, 0),
  };
}
