import { canonicalJson } from "../../lib/canonical-json.ts";
import { sha256Hex } from "../../lib/secrets.ts";
import { unreachable } from "../../lib/unreachable.ts";
import { isPumaFault, pumaFault } from "../rules/code.ts";
import type { Idempotency, RowChange } from "../rules/operation.ts";
import type { BatchOperation } from "./contract.ts";
import { contentOf, type RowContent, reservedFieldIn } from "./rules/content.ts";
import { type Filter, filterFrom } from "./rules/filter.ts";
import { isJsonScalar, type JsonObject, jsonTextOf } from "./rules/json-value.ts";
import { defaultSort, type Sort, sortFrom } from "./rules/order.ts";

/** Turns checked input into what the account's object is asked. Pure; throws Faults. */
const tableName = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/;
const idempotencyKeyShape = /^[\x20-\x7e]{1,255}$/;

/** Faults: `invalid_table_name`. */
export function tableFrom(name: string): string {
  if (tableName.test(name)) return name;
  throw pumaFault("invalid_table_name", undefined, { table: name.slice(0, 100) });
}

/** A filter that may match everything. */
export function optionalFilter(value: unknown): Filter {
  return value === undefined ? [] : filterFrom(value);
}

/** A filter of at least one field. Faults: `empty_filter`. */
export function neededFilter(value: unknown): Filter {
  const filter = filterFrom(value);
  if (filter.length > 0) return filter;
  throw pumaFault("empty_filter", undefined, { field: "filter" });
}

export function sortFromParameter(text: string | undefined): Sort {
  if (text === undefined) return defaultSort;
  const sort = sortFrom(text);
  if (sort) return sort;
  throw pumaFault("invalid_request", "sort must name a field, with - before it for descending", {
    field: "sort",
  });
}

function refuseReserved(row: JsonObject): void {
  const field = reservedFieldIn(row);
  if (field === undefined) return;
  throw pumaFault("reserved_field", `${field} belongs to the server and cannot be sent`, { field });
}

/** Faults: `reserved_field`. */
export function contentFrom(row: JsonObject): RowContent {
  refuseReserved(row);
  return contentOf(row);
}

/** The JSON text of a patch. Faults: `reserved_field`. */
export function patchFrom(patch: JsonObject): string {
  refuseReserved(patch);
  return jsonTextOf(patch);
}

/** The filter that finds the row to replace. Faults: `invalid_key`. */
export function matchFrom(key: string | string[], row: JsonObject): Filter {
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

/** What tells two adds with one key apart: the table and the row, however it was written. */
export function idempotencyFrom(
  key: string | null | undefined,
  table: string,
  row: JsonObject,
): Idempotency | null {
  if (key === null || key === undefined) return null;
  if (!idempotencyKeyShape.test(key)) throw pumaFault("invalid_idempotency_key");
  return { key, fingerprint: sha256Hex(`${table} ${canonicalJson(row)}`) };
}

/** The changes of a batch. A Fault says in `details.index` which operation is wrong. */
export function changesFrom(table: string, operations: readonly BatchOperation[]): RowChange[] {
  return operations.map((operation, index) => {
    try {
      return changeFrom(table, operation);
    } catch (error) {
      if (!isPumaFault(error)) throw error;
      throw pumaFault(error.code, error.message, { ...error.details, index });
    }
  });
}

function changeFrom(table: string, operation: BatchOperation): RowChange {
  switch (operation.action) {
    case "add": {
      const { row, idempotencyKey } = operation;
      const idempotency = idempotencyFrom(idempotencyKey, table, row);
      return { kind: "add", row: contentFrom(row), idempotency };
    }
    case "upsert": {
      const { key, row } = operation;
      return { kind: "upsert", row: contentFrom(row), match: matchFrom(key, row) };
    }
    case "update_row":
      return { kind: "updateRow", id: operation.id, patch: patchFrom(operation.patch) };
    case "update_where": {
      const { filter, patch, allowMultiple } = operation;
      return {
        kind: "updateWhere",
        filter: neededFilter(filter),
        patch: patchFrom(patch),
        allowMultiple,
      };
    }
    case "delete":
      return { kind: "delete", filter: neededFilter(operation.filter) };
    default:
      return unreachable(operation);
  }
}
