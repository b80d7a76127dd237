import type { JsonValue } from "../../fleet/questions.ts";
import type { Catalog } from "./catalog/catalog.ts";
import type { Answered } from "./run/outcome.ts";
import type { ExecutionRow } from "./store.ts";

/** What the wire shows of a question. Columns of the same name are told apart by a number, for a row is an object. */
function uniqueNames(columns: readonly string[]): string[] {
  const taken = new Set<string>();
  return columns.map((column) => {
    let name = column;
    for (let number = 2; taken.has(name); number++) name = `${column}_${number}`;
    taken.add(name);
    return name;
  });
}

function rowObjects(
  columns: readonly string[],
  rows: readonly JsonValue[][],
): Record<string, JsonValue>[] {
  const names = uniqueNames(columns);
  return rows.map((row) =>
    // Makes own properties, whatever a column is called.
    Object.fromEntries(names.map((name, index) => [name, row[index] ?? null])),
  );
}

const nothing = { rows: [], rowCount: 0, truncated: false, affectedRows: 0, statementsExecuted: 1 };

function viewResult(outcome: Answered, maxRows: number): Record<string, unknown> {
  switch (outcome.kind) {
    case "read": {
      const { columns, rows, isTruncated } = outcome.answer;
      return {
        ...nothing,
        type: "select",
        rows: rowObjects(columns, rows),
        rowCount: rows.length,
        truncated: isTruncated,
        maxRows,
      };
    }
    case "changed":
      return { ...nothing, type: "write", maxRows, affectedRows: outcome.affectedRows };
    case "defined":
      return { ...nothing, type: "ddl", maxRows };
  }
}

/** The answer to a question; `maxRows` is the bound that cut its rows off. */
export function viewAnswer(
  outcome: Answered,
  queryId: number,
  maxRows: number,
): Record<string, unknown> {
  const { sql, translator, confidence } = outcome.written;
  const result = viewResult(outcome, maxRows);
  return { success: true, sql, result, query_id: queryId, translator, confidence };
}

export function viewExecution(row: ExecutionRow): Record<string, unknown> {
  return {
    object: "query_execution",
    id: row.id,
    database_uuid: row.databaseUuid,
    query: row.question,
    status: row.status,
    sql: row.sql,
    statement_class: row.statementClass,
    translator: row.translator,
    confidence: row.confidence,
    error: row.errorCode === null ? null : { code: row.errorCode, message: row.errorMessage ?? "" },
    row_count: row.rowCount,
    affected_rows: row.affectedRows,
    duration_ms: row.durationMs,
    created_at: row.createdAt,
  };
}

export function viewSchema(databaseUuid: string, { tables }: Catalog): Record<string, unknown> {
  return {
    object: "database_schema",
    database_uuid: databaseUuid,
    tables: tables.map((table) => ({
      schema: table.schema,
      name: table.name,
      is_view: table.isView,
      comment: table.comment,
      row_estimate: table.rowEstimate,
      columns: table.columns.map(({ name, type, isNullable, comment }) => ({
        name,
        type,
        is_nullable: isNullable,
        comment,
      })),
      primary_key: table.primaryKey,
      foreign_keys: table.foreignKeys,
    })),
  };
}
