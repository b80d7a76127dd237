import { expect, test } from "vitest";
import { concurrently } from "../../src/lib/concurrently.ts";

test("each item is worked on once, in order, and no more at a time than may be", async () => {
  const begun: number[] = [];
  let running = 0;
  let most = 0;
  await concurrently([1, 2, 3, 4, 5], 2, async (item) => {
    begun.push(item);
    running += 1;
    most = Math.max(most, running);
    await Promise.resolve();
    running -= 1;
  });
  expect(begun).toEqual([1, 2, 3, 4, 5]);
  expect(most).toBe(2);
});

test("an item that hangs holds up none but those that wait for its place", async () => {
  const done: number[] = [];
  const hanging = new Promise<void>(() => {});
  void concurrently([1, 2, 3, 4], 2, async (item) => {
    if (item === 1) await hanging;
    done.push(item);
  });
  await new Promise((resolve) => setImmediate(resolve));
  expect(done).toEqual([2, 3, 4]);
});

test("a failure is the caller's, and the others go on", async () => {
  const done: number[] = [];
  const work = concurrently([1, 2, 3], 2, async (item) => {
    if (item === 1) throw new Error("no");
    done.push(item);
  });
  await expect(work).rejects.toThrow("no");
  await new Promise((resolve) => setImmediate(resolve));
  expect(done).toEqual([2, 3]);
});
