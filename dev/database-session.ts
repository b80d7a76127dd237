// One session on a database by the official clients, which ends with the work it was opened for.

import { type Connection, type ConnectionOptions, createConnection } from "mysql2/promise";
import { Client, type ClientConfig } from "pg";

const connectTimeoutMs = 10_000;

/** Runs `use` in a session of its own on a PostgreSQL database; `login` is a URL or its parts. */
export async function withPostgres<Value>(
  login: string | ClientConfig,
  use: (client: Client) => Promise<Value>,
): Promise<Value> {
  const parts = typeof login === "string" ? { connectionString: login } : login;
  const client = new Client({ connectionTimeoutMillis: connectTimeoutMs, ...parts });
  // A server that goes away also fails the running statement, and that answer is enough.
  client.on("error", () => undefined);
  try {
    await client.connect();
    return await use(client);
  } finally {
    await client.end();
  }
}

/** The same on a MySQL database. */
export async function withMysql<Value>(
  login: string | ConnectionOptions,
  use: (connection: Connection) => Promise<Value>,
): Promise<Value> {
  const parts = typeof login === "string" ? { uri: login } : login;
  const connection = await createConnection({ connectTimeout: connectTimeoutMs, ...parts });
  connection.on("error", () => undefined);
  try {
    const value = await use(connection);
    await connection.end();
    return value;
  } catch (error) {
    // One that was cut off refuses to be ended, and would hide why.
    connection.destroy();
    throw error;
  }
}
