import { describe, expect, test } from "vitest";
import { errorText, keptText } from "../../src/lib/kept-text.ts";
import { reasonOf } from "../../src/polykomos/servers/check.ts";

describe("what an error says is text that the store takes", () => {
  test("a character that the cut goes through does not stay by half", () => {
    for (const cut of [reasonOf, (error: unknown) => errorText(error, 300)]) {
      const text = cut(new Error(`${"x".repeat(299)}😀 and more`));
      expect(text).toBe(`${"x".repeat(299)}\ufffd`);
    }
  });

  test("a NUL is replaced", () => {
    expect(reasonOf(new Error("a\0b"))).toBe("a\ufffdb");
  });

  test("what is thrown need not be an error", () => {
    expect(errorText("no room", 100)).toBe("no room");
    expect(errorText(undefined, 100)).toBe("undefined");
  });
});

test("a secret is taken out before the text is cut, so that no part of it stays", () => {
  const sealed = `v1.k1.${"a".repeat(16)}.${"b".repeat(40)}`;
  expect(keptText(`${"x".repeat(90)} ${sealed}`, 100)).toBe(`${"x".repeat(90)} sealed…`);
});
