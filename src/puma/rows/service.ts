import { canonicalJson } from "../../lib/canonical-json.ts";
import { sha256Hex } from "../../lib/secrets.ts";
import { unreachable } from "../../lib/unreachable.ts";
import { queryLimitDefault } from "../limits.ts";
import { isPumaFault, pumaFault } from "../rules/code.ts";
import type { Idempotency, OperationOf, RowChange } from "../rules/operation.ts";
import type { BatchOperation } from "./contract.ts";
import { contentOf, type RowContent, reservedFieldIn } from "./rules/content.ts";
import { type Filter, filterFrom } from "./rules/filter.ts";
import { isJsonScalar, type JsonObject, jsonTextOf } from "./rules/json-value.ts";
import { defaultSort, type Sort, sortFrom } from "./rules/order.ts";
import { isTableName } from "./rules/table-name.ts";

/**
 * The operations on rows: input that fits its schema → what the account's object is asked. REST, MCP and
 * batches share them. Pure; each throws Faults for what a schema cannot say: `invalid_table_name`,
 * `invalid_filter`, `empty_filter`, `reserved_field`, `invalid_key`, `invalid_idempotency_key`.
 */
type OfTable<Input> = { table: string } & Input;

/** `filter` is any JSON, or left out for every row; `sort` is a field, with - before it for descending. */
export function queryRows(
  input: OfTable<{
    filter?: unknown;
    sort?: string | undefined;
    limit?: number | undefined;
  }>,
): OperationOf<"query"> {
  const { sort, limit = queryLimitDefault } = input;
  const table = tableFrom(input.table);
  return { kind: "query", table, filter: anyFilter(input.filter), sort: sortFromText(sort), limit };
}

export function countRows(input: OfTable<{ filter?: unknown }>): OperationOf<"count"> {
  return { kind: "count", table: tableFrom(input.table), filter: anyFilter(input.filter) };
}

type AddInput = { row: JsonObject; idempotencyKey?: string | null | undefined };

export function addRow(input: OfTable<AddInput>): OperationOf<"add"> {
  const table = tableFrom(input.table);
  return { table, ...addChange(table, input) };
}

type UpsertInput = { key: string | string[]; row: JsonObject };

export function upsertRow(input: OfTable<UpsertInput>): OperationOf<"upsert"> {
  return { table: tableFrom(input.table), ...upsertChange(input) };
}

type UpdateRowInput = { id: string; patch: JsonObject };

export function updateRow(input: OfTable<UpdateRowInput>): OperationOf<"updateRow"> {
  return { table: tableFrom(input.table), ...updateRowChange(input) };
}

type UpdateWhereInput = { filter: JsonObject; patch: JsonObject; allowMultiple: boolean };

export function updateWhere(input: OfTable<UpdateWhereInput>): OperationOf<"updateWhere"> {
  return { table: tableFrom(input.table), ...updateWhereChange(input) };
}

type DeleteInput = { filter: JsonObject };

export function deleteRows(input: OfTable<DeleteInput>): OperationOf<"delete"> {
  return { table: tableFrom(input.table), ...deleteChange(input) };
}

/** A Fault says in `details.index` which of the changes is wrong. */
export function batchRows(
  input: OfTable<{ operations: readonly BatchOperation[] }>,
): OperationOf<"batch"> {
  const table = tableFrom(input.table);
  const changes = input.operations.map((operation, index) => {
    try {
      return changeFrom(table, operation);
    } catch (error) {
      if (!isPumaFault(error)) throw error;
      throw pumaFault(error.code, error.message, { ...error.details, index });
    }
  });
  return { kind: "batch", table, changes };
}

export function listVersions({ table, id }: OfTable<{ id: string }>): OperationOf<"versions"> {
  return { kind: "versions", table: tableFrom(table), id };
}

export function restoreRow({
  table,
  id,
  version,
}: OfTable<{ id: string; version: number }>): OperationOf<"restore"> {
  return { kind: "restore", table: tableFrom(table), id, version };
}

function changeFrom(table: string, operation: BatchOperation): RowChange {
  switch (operation.action) {
    case "add":
      return addChange(table, operation);
    case "upsert":
      return upsertChange(operation);
    case "update_row":
      return updateRowChange(operation);
    case "update_where":
      return updateWhereChange(operation);
    case "delete":
      return deleteChange(operation);
    default:
      return unreachable(operation);
  }
}

type ChangeOf<Kind extends RowChange["kind"]> = Extract<RowChange, { kind: Kind }>;

function addChange(table: string, { row, idempotencyKey }: AddInput): ChangeOf<"add"> {
  const content = contentFrom(row);
  return { kind: "add", row: content, idempotency: idempotencyFrom(idempotencyKey, table, row) };
}

function upsertChange({ key, row }: UpsertInput): ChangeOf<"upsert"> {
  return { kind: "upsert", row: contentFrom(row), match: matchFrom(key, row) };
}

function updateRowChange({ id, patch }: UpdateRowInput): ChangeOf<"updateRow"> {
  return { kind: "updateRow", id, patch: patchFrom(patch) };
}

function updateWhereChange(input: UpdateWhereInput): ChangeOf<"updateWhere"> {
  const { filter, patch, allowMultiple } = input;
  return {
    kind: "updateWhere",
    filter: neededFilter(filter),
    patch: patchFrom(patch),
    allowMultiple,
  };
}

function deleteChange({ filter }: DeleteInput): ChangeOf<"delete"> {
  return { kind: "delete", filter: neededFilter(filter) };
}

/** Faults: `invalid_table_name`. */
export function tableFrom(name: string): string {
  if (isTableName(name)) return name;
  throw pumaFault("invalid_table_name", undefined, { table: name.slice(0, 100) });
}

/** The order that a text such as `-created_at` asks for. Faults: `invalid_request`. */
export function sortFromText(text: string | undefined): Sort {
  if (text === undefined) return defaultSort;
  const sort = sortFrom(text);
  if (sort) return sort;
  throw pumaFault("invalid_request", "sort must name a field, with - before it for descending", {
    field: "sort",
  });
}

/** A filter that may match everything. */
function anyFilter(value: unknown): Filter {
  return value === undefined ? [] : filterFrom(value);
}

/** A filter of at least one field. */
function neededFilter(value: JsonObject): Filter {
  const filter = filterFrom(value);
  if (filter.length > 0) return filter;
  throw pumaFault("empty_filter", undefined, { field: "filter" });
}

function refuseReserved(row: JsonObject): void {
  const field = reservedFieldIn(row);
  if (field === undefined) return;
  throw pumaFault("reserved_field", `${field} belongs to the server and cannot be sent`, { field });
}

function contentFrom(row: JsonObject): RowContent {
  refuseReserved(row);
  return contentOf(row);
}

/** The JSON text of a patch. */
function patchFrom(patch: JsonObject): string {
  refuseReserved(patch);
  return jsonTextOf(patch);
}

/** The filter that finds the row to replace. */
function matchFrom(key: string | string[], row: JsonObject): Filter {
  const fields = typeof key === "string" ? [key] : [...new Set(key)];
  return fields.map((field) => {
    const value = Object.hasOwn(row, field) ? row[field] : undefined;
    if (value !== undefined && isJsonScalar(value)) return [field, value];
    const name = field.slice(0, 200);
    throw pumaFault("invalid_key", `The row needs the key field ${name} with a scalar value`, {
      field: name,
    });
  });
}

const idempotencyKeyShape = /^[\x20-\x7e]{1,255}$/;

/** What tells two adds with one key apart: the table and the row, however it was written. */
function idempotencyFrom(
  key: string | null | undefined,
  table: string,
  row: JsonObject,
): Idempotency | null {
  if (key === null || key === undefined) return null;
  if (!idempotencyKeyShape.test(key)) throw pumaFault("invalid_idempotency_key");
  return { key, fingerprint: sha256Hex(`${table} ${canonicalJson(row)}`) };
}
