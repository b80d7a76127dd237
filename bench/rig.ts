import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { createDatabase, migrate } from "../dev/migrate.ts";
import { type NeonEndpoint, startNeonEndpoint } from "../dev/neon-endpoint.ts";
import { type RunningPostgres, startPostgres } from "../dev/postgres.ts";
import { testSecrets } from "../test/support/worker.ts";
import { type MeasuredWorker, startMeasured } from "./worker.ts";

/**
 * A PostgreSQL that waits for the disk as in production, an empty store on it, and Neon's local
 * endpoint in front. Everything goes with `stop`.
 */
export type Rig = {
  postgres: RunningPostgres;
  storeUrl: string;
  neon: NeonEndpoint;
  /** The last statement that went through the endpoint. */
  lastStatement(): { text: string; params: unknown[] };
  /** How many statements have come through the endpoint. */
  statements(): number;
  /** Runs SQL on the store past the Worker. */
  storeSql(text: string, values?: unknown[]): Promise<Record<string, unknown>[]>;
  start(script: string, vars?: Record<string, string>): Promise<MeasuredWorker>;
  stop(): Promise<void>;
};

export async function startRig(): Promise<Rig> {
  const folder = mkdtempSync(join(tmpdir(), "polypuma-bench-"));
  const postgres = await startPostgres({ folder });
  await createDatabase(postgres.url("postgres"), "polypuma");
  const storeUrl = postgres.url("polypuma");
  await migrate(storeUrl);
  const { host, port } = postgres;
  let statements = 0;
  let last: { text: string; params: unknown[] } | null = null;
  const neon = await startNeonEndpoint({
    storeUrl,
    servers: [{ host, port }],
    onStatement: (text, params) => {
      last = { text, params };
      statements++;
    },
  });
  const workers: MeasuredWorker[] = [];
  return {
    postgres,
    storeUrl,
    neon,
    lastStatement() {
      if (!last) throw new Error("No statement has come through the endpoint");
      return last;
    },
    statements: () => statements,
    storeSql: (text, values) => sql(storeUrl, text, values),
    async start(script, vars = {}) {
      const ours = { STORE_URL: storeUrl, NEON_ENDPOINT: neon.url, POOL_TARGET: "0" };
      const worker = await startMeasured({ script, vars: { ...ours, ...vars } });
      workers.push(worker);
      return worker;
    },
    async stop() {
      await Promise.all(workers.map((worker) => worker.stop()));
      await neon.stop();
      await postgres.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Runs `use` on a rig and takes it down whatever happens. */
export async function withRig<Value>(use: (rig: Rig) => Promise<Value>): Promise<Value> {
  const rig = await startRig();
  try {
    return await use(rig);
  } finally {
    await rig.stop();
  }
}

/** What a program with a key sees. */
export type Tenant = {
  key: string;
  send(
    method: string,
    path: string,
    body?: unknown,
  ): Promise<{ status: number; body: Record<string, unknown> }>;
};

/** One request with a credential, whatever its answer. */
export async function ask(
  url: string,
  token: string,
  method: string,
  path: string,
  body?: unknown,
) {
  const response = await fetch(url + path, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(method === "GET" ? {} : { "idempotency-key": crypto.randomUUID() }),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: JSON.parse(await response.text()) };
}

/** The same; throws for an answer that is none of success. */
async function send(...request: Parameters<typeof ask>) {
  const answer = await ask(...request);
  const [, , method, path] = request;
  if (answer.status >= 300) throw new Error(`${method} ${path}: ${JSON.stringify(answer)}`);
  return answer;
}

/** Makes the rig's PostgreSQL the Worker's one fleet server, and a user with an unlimited key. */
export async function furnish(rig: Rig, url: string): Promise<Tenant> {
  await registerPostgres(rig, url);
  return await newTenant(url);
}

/** Registers the rig's PostgreSQL with a Worker; `fields` are more or other ones. */
export async function registerPostgres(
  rig: Rig,
  url: string,
  fields: Record<string, unknown> = {},
): Promise<void> {
  const { host, port, user, password } = rig.postgres;
  await sendAsAdmin(url, "/servers", {
    name: "bench-postgres",
    engine: "postgres",
    region: "local",
    host,
    port,
    tls: false,
    admin_user: user,
    admin_password: password,
    max_databases: 100_000,
    ...fields,
  });
}

/** A user with a team and a key that is not limited by the minute. */
export async function newTenant(
  url: string,
  permissions: readonly string[] = ["databases:read", "databases:write"],
): Promise<Tenant> {
  const email = `${crypto.randomUUID()}@example.com`;
  const user = await sendAsAdmin(url, "/users", { email, name: "Bench" });
  const { id } = user.body.data as { id: number };
  const made = await sendAsAdmin(url, `/users/${id}/keys`, {
    name: "bench",
    permissions,
    controls: { requests_per_minute: 1_000_000 },
  });
  const key = String(made.body.api_key);
  return { key, send: (method, path, body) => send(url, key, method, path, body) };
}

function sendAsAdmin(url: string, path: string, body: unknown) {
  return send(url, testSecrets.ADMIN_TOKEN, "POST", `/admin/v1${path}`, body);
}

/** Runs SQL in a session of its own. */
export async function sql(
  connectionString: string,
  text: string,
  values: unknown[] = [],
): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString });
  await client.connect();
  try {
    return (await client.query(text, values)).rows;
  } finally {
    await client.end();
  }
}
