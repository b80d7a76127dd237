import { applyPatch } from "diff";
import { describe, expect, test } from "vitest";
import { diffLines } from "../../src/polykomos/blueprints/diff.ts";
import { slugOf } from "../../src/polykomos/blueprints/slug.ts";

describe("the difference of two versions", () => {
  test("is nothing between equal texts", () => {
    expect(diffLines("a\nb\n", "a\nb\n")).toEqual({ addedLines: 0, removedLines: 0, diff: "" });
  });

  test("tells the changed lines with three lines around them", () => {
    const lines = Array.from({ length: 20 }, (_, n) => `line ${n}`);
    const changed = lines.with(10, "another line");
    expect(diffLines(lines.join("\n"), changed.join("\n"))).toMatchObject({
      addedLines: 1,
      removedLines: 1,
      diff: expect.stringMatching(
        /^@@ -8,7 \+8,7 @@\n line 7\n line 8\n line 9\n-line 10\n\+another/,
      ),
    });
  });

  test.each([
    ["", "a\n"],
    ["a\n", ""],
    ["a\n", "b\nc\nd\n"],
    ["a\nb\nc\n", "c\nb\na\n"],
    ["--\n++\n-- a\n", "++\n--\n"],
  ])("makes %j into %j again", (before, after) => {
    expect(applyPatch(before, `--- a\n+++ b\n${diffLines(before, after).diff}\n`)).toBe(after);
  });

  test("is one line more when one is added behind a last line without an end", () => {
    expect(diffLines("a", "a\nb")).toEqual({
      addedLines: 1,
      removedLines: 0,
      diff: "@@ -1,1 +1,2 @@\n a\n+b",
    });
  });

  test("of texts with nothing in common is the one for the other, in little time", () => {
    const text = (word: string) =>
      Array.from({ length: 5_000 }, (_, n) => `${word} ${n}\n`).join("");
    const { addedLines, removedLines, diff } = diffLines(text("old"), text("new"));
    expect([addedLines, removedLines]).toEqual([5_000, 5_000]);
    expect(diff).toMatch(/^@@ -1,5000 \+1,5000 @@\n-old 0\n/);
  });
});

test.each([
  ["Guest Book", "guest-book"],
  ["  Seed Contacts!  ", "seed-contacts"],
  ["Crème brûlée", "creme-brulee"],
  ["日本語", "blueprint"],
  ["---", "blueprint"],
  ["ﬁne ²", "fine-2"],
  ["x".repeat(100), "x".repeat(60)],
  [`${"x".repeat(59)} y`, "x".repeat(59)],
  ["a__b..c", "a-b-c"],
])("the name %j has the slug %j", (name, slug) => {
  expect(slugOf(name)).toBe(slug);
});
