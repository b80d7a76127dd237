import { batchBytesMax, prepared, pumaEndpoint } from "../endpoint.ts";
import { jsonParameter } from "../input.ts";
import * as contract from "./contract.ts";
import * as rows from "./service.ts";
import * as view from "./view.ts";

export const rowEndpoints = [
  pumaEndpoint(contract.queryRows, ({ params, query }) => {
    const filter = filterParameter(query.filter);
    return prepared(rows.queryRows({ ...params, ...query, filter }), view.rowsView);
  }),

  pumaEndpoint(
    contract.addRow,
    ({ params, body }, { headers }) => {
      const idempotencyKey = headers.get("idempotency-key");
      return prepared(rows.addRow({ ...params, row: body, idempotencyKey }), view.addedView);
    },
    { sizeStatus: 413 },
  ),

  pumaEndpoint(contract.deleteRows, ({ params, body }) =>
    prepared(rows.deleteRows({ ...params, ...body }), view.deletedView),
  ),

  pumaEndpoint(contract.upsertRow, ({ params, body }) =>
    prepared(rows.upsertRow({ ...params, ...body }), view.upsertedView),
  ),

  pumaEndpoint(
    contract.batchRows,
    ({ params, body }) => prepared(rows.batchRows({ ...params, ...body }), view.batchView),
    { bodyBytesMax: batchBytesMax, sizeStatus: 413 },
  ),

  pumaEndpoint(contract.updateRow, ({ params, body }) =>
    prepared(rows.updateRow({ ...params, ...body }), view.rowView),
  ),

  pumaEndpoint(contract.updateWhere, ({ params, body }) =>
    prepared(rows.updateWhere({ ...params, ...body }), view.updatedView),
  ),

  pumaEndpoint(contract.countRows, ({ params, query }) =>
    prepared(rows.countRows({ ...params, filter: filterParameter(query.filter) }), view.countView),
  ),

  pumaEndpoint(contract.listVersions, ({ params, query }) =>
    prepared(rows.listVersions({ ...params, ...query }), view.versionsView),
  ),

  pumaEndpoint(contract.restoreRow, ({ params, body }) =>
    prepared(rows.restoreRow({ ...params, ...body }), view.rowView),
  ),
];

/** The filter in a query parameter; `null`, which is no filter, for what is not JSON. */
function filterParameter(text: string | undefined): unknown {
  return text === undefined ? undefined : (jsonParameter(text) ?? null);
}
