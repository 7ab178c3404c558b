/** Pieces of work at the same time: as many as a pool has connections for, and leaves some. */
const LANES = 4;

/**
 * Does something with each of the items, a few at the same time, beginning with the first. Rejects with the first failure,
 * when what was begun has ended.
 *
 * @returns the results in the order of the items.
 */
export async function inLanes<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  const failures: unknown[] = [];
  // One iterator for all lanes: each takes what is next.
  const entries = items.entries();
  const lane = async (): Promise<void> => {
    for (const [index, item] of entries) {
      if (failures.length > 0) return;
      try {
        results[index] = await work(item);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  if (failures.length > 0) throw failures[0];
  return results;
}
