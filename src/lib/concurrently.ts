/**
 * Does the work for each of the items, in their order, for so many at once that one which hangs holds up
 * no others but those that wait for its place. Rejects with the first failure.
 */
export async function concurrently<Item>(
  items: readonly Item[],
  concurrencyMax: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const waiting = items.values();
  async function workOff(): Promise<void> {
    for (const item of waiting) await work(item);
  }
  await Promise.all(Array.from({ length: concurrencyMax }, workOff));
}
