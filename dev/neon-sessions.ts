// PostgreSQL sessions behind `POST /sql`. The store's own connection string is on every request's
// path, so its sessions stay open. Every other database gets a session that ends with its answer:
// an idle one would block ALTER DATABASE … RENAME and DROP DATABASE.

import { type ClientBase, Pool } from "pg";
import { withPostgres } from "./database-session.ts";
import { readConnectionString, type Target } from "./neon-request.ts";

export type Sessions = {
  /** Where a connection string leads, or null when it is not one. Remembers what it has read. */
  target(connectionString: string): Target | null;
  /** Gives `use` a session on the target; rejects with the driver's error when there is none. */
  run<T>(target: Target, use: (client: ClientBase) => Promise<T>): Promise<T>;
  stop(): Promise<void>;
};

const storeSessionsMax = 16;
const warmSessions = 2;
const connectTimeoutMs = 10_000;
const rememberedStringsMax = 500;

/** Sessions for any target; `storeUrl` names the one database whose sessions are kept. */
export function openSessions(storeUrl: string): Sessions {
  const store = readConnectionString(storeUrl);
  if (store === null) throw new Error("The store's URL must be postgres://user:…@host/database");
  const storeName = sessionName(store);
  const remembered = new Map<string, Target>();
  const pool = new Pool({
    ...clientSettings(store),
    max: storeSessionsMax,
    idleTimeoutMillis: 0,
  });
  // The pool drops a session that ends while idle and opens another when one is wanted.
  pool.on("error", ignore);
  warm(pool);

  function target(connectionString: string): Target | null {
    const known = remembered.get(connectionString);
    if (known !== undefined) return known;
    const read = readConnectionString(connectionString);
    if (read === null) return null;
    if (remembered.size >= rememberedStringsMax) remembered.clear();
    remembered.set(connectionString, read);
    return read;
  }

  function run<T>(wanted: Target, use: (client: ClientBase) => Promise<T>): Promise<T> {
    return sessionName(wanted) === storeName
      ? runPooled(pool, use)
      : withPostgres(clientSettings(wanted), use);
  }

  return { target, run, stop: () => pool.end() };
}

async function runPooled<T>(pool: Pool, use: (client: ClientBase) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    return await use(client);
  } finally {
    // A statement such as a lone BEGIN must not reach into the next request.
    client.release(client.getTransactionStatus() !== "I");
  }
}

/** The application name does not separate sessions: the driver adds one of its own. */
function sessionName(target: Target): string {
  const { host, port, user, password, database, options } = target;
  return [host, port, user, password, database, options ?? ""].join("\n");
}

function clientSettings(target: Target) {
  return {
    host: target.host,
    port: target.port,
    user: target.user,
    password: target.password,
    database: target.database,
    connectionTimeoutMillis: connectTimeoutMs,
    ...(target.applicationName !== undefined && { application_name: target.applicationName }),
    ...(target.options !== undefined && { options: target.options }),
  };
}

function warm(pool: Pool): void {
  for (let opened = 0; opened < warmSessions; opened += 1) {
    // The store's database may not be there yet; the first request then opens its own session.
    pool.connect().then((client) => client.release(), ignore);
  }
}

function ignore(): void {}
