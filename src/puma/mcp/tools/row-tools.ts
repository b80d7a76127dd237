import * as z from "zod";
import { type PumaReply, prepared } from "../../endpoint.ts";
import { batchOperationsMax, queryLimitDefault, queryLimitMax } from "../../limits.ts";
import { createQueryLink } from "../../links/contract.ts";
import { draftedLink } from "../../links/new-link.ts";
import { queryTarget } from "../../links/service.ts";
import * as contract from "../../rows/contract.ts";
import { tableNameText } from "../../rows/rules/table-name.ts";
import * as rows from "../../rows/service.ts";
import * as view from "../../rows/view.ts";
import { enclosed } from "../../rules/json-text.ts";
import type { OperationValues } from "../../rules/operation.ts";
import { filterSchema, objectSchema, rowSchema } from "../../schemas.ts";
import { listTables } from "../../tables/contract.ts";
import { tablesView } from "../../tables/view.ts";
import { answerOf, bodyOf, tool } from "./tool.ts";

/** The tools of rows and tables: the operations of the REST API under the same names. */
export const tableField = z.string().describe(`The table: ${tableNameText}`);
const filter = filterSchema.describe(
  "Field and value, all of which must be equal; null also matches an absent field",
);
const id = z.string().describe("The row's id");
const patch = objectSchema.describe("The fields to set; others stay. null is kept as a value.");
export const idempotencyKeyField = z
  .string()
  .describe("A retry with the same key answers the same row for 24 hours")
  .optional();

/** Rows that are longer than this as JSON come with a link for a person: about 4,000 tokens. */
const largeResultCharacters = 16_384;

export const addTool = tool({
  name: "add",
  title: "Add a row",
  description:
    "Add one JSON row to a table, which appears with its first row. Always makes a new row; look or upsert first if the fact may be there already.",
  effect: "adds",
  input: z.strictObject({
    table: tableField,
    row: objectSchema.describe("The row, without id, created_at and updated_at"),
    idempotencyKey: idempotencyKeyField,
  }),
  output: z.object({ row: rowSchema }),
  prepare: (input) => prepared(rows.addRow(input), view.rowView),
});

export const queryTool = tool({
  name: "query",
  title: "Query rows",
  description: `Read rows of a table, newest first unless sorted, at most ${queryLimitDefault} unless limited. A large result, or includeLink, comes with _pumadb_query_link: a page to give to a person.`,
  effect: "reads",
  input: z.strictObject({
    table: tableField,
    filter: filter.optional(),
    sort: z.string().describe("A field; - before it for descending").optional(),
    limit: z.int().min(1).max(queryLimitMax).describe("Most rows to answer").optional(),
    includeLink: z.boolean().describe("Also make a link to a page with these rows").optional(),
  }),
  output: z.object({
    rows: z.array(rowSchema),
    _pumadb_query_link: answerOf(createQueryLink).optional(),
  }),
  prepare({ includeLink = false, ...input }, maker) {
    const { filter, sort } = input;
    const { link, reply } = draftedLink(queryTarget(input), maker, { filter, sort });
    const offer = { link, fromCharacters: includeLink ? 0 : largeResultCharacters };
    return prepared({ ...rows.queryRows(input), offer }, ({ rows: found, linked }) => {
      const after = linked ? `,"_pumadb_query_link":${reply(null).body}}` : "}";
      return { status: 200, body: enclosed('{"rows":', found, after) };
    });
  },
});

export const batchTool = tool({
  name: "batch",
  title: "Run several changes, all or none",
  description: `Run up to ${batchOperationsMax} changes of one table (add, upsert, update_row, update_where, delete) as one write. When one fails, nothing is kept and details.index is its place.`,
  effect: "changes",
  takesMany: true,
  input: bodyOf(contract.batchRows).extend({ table: tableField }),
  output: answerOf(contract.batchRows),
  prepare: (input) => prepared(rows.batchRows(input), view.batchView),
});

export const upsertTool = tool({
  name: "upsert",
  title: "Replace a row, or add it",
  description:
    "Replace the row whose key fields have the same values, or add it if there is none. The way to say a fact once.",
  effect: "changesOnce",
  input: bodyOf(contract.upsertRow).extend({ table: tableField }),
  output: answerOf(contract.upsertRow),
  prepare: (input) => prepared(rows.upsertRow(input), view.upsertedView),
});

export const updateRowTool = tool({
  name: "update_row",
  title: "Change one row",
  description: "Merge a patch into the row with this id. The row as it was is kept as a version.",
  effect: "changesOnce",
  input: z.strictObject({ table: tableField, id, patch }),
  output: answerOf(contract.updateRow),
  prepare: (input) => prepared(rows.updateRow(input), view.rowView),
});

export const updateWhereTool = tool({
  name: "update_where",
  title: "Change the rows that match",
  description:
    "Merge a patch into the rows that match the filter. More than one row is changed only with allowMultiple.",
  effect: "changesOnce",
  input: bodyOf(contract.updateWhere).extend({ table: tableField, filter, patch }),
  output: answerOf(contract.updateWhere).extend({
    rows_left_out: z.boolean().describe("The rows are too long for one result").optional(),
  }),
  prepare: (input) => prepared(rows.updateWhere(input), updatedReply),
});

/** What was changed is changed, so rows that are too long to be told are left out of the answer. */
function updatedReply(value: OperationValues["updateWhere"]): PumaReply {
  if (typeof value.rows === "string") return view.updatedView(value);
  const body = JSON.stringify({ updated: value.updated, rows: [], rows_left_out: true });
  return { status: 200, body };
}

export const listTablesTool = tool({
  name: "list_tables",
  title: "List tables",
  description: "List the account's tables with their number of rows.",
  effect: "reads",
  input: z.strictObject({}),
  output: answerOf(listTables),
  prepare: () => prepared({ kind: "listTables" }, tablesView),
});

export const countTool = tool({
  name: "count",
  title: "Count rows",
  description: "Count the rows of a table, or those that match a filter.",
  effect: "reads",
  input: z.strictObject({ table: tableField, filter: filter.optional() }),
  output: answerOf(contract.countRows),
  prepare: (input) => prepared(rows.countRows(input), view.countView),
});

export const deleteTool = tool({
  name: "delete",
  title: "Delete the rows that match",
  description:
    "Delete the rows that match the filter, which needs at least one field. Each is kept as a version and can be restored.",
  effect: "changesOnce",
  input: z.strictObject({ table: tableField, filter }),
  output: answerOf(contract.deleteRows),
  prepare: (input) => prepared(rows.deleteRows(input), view.deletedView),
});

export const versionsTool = tool({
  name: "versions",
  title: "List a row's earlier versions",
  description: "What a row was before its last changes, newest first, deleted rows included.",
  effect: "reads",
  input: z.strictObject({ table: tableField, id }),
  output: answerOf(contract.listVersions),
  prepare: (input) => prepared(rows.listVersions(input), view.versionsView),
});

export const restoreTool = tool({
  name: "restore",
  title: "Restore a version of a row",
  description:
    "Make a row what it was in a version; a deleted one comes back under its id. The present row is kept as a version first.",
  effect: "changesOnce",
  input: bodyOf(contract.restoreRow).extend({ table: tableField, id }),
  output: answerOf(contract.restoreRow),
  prepare: (input) => prepared(rows.restoreRow(input), view.rowView),
});
