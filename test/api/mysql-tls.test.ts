import { execFile } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { createConnection } from "mysql2/promise";
import { afterAll, beforeAll, expect, inject, test, vi } from "vitest";
import type { RunningMariadb } from "../../dev/mariadb.ts";
import { admin, newTenant } from "../support/api.ts";
import { type EmptyWorld, startEmptyWorld } from "../support/empty-world.ts";
import { mysqlQuery } from "../support/mysql.ts";
import { startOwnMariadb } from "../support/servers.ts";

/** A MySQL server that takes nothing but TLS, and a Worker that trusts its authority. */
const certificates = await vi.hoisted(async () => {
  const { inject: provided } = await import("vitest");
  if (provided("suite").mysql === null) return null;
  const made = (await import("../support/certificates.ts")).makeCertificates();
  // Miniflare reads it when it is loaded.
  if (made) process.env.NODE_EXTRA_CA_CERTS = made.authority;
  return made;
});
const hasMysql = inject("suite").mysql !== null;
if (hasMysql && !certificates) console.warn("Skipped: MySQL over TLS, for there is no openssl");
const tlsTest = test.skipIf(!certificates);

let mariadb: RunningMariadb | null = null;
let world: EmptyWorld | null = null;

beforeAll(async () => {
  if (!certificates) return;
  const flags = [`--ssl-cert=${certificates.certificate}`, `--ssl-key=${certificates.key}`];
  mariadb = await startOwnMariadb(join(certificates.folder, "server"), flags);
  if (!mariadb) return;
  const { host, port, user, password } = mariadb;
  const url = `mysql://${user}:${password}@${host}:${port}/mysql`;
  await mysqlQuery(url, "SET GLOBAL require_secure_transport = ON");
  world = await startEmptyWorld();
});

afterAll(async () => {
  await world?.stop();
  await mariadb?.stop();
  if (certificates) rmSync(certificates.folder, { recursive: true, force: true });
});

function serverBody(change: Record<string, unknown>): Record<string, unknown> {
  return {
    name: "tls",
    engine: "mysql",
    region: "local",
    host: "localhost",
    port: mariadb?.port,
    tls: true,
    admin_user: mariadb?.user,
    admin_password: mariadb?.password,
    ...change,
  };
}

async function register(url: string | undefined, change: Record<string, unknown> = {}) {
  const at = url === undefined ? {} : { url };
  return await admin("POST", "/servers", { ...at, body: serverBody(change) });
}

tlsTest("a server whose certificate no one vouches for is refused", async () => {
  // The run's shared Worker does not know the authority.
  const refused = await register(undefined);
  expect(refused.status).toBe(422);
  expect(refused.body.error.message).toContain("is the certificate trusted for this host?");
});

tlsTest("a server whose certificate is for another name is refused", async () => {
  const refused = await register(world?.url, { host: "127.0.0.1" });
  expect(refused.status).toBe(422);
  expect(refused.body.error.message).toContain("is the certificate trusted for this host?");
});

tlsTest("a server that wants TLS is not spoken to in clear", async () => {
  const refused = await register(world?.url, { tls: false });
  expect(refused.status).toBe(422);
});

tlsTest(
  "a trusted one is registered, and its databases are made and checked over TLS",
  async () => {
    expect((await register(world?.url)).status).toBe(201);
    const tenant = await newTenant({ url: world?.url ?? "" });
    const body = { name: "over-tls", db_type: "mysql" };
    const made = await tenant.call("POST", "/api/v1/databases?wait=true&timeout=120", { body });
    expect(made.status).toBe(201);
    const {
      host,
      port,
      db_name: database,
      db_username: user,
      db_password: password,
    } = made.body.data;
    const connection = await createConnection({
      ...{ host, port, database, user, password },
      ssl: { rejectUnauthorized: false },
    });
    const [rows] = await connection.query("SHOW STATUS LIKE 'Ssl_cipher'");
    expect(rows).toEqual([{ Variable_name: "Ssl_cipher", Value: expect.stringMatching(/^TLS_/) }]);
    await connection.end();
    expect(await askTrusting(made.body.data.connection_string)).toEqual(rows);
  },
);

/** Asks for the cipher by mysql2 with the string as given, in a Node that trusts the authority. */
async function askTrusting(url: string): Promise<unknown> {
  const program = `
    import { createConnection } from "mysql2/promise";
    const connection = await createConnection(process.argv[1]);
    const [rows] = await connection.query("SHOW STATUS LIKE 'Ssl_cipher'");
    console.log(JSON.stringify(rows));
    await connection.end();`;
  const words = ["--input-type=module", "-e", program, url];
  const { stdout } = await promisify(execFile)(process.execPath, words, {
    env: { ...process.env, NODE_EXTRA_CA_CERTS: certificates?.authority },
  });
  return JSON.parse(stdout);
}
