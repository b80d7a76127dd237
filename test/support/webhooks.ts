import { rmSync } from "node:fs";
import { join } from "node:path";
import { inject } from "vitest";
import { startNeonEndpoint } from "../../dev/neon-endpoint.ts";
import { type Answer, admin, newTenant, type Tenant, until } from "./api.ts";
import { type NameServer, startNameServer } from "./name-server.ts";
import { storeName } from "./originals.ts";
import type { Received, Receiver } from "./receiver.ts";
import { serverFolder } from "./server-folder.ts";
import { startOwnPostgres } from "./servers.ts";
import { keepSql } from "./sql.ts";
import { registerServer } from "./suite.ts";
import { startWorker } from "./worker.ts";

/**
 * A control plane whose deliveries reach this machine. With a PostgreSQL of its own, because any
 * other Worker on the same store would send them too, by its own clock and rules.
 */
export type WebhookWorld = {
  readonly url: string;
  nameServer: NameServer;
  postgresPort: number;
  newTenant(): Promise<Tenant>;
  /** Moves the Worker's clock ahead, for good. */
  moveClock(ms: number): Promise<void>;
  /** How far it has been moved. */
  aheadMs(): number;
  sweep(): Promise<void>;
  /** Ends the Worker's process as a power cut would. */
  kill(): Promise<void>;
  /** Starts the Worker again on the same data, with its clock that much further ahead. */
  restart(clockMs: number): Promise<void>;
  store(text: string, values?: unknown[]): Promise<Record<string, unknown>[]>;
  stop(): Promise<void>;
};

export async function startWebhookWorld(
  vars: Record<string, string> = {},
  /** Each statement of the store, before it runs. */
  onStatement?: (text: string, params: unknown[]) => void | Promise<void>,
): Promise<WebhookWorld> {
  const folder = serverFolder("polypuma-webhooks-");
  const nameServer = await startNameServer();
  const postgres = await startOwnPostgres(join(folder, "postgres"));
  const storeUrl = postgres.url(storeName);
  const store = keepSql(storeUrl);
  const { host, port } = postgres;
  const neon = await startNeonEndpoint({
    storeUrl,
    servers: [{ host, port }],
    ...(onStatement ? { onStatement } : {}),
  });
  const start = () =>
    startWorker({
      script: inject("suite").script,
      persist: join(folder, "objects"),
      vars: {
        STORE_URL: storeUrl,
        NEON_ENDPOINT: neon.url,
        POOL_TARGET: "0",
        WEBHOOK_ALLOW_LOOPBACK: "true",
        DNS_OVER_HTTPS_URL: nameServer.url,
        ...vars,
      },
    });
  let worker = await start();
  let aheadMs = 0;
  await registerServer(worker.url, postgres);
  const world: WebhookWorld = {
    get url() {
      return worker.url;
    },
    nameServer,
    postgresPort: port,
    newTenant: () => newTenant({ url: worker.url }),
    async moveClock(ms) {
      aheadMs += ms;
      await worker.moveClock(ms);
    },
    aheadMs: () => aheadMs,
    async sweep() {
      const answer = await admin("POST", "/sweep", { url: worker.url });
      if (answer.status !== 200) throw new Error(`No sweep: ${JSON.stringify(answer.body)}`);
    },
    kill: () => worker.kill(),
    async restart(clockMs) {
      worker = await start();
      aheadMs += clockMs;
      await worker.moveClock(aheadMs);
    },
    store: store.run,
    async stop() {
      await worker.stop();
      await neon.stop();
      await store.end();
      await postgres.stop();
      await nameServer.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return world;
}

const endpointsPath = "/api/v1/webhook_endpoints";

/** Creates an endpoint; its wire form and its secret. */
export async function newEndpoint(tenant: Tenant, url: string, events?: string[]) {
  const body = { url, ...(events ? { events } : {}) };
  const made = await tenant.call("POST", endpointsPath, { body });
  if (made.status !== 201) throw new Error(`Not made: ${JSON.stringify(made.body)}`);
  return { ...made.body.data, secret: made.body.secret };
}

export type Delivery = {
  id: number;
  event_type: string;
  status: "pending" | "delivered" | "failed";
  response_code: number | null;
  error_class: string | null;
  error_message: string | null;
  attempt_count: number;
  duration_ms: number | null;
  last_attempt_at: string | null;
  next_attempt_at: string | null;
  message_id: string;
  event_id: number;
};

/** An endpoint's deliveries, newest first. */
export async function deliveriesOf(tenant: Tenant, endpointId: number): Promise<Delivery[]> {
  const list = await tenant.call("GET", `${endpointsPath}/${endpointId}/deliveries?limit=100`);
  return list.body.data;
}

export async function sendTest(tenant: Tenant, endpointId: number): Promise<Answer> {
  return await tenant.call("POST", `${endpointsPath}/${endpointId}/test_deliveries`);
}

/** Waits until a path of the receiver was sent so many messages; those. */
export async function messagesAt(
  receiver: Receiver,
  path: string,
  count: number,
): Promise<Received[]> {
  return await until(
    async () => receiver.at(path),
    (found) => found.length >= count,
  );
}

/**
 * A database row that changes can be told of, without one on a server: a rename touches nothing
 * else.
 */
export async function newNamedRow(world: WebhookWorld, tenant: Tenant): Promise<string> {
  const [row] = await world.store(
    `INSERT INTO databases (uuid, team_id, name, plan, status, engine, region, server_id, db_name,
       password_sealed, has_remote_resources, created_at, updated_at)
     SELECT gen_random_uuid(), $1, 'n-' || substr(gen_random_uuid()::text, 1, 8), 'free', 'active',
       'postgres', 'local', (SELECT min(id) FROM fleet_servers), 'n-' || gen_random_uuid(), 'x',
       false, now(), now() RETURNING uuid`,
    [tenant.teamId],
  );
  return String(row?.uuid);
}

/** Renames it, which makes one `database.updated`. */
export async function rename(tenant: Tenant, uuid: string): Promise<string> {
  const name = `r-${crypto.randomUUID().slice(0, 12)}`;
  const answer = await tenant.call("PATCH", `/api/v1/databases/${uuid}`, { body: { name } });
  if (answer.status !== 200) throw new Error(`Not renamed: ${JSON.stringify(answer.body)}`);
  return name;
}
