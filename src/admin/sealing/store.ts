import { type SQL, sql } from "drizzle-orm";
import type { Store } from "../../db/client.ts";
import { type Act, audit } from "../store.ts";
import type { SealedColumn } from "./sealed-columns.ts";

/** Sealed texts of the store, by the key that sealed them. */
type SealedRow = { key: string; about: string; sealed: string };

const rowsTogether = 200;
/** Texts in memory at once; the first is taken whatever its length. */
const charsTogether = 4_000_000;

/** The column's names are written in the sources, never sent by anybody. */
function words({ table, column, key, keyType, about }: SealedColumn) {
  return {
    table: sql.identifier(table),
    column: sql`t.${sql.identifier(column)}`,
    bare: sql.identifier(column),
    key: sql`t.${sql.identifier(key)}`,
    keyType: sql.raw(keyType),
    about: sql.raw(about),
  };
}

const keyOf = (sealed: SQL) => sql`split_part(${sealed}, '.', 2)`;

/** Rows behind `after` whose text another key sealed than the newest, in the order of their keys. */
export async function readSealedElsewhere(
  store: Store,
  place: SealedColumn,
  newestKeyId: string,
  after: string | null,
): Promise<SealedRow[]> {
  const { table, column, key, keyType, about } = words(place);
  const behind = after === null ? sql`true` : sql`${key} > ${after}::${keyType}`;
  return await store.rows<SealedRow>(sql`
    SELECT found.id::text AS key, found.about, found.sealed FROM (
      SELECT ${key} AS id, (${about})::text AS about, ${column} AS sealed,
        sum(length(${column})) OVER (ORDER BY ${key}) AS chars
      FROM ${table} t WHERE ${column} IS NOT NULL AND ${keyOf(column)} <> ${newestKeyId} AND ${behind}
      ORDER BY ${key} LIMIT ${rowsTogether}) found
    WHERE found.chars - length(found.sealed) < ${charsTogether} ORDER BY found.id`);
}

/** Puts texts sealed anew in the place of those that were read, where nothing else came between. */
export async function replaceSealed(
  store: Store,
  place: SealedColumn,
  changes: readonly { key: string; before: string; after: string }[],
  act: Act,
): Promise<number> {
  const { table, column, bare, key, keyType } = words(place);
  const [row] = await store.rows<{ resealed: number }>(sql`
    WITH given AS (SELECT g.key::${keyType} AS key, g.before, g.after
      FROM jsonb_to_recordset(${JSON.stringify(changes)}::jsonb)
        AS g(key text, before text, after text)),
    resealed AS (UPDATE ${table} t SET ${bare} = given.after FROM given
      WHERE ${key} = given.key AND ${column} = given.before RETURNING 1 AS one),
    ${audit(act, sql`${`sealed:${place.table}.${place.column}`}::text`, sql`(SELECT 1 FROM resealed LIMIT 1)`)}
    SELECT count(*)::int AS resealed FROM resealed`);
  return row?.resealed ?? 0;
}

type SealedCount = { table: string; column: string; key_id: string; texts: number };

/** How many texts each key has sealed. */
export async function countSealed(
  store: Store,
  places: readonly SealedColumn[],
): Promise<SealedCount[]> {
  const counts = places.map((place) => {
    const { table, column } = words(place);
    return sql`SELECT ${place.table}::text AS "table", ${place.column}::text AS "column",
      ${keyOf(column)} AS key_id, count(*)::int AS texts
      FROM ${table} t WHERE ${column} IS NOT NULL GROUP BY 3`;
  });
  return await store.rows<SealedCount>(sql`${sql.join(counts, sql` UNION ALL `)}`);
}

/** Accounts with a gate, in the order of their users. */
export async function listAccounts(
  store: Store,
  afterUserId: number,
  countMax: number,
): Promise<{ id: number; account_id: string }[]> {
  return await store.rows<{ id: number; account_id: string }>(sql`
    SELECT id, account_id FROM users WHERE id > ${afterUserId} ORDER BY id LIMIT ${countMax}`);
}
