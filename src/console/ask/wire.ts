import type { SchemaTableView } from "../../polykomos/queries/contract.ts";

/** The answers of the API that these pages show. */
export type { SchemaTableView };

export type AnswerView = {
  sql: string;
  result: {
    type: "select" | "write" | "ddl";
    rows: Record<string, unknown>[];
    rowCount: number;
    truncated: boolean;
    maxRows: number;
    affectedRows: number;
  };
  translator: string;
  confidence: number;
};

export type ExecutionView = {
  id: number;
  query: string;
  status: "running" | "writing" | "succeeded" | "failed" | "refused" | "awaiting_confirmation";
  sql: string | null;
  statement_class: "read" | "write" | "ddl" | null;
  error: { code: string; message: string } | null;
  row_count: number | null;
  affected_rows: number | null;
  created_at: string;
};

export const askPath = "/console/ask";

export function askOf(uuid: string): string {
  return `${askPath}/${uuid}`;
}
