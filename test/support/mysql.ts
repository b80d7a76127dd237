import { connect } from "node:net";
import { createConnection } from "mysql2/promise";
import { inject, test } from "vitest";
import type { Dial } from "../../src/fleet/dial.ts";
import type { ServerLogin } from "./suite.ts";

/** A test that needs the run's MariaDB; where there is none it is skipped, and the run has said so. */
export const mysqlTest = test.skipIf(inject("suite").mysql === null);

/** The run's MariaDB and its operator's login. */
export function mysqlServer(): ServerLogin {
  const { mysql } = inject("suite");
  if (!mysql) throw new Error("There is no MariaDB");
  return mysql;
}

/** Runs one statement with the official driver; each call is a session of its own. */
export async function mysqlQuery(
  connectionString: string,
  text: string,
): Promise<Record<string, unknown>[]> {
  const connection = await createConnection(connectionString);
  connection.on("error", () => {});
  try {
    const [answer] = await connection.query(text);
    return Array.isArray(answer) ? answer.map((row) => ({ ...row })) : [];
  } finally {
    await connection.end();
  }
}

/** Runs one statement as the server's operator. */
export async function mysqlAdmin(text: string): Promise<Record<string, unknown>[]> {
  const { host, port, user, password } = mysqlServer();
  return await mysqlQuery(`mysql://${user}:${password}@${host}:${port}/mysql`, text);
}

/** The adapter's way to a server from a test's own process. */
export const dialFromNode: Dial = ({ host, port }) => ({
  stream: connect({ host, port, noDelay: true }),
  opened: Promise.resolve(),
  startTls: () => Promise.reject(new Error("No TLS in tests")),
});
