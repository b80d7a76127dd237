import { Client, Pool } from "pg";
import { inject } from "vitest";

/** Runs SQL with the official client; each call is a session of its own. */
export async function sql(
  connectionString: string,
  text: string,
  values: unknown[] = [],
): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString });
  client.on("error", () => {});
  await client.connect();
  try {
    return (await client.query(text, values)).rows;
  } finally {
    await client.end();
  }
}

/** Runs SQL on one database over sessions that stay open, for what is asked again and again. */
export type KeptSql = {
  run(text: string, values?: unknown[]): Promise<Record<string, unknown>[]>;
  end(): Promise<void>;
};

export function keepSql(connectionString: string): KeptSql {
  const pool = new Pool({ connectionString, max: 4, idleTimeoutMillis: 0 });
  // A session that the server ends is replaced when one is wanted.
  pool.on("error", () => {});
  return {
    run: async (text, values = []) => (await pool.query(text, values)).rows,
    end: () => pool.end(),
  };
}

/** The superuser's connection string of a database on the run's PostgreSQL. */
export function superuserUrl(database: string): string {
  const { user, password, host, port } = inject("suite").postgres;
  return `postgresql://${user}:${password}@${host}:${port}/${encodeURIComponent(database)}`;
}

/** Runs SQL on the control-plane store. */
export async function storeSql(text: string, values: unknown[] = []) {
  return await sql(inject("suite").postgres.storeUrl, text, values);
}
