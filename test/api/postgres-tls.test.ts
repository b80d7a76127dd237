import { execFile } from "node:child_process";
import { chmodSync, chownSync, copyFileSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { Client } from "pg";
import { afterAll, beforeAll, expect, inject, test, vi } from "vitest";
import type { RunningPostgres } from "../../dev/postgres.ts";
import { serverAccount } from "../../dev/server-account.ts";
import { admin, newTenant } from "../support/api.ts";
import { type EmptyWorld, startEmptyWorld } from "../support/empty-world.ts";
import { startOwnPostgres } from "../support/servers.ts";
import { sql } from "../support/sql.ts";

/** A PostgreSQL that takes nothing but TLS, and a Worker that trusts its authority. */
const certificates = await vi.hoisted(async () => {
  const made = (await import("../support/certificates.ts")).makeCertificates();
  // Miniflare reads it when it is loaded.
  if (made) process.env.NODE_EXTRA_CA_CERTS = made.authority;
  return made;
});
if (!certificates) console.warn("Skipped: PostgreSQL over TLS, for there is no openssl");
const tlsTest = test.skipIf(!certificates);

let postgres: RunningPostgres | null = null;
let world: EmptyWorld | null = null;

beforeAll(async () => {
  if (!certificates) return;
  const { folder, certificate } = certificates;
  const account = serverAccount(folder);
  // PostgreSQL takes no key that others may read.
  const key = join(folder, "postgres.key");
  copyFileSync(certificates.key, key);
  chmodSync(key, 0o600);
  if (account) chownSync(key, account.uid, account.gid);
  const settings = { ssl: "on", ssl_cert_file: certificate, ssl_key_file: key };
  postgres = await startOwnPostgres(join(folder, "server"), settings);
  const url = postgres.url("postgres");
  const [row] = await sql(url, "SHOW hba_file");
  writeFileSync(String(row?.hba_file), "hostssl all all all scram-sha-256\n");
  await sql(url, "SELECT pg_reload_conf()");
  world = await startEmptyWorld();
});

afterAll(async () => {
  await world?.stop();
  await postgres?.stop();
  if (certificates) rmSync(certificates.folder, { recursive: true, force: true });
});

async function register(url: string | undefined, change: Record<string, unknown> = {}) {
  const at = url === undefined ? {} : { url };
  return await admin("POST", "/servers", {
    ...at,
    body: {
      name: "tls",
      engine: "postgres",
      transport: "tcp",
      region: "local",
      host: "localhost",
      port: postgres?.port,
      tls: true,
      admin_user: postgres?.user,
      admin_password: postgres?.password,
      ...change,
    },
  });
}

async function refusal(url: string | undefined, change: Record<string, unknown> = {}) {
  const refused = await register(url, change);
  expect([refused.status, refused.body.error.details.field]).toEqual([422, "host"]);
  return String(refused.body.error.message);
}

tlsTest("a server whose certificate no one vouches for is refused", async () => {
  // The run's shared Worker does not know the authority.
  expect(await refusal(undefined)).toContain("is the certificate trusted for this host?");
});

tlsTest("a server whose certificate is for another name is refused", async () => {
  const message = await refusal(world?.url, { host: "127.0.0.1" });
  expect(message).toContain("is the certificate trusted for this host?");
});

tlsTest("a server that wants TLS lets nobody in without", async () => {
  expect(await refusal(world?.url, { tls: false })).toContain("no encryption");
});

tlsTest("a server without TLS is not spoken to in clear where TLS is wanted", async () => {
  const { port } = inject("suite").postgres;
  expect(await refusal(world?.url, { port })).toContain("does not support SSL");
});

test.each([
  ["that has no TLS", "N", "does not support SSL"],
  ["that talks in clear behind its consent", "SZ", "error establishing an SSL connection"],
])("to one %s nothing is said but the request for TLS", async (_, answer, words) => {
  const heard: Buffer[] = [];
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.on("data", (bytes) => {
      heard.push(bytes);
      socket.write(answer);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  try {
    const body = { host: "127.0.0.1", port, admin_user: "operator", admin_password: "secret" };
    expect(await refusal(undefined, body)).toContain(words);
    // SSLRequest: its length and 80877103.
    expect(Buffer.concat(heard).toString("hex")).toBe("0000000804d2162f");
  } finally {
    server.close();
  }
});

tlsTest.each([
  ["a wrong password", { admin_password: "wrong-password" }, "password authentication failed"],
  ["a port where nothing listens", { port: 9 }, "could not be prepared"],
  ["a host that does not exist", { host: "nowhere.invalid" }, "could not be prepared"],
])("the operator is told of %s", async (_, change, words) => {
  const message = await refusal(world?.url, change);
  expect(message).toContain(words);
  expect(message).not.toMatch(/could not be prepared: ?$/);
  expect(message).not.toContain("wrong-password");
});

tlsTest(
  "a trusted one is registered, and its databases are made and checked over TLS",
  async () => {
    const made = await register(world?.url);
    expect(made.status, JSON.stringify(made.body)).toBe(201);
    const tenant = await newTenant({ url: world?.url ?? "" });
    const created = await tenant.call("POST", "/api/v1/databases?wait=true", {
      body: { name: "over-tls" },
    });
    expect(created.status, JSON.stringify(created.body)).toBe(201);
    const url: string = created.body.data.connection_string;
    expect(new URL(url).search).toBe("?sslmode=require");

    // libpq reads the string as it is, and asks for TLS without being told in another way.
    const asked = "SELECT version FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
    const { stdout } = await promisify(execFile)("psql", ["-XAt", url, "-c", asked], {
      env: { PATH: process.env.PATH },
    });
    expect(stdout.trim()).toMatch(/^TLSv1\.[23]$/);

    // pg checks the certificate with sslmode=require, against what the machine trusts.
    expect(await sqlTrusting(url, asked)).toEqual([{ version: expect.stringMatching(/^TLSv1/) }]);
  },
);

/** Runs a statement by pg with the string as given, in a Node that trusts the authority. */
async function sqlTrusting(url: string, text: string): Promise<unknown> {
  const program = `
    import pg from "pg";
    const client = new pg.Client(process.argv[1]);
    await client.connect();
    console.log(JSON.stringify((await client.query(process.argv[2])).rows));
    await client.end();`;
  const words = ["--no-warnings", "--input-type=module", "-e", program, url, text];
  const { stdout } = await promisify(execFile)(process.execPath, words, {
    env: { ...process.env, NODE_EXTRA_CA_CERTS: certificates?.authority },
  });
  return JSON.parse(stdout);
}

tlsTest("its string is refused by pg where the authority is not trusted", async () => {
  const url = `postgresql://u:p@localhost:${postgres?.port}/postgres?sslmode=require`;
  const client = new Client({ connectionString: url });
  await expect(client.connect()).rejects.toThrow(/certificate/);
});
