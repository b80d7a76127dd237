import { join } from "node:path";
import { drizzle } from "drizzle-orm/node-postgres";
import { migrate as runMigrations } from "drizzle-orm/node-postgres/migrator";
import { type Client, escapeIdentifier } from "pg";
import { withPostgres } from "./database-session.ts";

const migrationsFolder = join(import.meta.dirname, "..", "migrations");

/** Brings the control-plane database at `url` up to the newest migration. */
export async function migrate(url: string): Promise<void> {
  await withPostgres(url, (client) => runMigrations(drizzle(client), { migrationsFolder }));
}

/** When the newest migration that a store has was made, in Unix milliseconds; null: it has none. */
export async function lastMigration(client: Client): Promise<number | null> {
  const { rows } = await client.query(
    "SELECT to_regclass('drizzle.__drizzle_migrations') IS NOT NULL AS has_any",
  );
  if (!rows[0].has_any) return null;
  const { rows: newest } = await client.query(
    "SELECT max(created_at)::float8 AS last FROM drizzle.__drizzle_migrations",
  );
  return newest[0].last;
}

/** Creates the database unless it exists; `url` is any database of the same server. */
export async function createDatabase(url: string, name: string): Promise<void> {
  await withPostgres(url, async (client) => {
    const found = await client.query("SELECT 1 FROM pg_database WHERE datname = $1", [name]);
    if (found.rowCount === 0) await client.query(`CREATE DATABASE ${escapeIdentifier(name)}`);
  });
}
