import { type SQL, sql } from "drizzle-orm";

/** A time as ISO 8601 in UTC with milliseconds, whatever the session's settings; null stays null. */
export function isoTime(column: SQL): SQL {
  return sql`to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
}
