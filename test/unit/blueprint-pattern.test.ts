import { describe, expect, test } from "vitest";
import { compilePattern } from "../../src/polykomos/blueprints/sql/pattern.ts";
import { startProcessorClock } from "../support/processor-clock.ts";

/** What a pattern takes, beside JavaScript's own answer. */
const sources = [
  "",
  "a",
  "^a$",
  "a|b",
  "^(?:a|bc)*$",
  "^(a|b)+c?$",
  "^[a-z0-9_-]{2,4}$",
  "^[^a-c]$",
  "^\\d{3}-\\d{2}$",
  "\\w+@\\w+\\.\\w+",
  "^\\s*$",
  "^\\S$",
  "^.$",
  "^a{3}$",
  "^a{0,2}$",
  "^a{2,}$",
  "^a*?b+?c??$",
  "^(a*)*$",
  "^()$",
  "a$|^b",
  "^[\\d.]+$",
  "^[\\]\\-]$",
  "^A\\t$",
  "^\\.\\*\\?\\+$",
];
const texts = [
  ...["", "a", "b", "c", "ab", "abc", "aab", "bca", "aaa", "aaaa", "ba", "abcabc"],
  ...[
    "123-45",
    "1.5",
    "ada@example.com",
    " ",
    "\n",
    "\t",
    "A\t",
    "-",
    "]",
    ".*?+",
    "😀",
    "é",
    "_-9",
  ],
];

describe.each(sources)("the pattern %j", (source) => {
  test("takes the same texts as JavaScript's", () => {
    const pattern = compilePattern(source);
    if (!pattern.ok) throw new Error(pattern.reason);
    const own = texts.filter((text) => pattern.matches(text));
    expect(own).toEqual(texts.filter((text) => new RegExp(source, "u").test(text)));
  });
});

test.each([
  ["(a", /./],
  ["[b-a]", /./],
  ["a{2,1}", /./],
  ["(a)\\1", /./],
  ["(?=a)b", /./],
  ["(?<!a)b", /./],
  ["\\u{1F600}", /not offered/],
  ["\\x41", /not offered/],
  ["\\bword\\b", /./],
  ["a{1001}", /./],
  ["((a{100}){100}){100}", /./],
  ["a".repeat(501), /500/],
])("the pattern %j is refused with a reason", (source, reason) => {
  const pattern = compilePattern(source);
  expect(pattern).toMatchObject({ ok: false, reason: expect.stringMatching(reason) });
});

test("a pattern that repeats nothing many times over is read at once", () => {
  const processorMs = startProcessorClock();
  const pattern = compilePattern("^(((){1000}){1000}){1000}(a|){900}$");
  if (!pattern.ok) throw new Error(pattern.reason);
  expect(pattern.matches("a".repeat(900))).toBe(true);
  expect(pattern.matches("a".repeat(901))).toBe(false);
  expect(processorMs()).toBeLessThan(5_000);
});

test("a pattern that makes backtracking engines run for ever is answered by counted steps", () => {
  const pattern = compilePattern("^(a+)+$");
  if (!pattern.ok) throw new Error(pattern.reason);
  expect(pattern.matches(`${"a".repeat(10_000)}!`)).toBe(false);
  expect(pattern.matches("a".repeat(10_000))).toBe(true);
});
