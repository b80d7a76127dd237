import { batchBytesMax, prepared, pumaEndpoint } from "../endpoint.ts";
import { jsonParameter } from "../input.ts";
import { queryLimitDefault } from "../limits.ts";
import * as contract from "./contract.ts";
import * as rows from "./service.ts";
import * as view from "./view.ts";

function filterParameter(text: string | undefined) {
  return rows.optionalFilter(text === undefined ? undefined : (jsonParameter(text) ?? null));
}

export const rowEndpoints = [
  pumaEndpoint(contract.queryRows, "reads", ({ params, query }) =>
    prepared(
      {
        kind: "query",
        table: rows.tableFrom(params.table),
        filter: filterParameter(query.filter),
        sort: rows.sortFromParameter(query.sort),
        limit: query.limit ?? queryLimitDefault,
      },
      view.rowsView,
    ),
  ),

  pumaEndpoint(contract.addRow, "writes", ({ params, body }, { headers }) => {
    const table = rows.tableFrom(params.table);
    const row = rows.contentFrom(body);
    const idempotency = rows.idempotencyFrom(headers.get("idempotency-key"), table, body);
    return prepared({ kind: "add", table, row, idempotency }, view.addedView);
  }),

  pumaEndpoint(contract.deleteRows, "writes", ({ params, body }) =>
    prepared(
      {
        kind: "delete",
        table: rows.tableFrom(params.table),
        filter: rows.neededFilter(body.filter),
      },
      view.deletedView,
    ),
  ),

  pumaEndpoint(contract.upsertRow, "writes", ({ params, body }) =>
    prepared(
      {
        kind: "upsert",
        table: rows.tableFrom(params.table),
        row: rows.contentFrom(body.row),
        match: rows.matchFrom(body.key, body.row),
      },
      view.upsertedView,
    ),
  ),

  pumaEndpoint(
    contract.batchRows,
    "writes",
    ({ params, body }) => {
      const table = rows.tableFrom(params.table);
      const changes = rows.changesFrom(table, body.operations);
      return prepared({ kind: "batch", table, changes }, view.batchView);
    },
    batchBytesMax,
  ),

  pumaEndpoint(contract.updateRow, "writes", ({ params, body }) =>
    prepared(
      {
        kind: "updateRow",
        table: rows.tableFrom(params.table),
        id: body.id,
        patch: rows.patchFrom(body.patch),
      },
      view.rowView,
    ),
  ),

  pumaEndpoint(contract.updateWhere, "writes", ({ params, body }) =>
    prepared(
      {
        kind: "updateWhere",
        table: rows.tableFrom(params.table),
        filter: rows.neededFilter(body.filter),
        patch: rows.patchFrom(body.patch),
        allowMultiple: body.allowMultiple,
      },
      view.updatedView,
    ),
  ),

  pumaEndpoint(contract.countRows, "reads", ({ params, query }) =>
    prepared(
      {
        kind: "count",
        table: rows.tableFrom(params.table),
        filter: filterParameter(query.filter),
      },
      view.countView,
    ),
  ),

  pumaEndpoint(contract.listVersions, "reads", ({ params, query }) =>
    prepared(
      { kind: "versions", table: rows.tableFrom(params.table), id: query.id },
      view.versionsView,
    ),
  ),

  pumaEndpoint(contract.restoreRow, "writes", ({ params, body }) =>
    prepared(
      {
        kind: "restore",
        table: rows.tableFrom(params.table),
        id: body.id,
        version: body.version,
      },
      view.rowView,
    ),
  ),
];
