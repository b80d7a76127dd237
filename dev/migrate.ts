import { existsSync } from "node:fs";
import { join } from "node:path";
import { drizzle } from "drizzle-orm/node-postgres";
import { migrate as runMigrations } from "drizzle-orm/node-postgres/migrator";
import { Client, escapeIdentifier } from "pg";

const migrationsFolder = join(import.meta.dirname, "..", "migrations");

/** Brings the control-plane database at `url` up to the newest migration. */
export async function migrate(url: string): Promise<void> {
  if (!existsSync(join(migrationsFolder, "meta", "_journal.json"))) return;
  await withClient(url, (client) => runMigrations(drizzle(client), { migrationsFolder }));
}

/** Creates the database unless it exists; `url` is any database of the same server. */
export async function createDatabase(url: string, name: string): Promise<void> {
  await withClient(url, async (client) => {
    const found = await client.query("SELECT 1 FROM pg_database WHERE datname = $1", [name]);
    if (found.rowCount === 0) await client.query(`CREATE DATABASE ${escapeIdentifier(name)}`);
  });
}

async function withClient(url: string, use: (client: Client) => Promise<void>): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await use(client);
  } finally {
    await client.end();
  }
}
