import { describe, expect, test } from "vitest";
import { csvOf } from "../../src/console/download.ts";

/** One cell of a file, as it stands there. */
function cell(value: unknown): string {
  const [mark, ...rest] = csvOf(["a"], [[value]]);
  expect(mark).toBe("\uFEFF");
  const text = rest.join("");
  expect(text.startsWith("a\r\n") && text.endsWith("\r\n")).toBe(true);
  return text.slice(3, -2);
}

describe("a cell of a CSV file", () => {
  test.each([
    ["plain", "plain"],
    ["a,b", '"a,b"'],
    ['say "x"', '"say ""x"""'],
    ["two\nlines", '"two\nlines"'],
    [" spaced ", '" spaced "'],
    ["", ""],
    [null, ""],
    [undefined, ""],
    [true, "true"],
    [-1.5, "-1.5"],
    [{ a: [1] }, '"{""a"":[1]}"'],
    ["-12.50", "-12.50"],
    ["-9007199254740993", "-9007199254740993"],
  ])("%j is %s", (value, text) => {
    expect(cell(value)).toBe(text);
  });

  test.each([
    "=1+1",
    "+1",
    "-1+1",
    "-",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "  =1",
    "＝1",
    "=cmd|' /C calc'!A0",
    "-1.5e3",
    "－1",
  ])("%j is no formula for a spreadsheet", (text) => {
    const written = cell(text).replace(/^"/, "");
    expect(written.startsWith("'")).toBe(true);
  });

  test("the names of columns are cells as well", () => {
    expect(csvOf(["=a", "b"], [])).toBe("\uFEFF'=a,b\r\n");
  });
});
