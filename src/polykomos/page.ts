/** A part of a list, newest first. */
export type Page<Row> = { rows: Row[]; hasMore: boolean };

/** The page of `limit` rows, from rows that were read with one more to tell whether more come. */
export function pageOf<Row>(rows: readonly Row[], limit: number): Page<Row> {
  return { rows: rows.slice(0, limit), hasMore: rows.length > limit };
}
