import { setTimeout as pause } from "node:timers/promises";
import { createConnection } from "mysql2/promise";
import { Client } from "pg";
import type { Engine } from "./database-model.ts";

/** The customers' side: the official clients, a session for each statement, and not for ever. */
type Rows = Record<string, unknown>[];

const timeoutMs = 6_000;

export async function postgresRows(
  connectionString: string,
  text: string,
  withinMs = timeoutMs,
): Promise<Rows> {
  const timeouts = { connectionTimeoutMillis: withinMs, query_timeout: withinMs };
  const client = new Client({ connectionString, ...timeouts });
  client.on("error", () => {});
  try {
    await client.connect();
    return (await client.query(text)).rows;
  } finally {
    // One that is cut off does not end by itself.
    await Promise.race([client.end().catch(() => {}), pause(1_000, undefined, { ref: false })]);
  }
}

export async function mysqlRows(connectionString: string, text: string): Promise<Rows> {
  const connecting = createConnection({ uri: connectionString, connectTimeout: timeoutMs });
  const connection = await Promise.race([connecting, tooLate()]);
  connection.on("error", () => {});
  try {
    const [answer] = await connection.query({ sql: text, timeout: timeoutMs });
    return Array.isArray(answer) ? answer.map((row) => ({ ...row })) : [];
  } finally {
    connection.destroy();
  }
}

export async function customerRows(engine: Engine, url: string, text: string): Promise<Rows> {
  return await (engine === "postgres" ? postgresRows(url, text) : mysqlRows(url, text));
}

async function tooLate(): Promise<never> {
  await pause(timeoutMs + 1_000, undefined, { ref: false });
  throw new Error("The server did not let in");
}
