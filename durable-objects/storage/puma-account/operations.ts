import { unreachable } from "../../../src/lib/unreachable.ts";
import type { PumaLimits } from "../../../src/puma/limits.ts";
import type { RowIdSource } from "../../../src/puma/rows/rules/row-id.ts";
import { isPumaFault, pumaFault } from "../../../src/puma/rules/code.ts";
import { jsonArray } from "../../../src/puma/rules/json-text.ts";
import type {
  AccountOperation,
  BatchedValue,
  ChangeValues,
  KeyRecord,
  NewKey,
  OperationKind,
  OperationOf,
  OperationValues,
  RowChange,
  RowChangeKind,
} from "../../../src/puma/rules/operation.ts";
import { countKeys, insertKey, listKeys, revokeKey } from "./keys.ts";
import { createLink } from "./link-operations.ts";
import { deletePageLink, deletePageLinksOf } from "./page-links.ts";
import { countRows, exportRows, queryRows } from "./row-reads.ts";
import { type ChangeOutcome, changeRows, restoreRow, type Writing } from "./row-writes.ts";
import { listTables, UsageLedger } from "./tables.ts";
import { listVersions } from "./versions.ts";

export type Work = {
  sql: SqlStorage;
  limits: PumaLimits;
  newRowId: RowIdSource;
  nowMs: number;
  /** The key that asks. */
  keyId: string;
  /** When a key was last used, as far as memory knows. */
  lastUseOf(keyId: string): number | null;
};

/** All texts of a batch's answer together: one message to the Worker holds little more. */
const batchAnswerCharactersMax = 8_000_000;

/**
 * Runs one operation and returns the value of its kind. The caller holds a transaction for whatever
 * writes; a Fault thrown from here undoes it.
 */
export function runOperation(
  work: Work,
  operation: AccountOperation,
): OperationValues[OperationKind] {
  const { sql, limits, nowMs } = work;
  switch (operation.kind) {
    case "query":
      return query(work, operation);
    case "count":
      return { count: countRows(sql, operation.table, operation.filter) };
    case "add":
    case "upsert":
    case "updateRow":
    case "updateWhere":
    case "delete":
      return writing(work, (rows) => aloneValue(changeRows(rows, operation.table, operation)));
    case "batch":
      return writing(work, (rows) => batch(rows, operation.table, operation.changes));
    case "restore": {
      const { table, id, version } = operation;
      return writing(work, (rows) => ({ row: restoreRow(rows, table, id, version) }));
    }
    case "versions":
      return { versions: listVersions(sql, operation.table, operation.id, limits, nowMs) };
    case "listTables":
      return { tables: listTables(sql) };
    case "export":
      return { tables: exportRows(sql) };
    case "listKeys":
      return { keys: keysWithLastUse(work) };
    case "createKey":
      return createKey(work, operation.key);
    case "revokeKey":
      deletePageLinksOf(sql, operation.id);
      return { revoked: revokeKey(sql, operation.id, nowMs) === undefined ? 0 : 1 };
    case "createLink":
      return createLink(work, operation.link);
    case "revokeLink":
      return { revoked: deletePageLink(sql, operation.id, nowMs) };
    case "refused":
      return null;
    default:
      return unreachable(operation);
  }
}

function query(work: Work, operation: OperationOf<"query">): OperationValues["query"] {
  const rows = queryRows(work.sql, operation);
  const { offer } = operation;
  const isShort = offer && typeof rows === "string" && rows.length < offer.fromCharacters;
  if (!offer || isShort) return { rows, linked: false };
  createLink(work, offer.link);
  return { rows, linked: true };
}

/** Runs changes of rows over one ledger and saves it. */
function writing<Value>(work: Work, change: (writing: Writing) => Value): Value {
  const ledger = new UsageLedger(work.sql, work.limits);
  const value = change({ ...work, ledger });
  ledger.save(work.sql);
  return value;
}

function aloneValue(outcome: ChangeOutcome): ChangeValues[RowChangeKind] {
  if (outcome.kind !== "updateWhere") return outcome;
  return { updated: outcome.rows.length, rows: jsonArray(outcome.rows) };
}

function batch(rows: Writing, table: string, changes: RowChange[]): { results: BatchedValue[] } {
  let characters = 0;
  const results = changes.map((change, index) => {
    const outcome = atIndex(index, () => changeRows(rows, table, change));
    const value = batchedValue(outcome);
    characters += "rows" in value ? value.rows.length : "row" in value ? value.row.length : 0;
    if (characters > batchAnswerCharactersMax) {
      throw pumaFault("result_too_large", undefined, { index });
    }
    return value;
  });
  return { results };
}

function batchedValue(outcome: ChangeOutcome): BatchedValue {
  if (outcome.kind !== "updateWhere") return outcome;
  return { kind: outcome.kind, updated: outcome.rows.length, rows: `[${outcome.rows.join(",")}]` };
}

/** Adds the place in the batch to a Fault. */
function atIndex<Value>(index: number, change: () => Value): Value {
  try {
    return change();
  } catch (error) {
    if (!isPumaFault(error)) throw error;
    throw pumaFault(error.code, error.message, { ...error.details, index });
  }
}

function keysWithLastUse({ sql, lastUseOf }: Work): KeyRecord[] {
  return listKeys(sql).map((key) => ({
    ...key,
    lastUsedAtMs: lastUseOf(key.id) ?? key.lastUsedAtMs,
  }));
}

function createKey({ sql, limits, nowMs }: Work, key: NewKey): null {
  if (countKeys(sql, false) >= limits.keysMax) {
    throw pumaFault("too_many_keys", `An account has at most ${limits.keysMax} keys in force`, {
      max_keys: limits.keysMax,
    });
  }
  insertKey(sql, key, false, nowMs);
  return null;
}
