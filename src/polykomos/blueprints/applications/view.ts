import type { z } from "zod";
import type { Values } from "../sql/variables.ts";
import type { blueprintApplication } from "./contract.ts";
import type { ApplicationRow, LogEntry } from "./store.ts";

/** What the wire shows of an application. */
export function viewApplication(
  row: ApplicationRow,
  values: Values,
): z.input<typeof blueprintApplication> {
  return {
    object: "blueprint_application",
    id: row.id,
    blueprint_id: row.blueprintId,
    blueprint_version: row.blueprintVersion,
    database_instance_id: row.databaseId,
    status: row.status,
    is_dry_run: row.isDryRun,
    execution_log: row.log?.map((entry) => viewEntry(row, entry)) ?? null,
    total_duration_ms: row.durationMs,
    statements_total: row.statementsTotal,
    statements_succeeded: row.statementsSucceeded,
    statements_failed: row.statementsFailed,
    error_message: row.errorMessage,
    variable_values: values,
    started_at: row.startedAt,
    completed_at: row.completedAt,
    created_at: row.createdAt,
    blueprint_uuid: row.blueprintUuid,
    database_uuid: row.databaseUuid,
  };
}

/** Whether what a statement did stays: on PostgreSQL only the end of the application tells. */
function isPermanent(row: ApplicationRow, entry: LogEntry): boolean {
  if (row.isDryRun || entry.outcome !== "done") return false;
  return row.engine === "mysql" || row.status === "completed";
}

function viewEntry(row: ApplicationRow, entry: LogEntry): Record<string, unknown> {
  const isUndone = row.status === "rolled_back" && entry.outcome === "done";
  const status = isUndone ? "rolled_back" : entry.outcome === "done" ? "succeeded" : entry.outcome;
  return {
    statement: entry.statement,
    line: entry.line,
    kind: entry.kind,
    target: entry.target,
    status,
    permanent: isPermanent(row, entry),
    rows: entry.rows,
    duration_ms: entry.ms,
    ...(entry.note === undefined ? {} : { message: entry.note }),
  };
}
