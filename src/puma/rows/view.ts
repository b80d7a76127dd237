import { unreachable } from "../../lib/unreachable.ts";
import type { PumaReply } from "../endpoint.ts";
import { enclosed, type JsonText } from "../rules/json-text.ts";
import type { BatchedValue, OperationValues } from "../rules/operation.ts";
import { isoTime } from "../rules/time-text.ts";

/** How rows are answered. Rows arrive as finished JSON text and are only put in their places. */
export function rowsView({ rows }: OperationValues["query"]): PumaReply {
  return { status: 200, body: enclosed('{"rows":', rows, "}") };
}

export function addedView({ row, replayed }: OperationValues["add"]): PumaReply {
  if (!replayed) return { status: 201, body: row };
  return { status: 201, body: row, headers: { "idempotent-replayed": "true" } };
}

export function rowView({ row }: { row: string }): PumaReply {
  return { status: 200, body: wrappedRow(row) };
}

export function upsertedView({ created, row }: OperationValues["upsert"]): PumaReply {
  return { status: 200, body: upserted(created, row) };
}

export function updatedView({ updated, rows }: OperationValues["updateWhere"]): PumaReply {
  return { status: 200, body: enclosed(...updatedAround(updated, rows)) };
}

export function deletedView({ deleted }: OperationValues["delete"]): PumaReply {
  return { status: 200, body: JSON.stringify({ deleted }) };
}

export function countView({ count }: OperationValues["count"]): PumaReply {
  return { status: 200, body: JSON.stringify({ count }) };
}

export function versionsView({ versions }: OperationValues["versions"]): PumaReply {
  const items = versions.map(({ version, archivedAtMs, deleted, row }) => {
    const about = JSON.stringify({ version, archived_at: isoTime(archivedAtMs), deleted });
    return `${about.slice(0, -1)},"row":${row}}`;
  });
  return { status: 200, body: `{"versions":[${items.join(",")}]}` };
}

/** Each result is what the operation alone would have answered. */
export function batchView({ results }: OperationValues["batch"]): PumaReply {
  const items = results.map((result, index) => {
    const action = actionNames[result.kind];
    return `{"index":${index},"action":"${action}","result":${batchedResult(result)}}`;
  });
  return { status: 200, body: `{"results":[${items.join(",")}]}` };
}

const actionNames: Record<BatchedValue["kind"], string> = {
  add: "add",
  upsert: "upsert",
  updateRow: "update_row",
  updateWhere: "update_where",
  delete: "delete",
};

function batchedResult(result: BatchedValue): string {
  switch (result.kind) {
    case "add":
      return result.row;
    case "upsert":
      return upserted(result.created, result.row);
    case "updateRow":
      return wrappedRow(result.row);
    case "updateWhere":
      return updatedAround(result.updated, result.rows).join("");
    case "delete":
      return JSON.stringify({ deleted: result.deleted });
    default:
      return unreachable(result);
  }
}

function wrappedRow(row: string): string {
  return `{"row":${row}}`;
}

function upserted(created: boolean, row: string): string {
  return `{"created":${created},"row":${row}}`;
}

function updatedAround<Rows extends JsonText>(updated: number, rows: Rows): [string, Rows, string] {
  return [`{"updated":${updated},"rows":`, rows, "}"];
}
