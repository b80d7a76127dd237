/** What a database has, as its own catalogs tell: the only tables and columns that a question can mean. */
export type Catalog = { tables: Table[] };

export type Table = {
  schema: string;
  name: string;
  isView: boolean;
  comment: string | null;
  /** The engine's own estimate; 0 when it has none. */
  rowEstimate: number;
  columns: Column[];
  primaryKey: string[];
  uniques: string[][];
  foreignKeys: ForeignKey[];
};

export type ColumnKind =
  | "number"
  | "text"
  | "date"
  | "timestamp"
  | "time"
  | "boolean"
  | "json"
  | "other";

export type Column = {
  name: string;
  /** The engine's name of the type, as `numeric(10,2)`. */
  type: string;
  kind: ColumnKind;
  isNullable: boolean;
  comment: string | null;
  /** Values that are known beforehand: an enum's labels, or the few that a small column has. */
  values: string[];
};

export type ForeignKey = {
  columns: string[];
  schema: string;
  table: string;
  references: string[];
};
