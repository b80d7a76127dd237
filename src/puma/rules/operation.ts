import type { RowContent } from "../rows/rules/content.ts";
import type { Filter } from "../rows/rules/filter.ts";
import type { Sort } from "../rows/rules/order.ts";
import type { PumaCode, PumaDetails } from "./code.ts";
import type { JsonText } from "./json-text.ts";
import type { NewLink } from "./link.ts";

/**
 * What the Worker asks an account's object to do, already checked, and what the object answers. One
 * operation is one call and one transaction. Rows come back as finished JSON text.
 */
export type Idempotency = { key: string; fingerprint: string };

type Add = { kind: "add"; row: RowContent; idempotency: Idempotency | null };
type Upsert = { kind: "upsert"; match: Filter; row: RowContent };
/** `patch` is the JSON text of an object. */
type UpdateRow = { kind: "updateRow"; id: string; patch: string };
type UpdateWhere = { kind: "updateWhere"; filter: Filter; patch: string; allowMultiple: boolean };
type Delete = { kind: "delete"; filter: Filter };

/** Changes that may stand alone or in a batch. */
export type RowChange = Add | Upsert | UpdateRow | UpdateWhere | Delete;
export type RowChangeKind = RowChange["kind"];

export type NewKey = { id: string; name: string; hash: string; prefix: string };

/** A link to a query's rows, made together with the query when its rows are that long as JSON. */
type OfferedLink = { link: NewLink; fromCharacters: number };

export type AccountOperation =
  | {
      kind: "query";
      table: string;
      filter: Filter;
      sort: Sort;
      limit: number;
      offer?: OfferedLink;
    }
  | { kind: "count"; table: string; filter: Filter }
  | (RowChange & { table: string })
  | { kind: "batch"; table: string; changes: RowChange[] }
  | { kind: "versions"; table: string; id: string }
  | { kind: "restore"; table: string; id: string; version: number }
  | { kind: "listTables" }
  | { kind: "export" }
  | { kind: "listKeys" }
  | { kind: "createKey"; key: NewKey }
  | { kind: "revokeKey"; id: string }
  | { kind: "createLink"; link: NewLink }
  | { kind: "revokeLink"; id: string }
  /** A request that is refused anyway: it only proves its key and uses up its rate. */
  | { kind: "refused"; rateClass: RateClass };

export type OperationKind = AccountOperation["kind"];
export type OperationOf<Kind extends OperationKind> = Extract<AccountOperation, { kind: Kind }>;

export type KeyRecord = {
  id: string;
  name: string;
  prefix: string;
  createdAtMs: number;
  revokedAtMs: number | null;
  lastUsedAtMs: number | null;
};

export type ChangeValues = {
  /** `replayed`: the idempotency key was known, nothing was added. */
  add: { row: string; replayed: boolean };
  upsert: { created: boolean; row: string };
  updateRow: { row: string };
  updateWhere: { updated: number; rows: JsonText };
  delete: { deleted: number };
};

/** In a batch the rows of an update are text, because its answer is bounded as a whole. */
export type BatchedValue =
  | { kind: "add"; row: string }
  | { kind: "upsert"; created: boolean; row: string }
  | { kind: "updateRow"; row: string }
  | { kind: "updateWhere"; updated: number; rows: string }
  | { kind: "delete"; deleted: number };

export type VersionRecord = {
  version: number;
  archivedAtMs: number;
  deleted: boolean;
  row: string;
};

export type OperationValues = ChangeValues & {
  /** `linked`: the offered link was made. */
  query: { rows: JsonText; linked: boolean };
  count: { count: number };
  batch: { results: BatchedValue[] };
  versions: { versions: VersionRecord[] };
  restore: { row: string };
  listTables: { tables: { name: string; rows: number }[] };
  /** A JSON object: table → array of rows. */
  export: { tables: JsonText };
  listKeys: { keys: KeyRecord[] };
  createKey: null;
  revokeKey: { revoked: 0 | 1 };
  /** The row that the link is to; of a query there is none. */
  createLink: { rowId: string | null };
  revokeLink: { revoked: 0 | 1 };
  refused: null;
};

export type RateClass = "reads" | "writes";

const readKinds: ReadonlySet<OperationKind> = new Set<OperationKind>([
  "query",
  "count",
  "versions",
  "listTables",
  "export",
  "listKeys",
]);

/** Which of a key's two windows an operation uses up. */
export function rateClassOf(operation: AccountOperation): RateClass {
  if (operation.kind === "refused") return operation.rateClass;
  return readKinds.has(operation.kind) ? "reads" : "writes";
}

/** Where the key stands in the window of the operation's class. */
export type RateState = {
  rateClass: RateClass;
  limit: number;
  remaining: number;
  resetSeconds: number;
};

export type AccountFailure = {
  code: PumaCode;
  message: string;
  details?: PumaDetails;
};

/** What `execute` returns; `rate` is null only when the key was refused. */
export type Executed<Value = OperationValues[OperationKind]> =
  | { ok: true; rate: RateState; value: Value }
  | { ok: false; rate: RateState | null; failure: AccountFailure };
