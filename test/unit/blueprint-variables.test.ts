import { describe, expect, test } from "vitest";
import {
  checkDeclarations,
  type Declaration,
  isName,
  resolveValues,
  type VariableType,
  valueWriter,
} from "../../src/polykomos/blueprints/sql/variables.ts";

function write(engine: "postgres" | "mysql", declaration: Declaration, value: unknown): string {
  const placeholder = { name: "v", isIdentifier: false } as Parameters<
    ReturnType<typeof valueWriter>
  >[0];
  return valueWriter(engine, { v: declaration }, { v: value })(placeholder);
}

function problemWith(declaration: Declaration, value: unknown): string | null {
  const resolved = resolveValues({ v: declaration }, { v: value });
  return resolved.ok ? null : (resolved.problems[0]?.message ?? "");
}

const taken: Record<VariableType, { right: unknown[]; wrong: unknown[] }> = {
  string: {
    right: ["", "a", "😀", "\\u0000", "x".repeat(65_536)],
    wrong: [1, true, [], {}, "a\0", "\ud800"],
  },
  integer: { right: [0, -1, 2 ** 53 - 1], wrong: [1.5, 2 ** 53, "1", true] },
  number: { right: [0, -0.5, 1e308], wrong: ["1", true, []] },
  boolean: { right: [true, false], wrong: [0, 1, "true"] },
  date: { right: ["2024-02-29"], wrong: ["2023-02-29", "2024-1-1", "2024-01-01T00:00:00Z", 0] },
  datetime: {
    right: ["2024-02-29T23:59:59Z", "2024-01-01 00:00:00", "2024-01-01T00:00:00.123456+02:00"],
    wrong: [
      "2024-02-30T00:00:00Z",
      "2024-01-01",
      "2024-01-01T24:00:00Z",
      "2024-01-01T00:00:00+24:00",
      0,
    ],
  },
  uuid: {
    right: ["00000000-0000-4000-8000-00000000000A"],
    wrong: ["00000000000040008000000000000000", "x", 1],
  },
  json: {
    right: [{}, [], "a", 1, false, { a: [null] }, "\\u0000", "\\\\ud800", "😀"],
    wrong: ["a\0", { a: "\ud800" }],
  },
};

describe.each(Object.entries(taken))("a variable of the type %s", (type, { right, wrong }) => {
  const declaration = { type: type as VariableType };
  test.each(right)("takes %j", (value) => expect(problemWith(declaration, value)).toBeNull());
  test.each(wrong)("refuses %j by name", (value) => {
    expect(problemWith(declaration, value)).toMatch(/^v must be /);
  });
});

test.each([
  ["a value that is not declared", {}, { x: 1 }, "x is not declared"],
  ["a missing value without a default", { v: {} }, {}, "v is required"],
  ["null where a value is required", { v: {} }, { v: null }, "v is required"],
  [
    "a value outside the enum",
    { v: { enum: ["a", "b"] } },
    { v: "c" },
    'v must be one of "a", "b"',
  ],
  ["a value unlike the pattern", { v: { pattern: "^a+$" } }, { v: "b" }, "v must match ^a+$"],
  ["a name of the prototype", {}, { constructor: 1 }, "constructor is not declared"],
])("%s is refused with words", (_, declarations, given, message) => {
  expect(resolveValues(declarations as Record<string, Declaration>, given)).toEqual({
    ok: false,
    problems: [expect.objectContaining({ message })],
  });
});

test.each([
  ["the default", { v: { default: "a" } }, {}, { v: "a" }],
  ["null, when it is not required", { v: { required: false } }, {}, { v: null }],
  ["what was given", { v: { default: "a" } }, { v: "b" }, { v: "b" }],
  [
    "a variable called constructor",
    { constructor: {} },
    { constructor: "c" },
    { constructor: "c" },
  ],
])("a value becomes %s", (_, declarations, given, values) => {
  const resolved = resolveValues(declarations as Record<string, Declaration>, given);
  expect(resolved).toEqual({ ok: true, values });
});

test.each([
  ["postgres", "x".repeat(63), true],
  ["postgres", "x".repeat(64), false],
  ["mysql", "é".repeat(31), true],
  ["mysql", "é".repeat(32), false],
  ["mysql", "ends in a space ", false],
  ["mysql", "", false],
  ["mysql", 1, false],
] as ["postgres" | "mysql", unknown, boolean][])("on %s %j is a name: %j", (engine, value, is) => {
  expect(isName(engine, value)).toBe(is);
});

test.each([
  ["a default of another type", { default: 1 }, "default of v: v must be a text"],
  ["a default outside the enum", { default: "c", enum: ["a"] }, "default of v: v must be one of"],
  ["an enum of another type", { type: "integer", enum: ["a"] }, "enum of v: v must be a whole"],
  ["a pattern that cannot be matched", { pattern: "(a)\\1" }, "pattern of v: "],
  [
    "a pattern on a number",
    { type: "integer", pattern: "1" },
    "v: only a string may have a pattern",
  ],
] as [string, Declaration, string][])("the declaration with %s is refused", (_, v, message) => {
  expect(checkDeclarations({ v })).toEqual([
    { name: "v", message: expect.stringContaining(message) },
  ]);
});

test.each([
  ["postgres", { type: "string" }, "it's", "'it''s'"],
  ["mysql", { type: "string" }, "it's", "'it''s'"],
  ["postgres", { type: "integer" }, -1, "(-1)"],
  ["mysql", { type: "number" }, -0, "(0)"],
  ["postgres", { type: "number" }, 1.5, "1.5"],
  ["postgres", { type: "boolean" }, true, "TRUE"],
  ["mysql", { type: "boolean" }, false, "FALSE"],
  ["postgres", { type: "string" }, null, "NULL"],
  ["postgres", { type: "datetime" }, "2024-01-01T00:00:00+02:00", "'2024-01-01T00:00:00+02:00'"],
  ["mysql", { type: "datetime" }, "2024-01-01T00:00:00.5+02:00", "'2023-12-31 22:00:00.5'"],
  ["mysql", { type: "datetime" }, "2024-01-01T00:00:00", "'2024-01-01 00:00:00'"],
] as ["postgres" | "mysql", Declaration, unknown, string][])(
  "on %s a %j of %j is written %s",
  (engine, declaration, value, literal) => {
    expect(write(engine, declaration, value)).toBe(literal);
  },
);
