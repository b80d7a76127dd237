import type { Statement } from "./statements.ts";

/** A statement with its place in the script, counted from 1. */
export type NumberedStatement = Statement & { number: number };

const groupStatementsMax = 250;
const groupCharsMax = 256 * 1_024;
const rowChanges = new Set(["insert", "replace", "update", "delete"]);

/**
 * Statements that go to the server together. In one transaction any may; where each is permanent by
 * itself only plain changes of rows may, and what changes the schema goes alone.
 */
export function groupsOf(
  statements: readonly Statement[],
  isTransaction: boolean,
): NumberedStatement[][] {
  const groups: NumberedStatement[][] = [];
  let chars = 0;
  for (const [index, statement] of statements.entries()) {
    const numbered = { ...statement, number: index + 1 };
    const group = groups.at(-1);
    const before = group?.at(-1);
    const mayJoin =
      isTransaction || (rowChanges.has(statement.kind) && rowChanges.has(before?.kind ?? ""));
    const fits =
      group && group.length < groupStatementsMax && chars + statement.text.length <= groupCharsMax;
    if (group && mayJoin && fits) {
      group.push(numbered);
      chars += statement.text.length;
    } else {
      groups.push([numbered]);
      chars = statement.text.length;
    }
  }
  return groups;
}
