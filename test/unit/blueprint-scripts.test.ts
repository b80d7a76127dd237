import { describe, expect, test } from "vitest";
import {
  lengthProblem,
  writeStatements,
} from "../../src/polykomos/blueprints/applications/statements.ts";
import { checkScript } from "../../src/polykomos/blueprints/sql/check.ts";
import { postgresCuts } from "../../src/polykomos/blueprints/sql/postgres-lexer.ts";
import { startProcessorClock } from "../support/processor-clock.ts";

describe("a script is read in time that grows with its length alone", () => {
  test.each([
    ["a string before a deep indent", `SELECT 'a'\n${" ".repeat(100_000)}, 'b'; SELECT 2`],
    ["a string before a line of dashes", `SELECT 'a' ${"-".repeat(100_000)}\n, 'b'; SELECT 2`],
    ["strings before many comments", `SELECT ${"'a' -- --\n,".repeat(10_000)} 'b'; SELECT 2`],
  ])("with %s", (_, script) => {
    const processorMs = startProcessorClock();
    expect(postgresCuts(script)).toHaveLength(2);
    expect(processorMs()).toBeLessThan(5_000);
  });

  test("with a hundred thousand comments that only some servers execute", async () => {
    const processorMs = startProcessorClock();
    const { errors } = await checkScript("/*!80000 a */\n".repeat(70_000), ["mysql"], null);
    expect(processorMs()).toBeLessThan(10_000);
    const comments = errors.filter((text) => text.startsWith("executable_comment: "));
    expect(comments).toHaveLength(100);
    expect(comments[1]).toMatch(/^executable_comment: line 2: /);
  });
});

test("what is found in a script is told up to a bound", async () => {
  const script = "SELECT {{nobody}};\n".repeat(5_000);
  const { errors } = await checkScript(script, ["mysql"], {});
  expect(errors).toHaveLength(100);
  expect(errors[1]).toMatch(/^undeclared_variable: line 2: /);
});

test.each([
  ["INSERT t VALUES (1 + 1)", "t"],
  ["INSERT IGNORE INTO t SELECT 1", "t"],
  ["REPLACE t SELECT 1", "t"],
  ["INSERT INTO `a``b` (c) VALUES (1)", "a`b"],
  ["WITH c AS (SELECT 1) UPDATE t SET a = 1 WHERE b = 2", "t"],
  ["ALTER TABLE IF EXISTS t ADD b INT", "t"],
  ["CREATE TABLE IF NOT EXISTS event (`function` INT, b INT)", "event"],
])("the statement %j is about %j", async (script, target) => {
  const { errors, pieces } = await checkScript(script, ["mysql"], null);
  expect([errors, pieces.mysql?.map((piece) => piece.target)]).toEqual([[], [target]]);
});

test.each([
  ["ALTER TABLE t DROP COLUMN IF EXISTS a", "drop_column: line 1: t.a"],
  ["ALTER TABLE t ADD IF NOT EXISTS a INT NOT NULL", "not_null_on_existing: line 1: t.a"],
])("what %j does is told of its column", async (script, warning) => {
  const { warnings } = await checkScript(script, ["mysql"], null);
  expect(warnings).toEqual([warning]);
});

test("values that would make more than 8 MiB of a script are refused, and just that is not", () => {
  const value = "x".repeat(65_534);
  // Two quotes around each value, and eight characters of the script for each.
  const problem = (uses: number, more: string) =>
    lengthProblem(
      "mysql",
      { sqlContent: "{{a}},  ".repeat(uses) + more, variables: { a: {}, b: {} } },
      { a: value, b: "y" },
    );
  const eachChars = value.length + 2 + 8;
  const uses = Math.floor((8 * 1_024 * 1_024) / eachChars);
  const rest = 8 * 1_024 * 1_024 - uses * eachChars;
  expect(problem(uses, " ".repeat(rest))).toBeNull();
  expect(problem(uses, " ".repeat(rest + 1))).toMatchObject({ name: "a" });
});

/** The statements of a script as they go to a MySQL server. */
async function written(sqlContent: string, values: Record<string, unknown> = {}) {
  const variables = Object.fromEntries(Object.keys(values).map((name) => [name, {}]));
  const check = await checkScript(sqlContent, ["mysql"], variables);
  expect(check.errors).toEqual([]);
  const source = { sqlContent, variables, pieces: check.pieces.mysql ?? [] };
  const statements = await writeStatements("mysql", source, values);
  return statements.map(({ text }) => text.replaceAll(/\s+/g, " ").trim());
}

describe("a comment that every MySQL server executes is written out", () => {
  test.each([
    ["at the end of a statement", "SELECT 1 /*!40100 , 2 */", ["SELECT 1 , 2"]],
    ["as a statement of its own", "/*!40101 SET @a = 1 */; SELECT 1", ["SET @a = 1", "SELECT 1"]],
    ["at the beginning of a statement", "/*!40101 SELECT */ 1", ["SELECT 1"]],
    ["in two halves", "/*!40101 SET @a = 1 */ /*!40101 , @b = 2 */", ["SET @a = 1 , @b = 2"]],
    ["around two statements", "/*!40101 SELECT 1; SELECT 2 */", ["SELECT 1", "SELECT 2"]],
  ])("%s", async (_, script, statements) => {
    expect(await written(script)).toEqual(statements);
  });

  test("in a script with values as well", async () => {
    const script = "SELECT {{a}} /*!40100 , 2 */, '/*!40100 */ {{'; SELECT {{a}}";
    const values = { a: "/*!40100 */" };
    expect(await written(script, values)).toEqual([
      "SELECT '/*!40100 */' , 2 , '/*!40100 */ {{'",
      "SELECT '/*!40100 */'",
    ]);
  });
});
