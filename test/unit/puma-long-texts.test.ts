import { expect, test } from "vitest";
import { safeFilename } from "../../src/puma/links/rules/filename.ts";
import { inexactNumber } from "../../src/puma/rows/rules/exact-numbers.ts";
import { startProcessorClock } from "../support/processor-clock.ts";

/** Texts on which a careless pattern works for a minute; these take some milliseconds. */
const length = 200_000;
const millisecondsMax = 1_000;

function milliseconds(work: () => void): number {
  const processorMs = startProcessorClock();
  work();
  return processorMs();
}

test.each([
  ["zeros inside a fraction", `1.${"0".repeat(length)}1`],
  ["zeros at the end of a fraction", `1.${"0".repeat(length)}`],
  ["zeros in front of an exponent", `1e${"0".repeat(length)}1`],
])("a number with many %s is read in no time", (_, literal) => {
  // The second number is what makes the text worth a closer look.
  const text = `[${literal},9007199254740992]`;
  const value: unknown = JSON.parse(text);
  expect(milliseconds(() => expect(inexactNumber(text, value)).toBeNull())).toBeLessThan(
    millisecondsMax,
  );
});

test.each([
  ["dots", "."],
  ["blanks", " "],
  ["dots and blanks", ". "],
])("a name with many %s inside is made safe in no time", (_, filler) => {
  const name = `a${filler.repeat(length / filler.length)}b.json`;
  let safe = "";
  expect(milliseconds(() => (safe = safeFilename(name, "x")))).toBeLessThan(millisecondsMax);
  expect(safe).toMatch(/^a[. ]*b?\.json$/);
  expect(safe.length).toBeLessThanOrEqual(120);
});
