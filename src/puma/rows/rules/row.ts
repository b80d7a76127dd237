import { isoTime } from "../../rules/time-text.ts";

/** A stored row, and its JSON text as clients see it. */
export type StoredRow = {
  id: string;
  createdAtMs: number;
  updatedAtMs: number;
  /** How many earlier versions were archived so far: the number of the newest of them. */
  version: number;
  bytes: number;
  text: string;
};

/**
 * The row as a client sees it, as JSON text. Stored text is spliced, not parsed: what was sent comes
 * back, and an answer of a thousand rows costs no parsing.
 */
export function rowText(
  row: Pick<StoredRow, "id" | "createdAtMs" | "updatedAtMs" | "text">,
): string {
  const created = isoTime(row.createdAtMs);
  const updated = row.updatedAtMs === row.createdAtMs ? created : isoTime(row.updatedAtMs);
  const system = `{"id":"${row.id}","created_at":"${created}","updated_at":"${updated}"`;
  return row.text === "{}" ? `${system}}` : `${system},${row.text.slice(1)}`;
}
