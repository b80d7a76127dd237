import { describe, expect, test } from "vitest";
import {
  blankRow,
  declarationsOf,
  foundRow,
  isUntouched,
  rowsOf,
  rowsSent,
  typedValue,
  valuesSent,
} from "../../src/console/blueprints/declared.ts";
import { foundIn } from "../../src/console/blueprints/findings.ts";
import { highlightCharsMax, highlightLines } from "../../src/console/blueprints/highlight.ts";
import type { Declarations } from "../../src/polykomos/blueprints/sql/variables.ts";
import { startProcessorClock } from "../support/processor-clock.ts";

const textOf = (sql: string) =>
  highlightLines(sql)
    .map((line) => line.map(({ text }) => text).join(""))
    .join("\n");

const kindsOf = (sql: string) =>
  highlightLines(sql)
    .flat()
    .flatMap(({ kind, text }) => (kind ? [`${kind}:${text}`] : []));

describe("SQL in colours", () => {
  test.each([
    ["select 1 -- all", ["keyword:select", "number:1", "comment:-- all"]],
    [
      "SELECT 'it''s' FROM \"From\"",
      ["keyword:SELECT", "string:'it''s'", "keyword:FROM", 'name:"From"'],
    ],
    [
      "INSERT INTO {{t:ident}} VALUES ({{a}})",
      [
        "keyword:INSERT",
        "keyword:INTO",
        "variable:{{t:ident}}",
        "keyword:VALUES",
        "variable:{{a}}",
      ],
    ],
    ["$f$ select 'x' $f$ and", ["string:$f$ select 'x' $f$", "keyword:and"]],
    ["/* select\n1 */ a1", ["comment:/* select", "comment:1 */"]],
    [
      "{{#mysql}}`select`{{/mysql}}",
      ["variable:{{#mysql}}", "name:`select`", "variable:{{/mysql}}"],
    ],
    ["'open", ["string:'open"]],
    ["/* open", ["comment:/* open"]],
    ["selection", []],
  ])("%j", (sql, kinds) => {
    expect(kindsOf(sql)).toEqual(kinds);
  });

  test.each(["", "\n", "a\n\nb\n", "'a\nb'", "$$\n$$\n", "{{a", "\u2028'", "x".repeat(200_000)])(
    "nothing of the text is lost: %j",
    (sql) => {
      expect(textOf(sql)).toBe(sql);
    },
  );

  test.each([
    ["quotes", "'"],
    ["dollars with tags", "$a$ $b$ "],
    ["opened comments", "/*"],
    ["braces", "{{"],
    ["words", "select_"],
  ])("a text full of %s costs little", (_, piece) => {
    const sql = piece.repeat(Math.floor(highlightCharsMax / piece.length));
    const processorMs = startProcessorClock();
    expect(textOf(sql)).toBe(sql);
    // Of the square of its length it would be minutes.
    expect(processorMs()).toBeLessThan(5_000);
  });
});

describe("declared variables as rows of a form", () => {
  const declared: Declarations = {
    plain: {},
    full: {
      type: "integer",
      required: false,
      default: 3,
      description: "How many",
      enum: [1, 2, 3],
    },
    empty: { type: "string", default: "" },
    code: { pattern: "^[A-Z]+$", required: true },
    any: { type: "json", default: { a: [1] } },
    nothing: { default: null, description: null },
    quoted: { enum: ["1", "true", "two\nlines"] },
  };

  /** What a browser sends of rows that it was shown. */
  function sentAgain(rows: ReturnType<typeof rowsOf>, change: Record<string, string> = {}) {
    const form = new URLSearchParams();
    for (const row of [...rows, blankRow]) {
      form.append("v_name", row.name);
      form.append("v_type", row.type);
      form.append("v_need", row.need);
      form.append("v_default", change[row.name] ?? row.byDefault);
      form.append("v_description", row.description);
      form.append("v_pattern", row.pattern);
      form.append("v_allowed", row.allowed.replaceAll("\n", "\r\n"));
      form.append("v_original", row.original);
      form.append("v_found", row.isFound ? "1" : "");
    }
    return rowsSent(form);
  }

  test("what nobody touched comes back as it was", () => {
    expect(declarationsOf(sentAgain(rowsOf(declared)))).toEqual(declared);
  });

  test("what was changed is of the variable's type", () => {
    const changed = declarationsOf(sentAgain(rowsOf(declared), { full: "2" }));
    expect(changed).toEqual({ ...declared, full: { ...declared.full, default: 2 } });
  });

  test("a row that the SQL brought is known until somebody touches it", () => {
    const [row] = sentAgain([foundRow("customer")]);
    expect(row && isUntouched(row)).toBe(true);
    const [touched] = sentAgain([foundRow("customer")], { customer: "Ada" });
    expect(touched && isUntouched(touched)).toBe(false);
  });

  test.each([
    ["integer", "12", 12],
    ["integer", "twelve", "twelve"],
    ["number", " ", " "],
    ["boolean", "true", true],
    ["boolean", "yes", "yes"],
    ["json", '{"a":1}', { a: 1 }],
    ["json", "{", "{"],
    ["string", "12", "12"],
    ["date", "2026-01-01", "2026-01-01"],
  ] as const)("%s: %j", (type, text, value) => {
    expect(typedValue(type, text)).toEqual(value);
  });

  test("an empty field of a value is none", () => {
    const form = new URLSearchParams({ value_plain: "", value_full: "2", value_code: "A\r\nB" });
    expect(valuesSent(declared, form)).toEqual({ full: 2, code: "A\nB" });
  });
});

test("a finding is taken apart into its code, its line and what it says", () => {
  const errors = [
    "syntax: line 12: expected a name: found )",
    "too_many_statements: 3 is the most",
  ];
  const warnings = ["engine_not_supported: mysql: syntax: line 3: no", "odd"];
  expect(foundIn(errors, warnings)).toEqual([
    { kind: "error", code: "too_many_statements", line: null, message: "3 is the most" },
    {
      kind: "warning",
      code: "engine_not_supported",
      line: null,
      message: "mysql: syntax: line 3: no",
    },
    { kind: "warning", code: "", line: null, message: "odd" },
    { kind: "error", code: "syntax", line: 12, message: "expected a name: found )" },
  ]);
});
