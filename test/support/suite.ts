import { rmSync } from "node:fs";
import { dirname, join } from "node:path";
import type { TestProject } from "vitest/node";
import { startMariadbIfThere } from "../../dev/mariadb.ts";
import { createDatabase, migrate } from "../../dev/migrate.ts";
import { startNeonEndpoint } from "../../dev/neon-endpoint.ts";
import { startPostgres } from "../../dev/postgres.ts";
import { buildWorker } from "./build.ts";
import { serverFolder } from "./server-folder.ts";
import { startWorker, testSecrets } from "./worker.ts";

/**
 * What all tests of a run share: one PostgreSQL, one MariaDB where there is one, one built Worker, one
 * running copy of it. Each test
 * makes its own tenant on them; a test that needs other settings or a kill starts its own Worker
 * with the script and servers from here.
 */
export type Suite = {
  /** The shared Worker's origin. */
  url: string;
  /** The built module, for `startWorker`. */
  script: string;
  postgres: { host: string; port: number; user: string; password: string; storeUrl: string };
  /** Null where there is no MariaDB; what needs it is skipped then. */
  mysql: ServerLogin | null;
  neonEndpoint: string;
};

/** A server and its operator's login. */
export type ServerLogin = { host: string; port: number; user: string; password: string };

declare module "vitest" {
  export interface ProvidedContext {
    suite: Suite;
  }
}

/** `tcp` runs every test that asks for nothing else over TCP instead of through Neon's proxy. */
const postgresTransport = process.env.TEST_POSTGRES_TRANSPORT ?? "neon";

/** Registers a server of the run's with a Worker. */
export async function registerServer(
  workerUrl: string,
  server: ServerLogin,
  engine: "postgres" | "mysql" = "postgres",
  /** More fields of the server, or other values of them. */
  fields: Record<string, unknown> = {},
): Promise<void> {
  const answer = await fetch(`${workerUrl}/admin/v1/servers`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${testSecrets.ADMIN_TOKEN}`,
      "content-type": "application/json",
    },
    body: JSON.stringify({
      name: `test-${engine}`,
      engine,
      region: "local",
      transport: engine === "postgres" ? postgresTransport : "tcp",
      host: server.host,
      port: server.port,
      tls: false,
      admin_user: server.user,
      admin_password: server.password,
      max_databases: 100_000,
      ...fields,
    }),
  });
  if (answer.status !== 201) throw new Error(`No server registered: ${await answer.text()}`);
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = serverFolder("polypuma-test-");
  const say = (line: string) => console.warn(`${line} (tests of MySQL are skipped)`);
  const [postgres, mariadb, script] = await Promise.all([
    startPostgres({ folder: join(folder, "postgres"), fast: true }),
    startMariadbIfThere({ folder: join(folder, "mariadb"), fast: true }, say),
    buildWorker("test/support/clock-entry.ts", `test-worker-${process.pid}`),
  ]);
  await createDatabase(postgres.url("postgres"), "polypuma");
  const storeUrl = postgres.url("polypuma");
  await migrate(storeUrl);
  const { host, port, user, password } = postgres;
  const neon = await startNeonEndpoint({ storeUrl, servers: [{ host, port }] });
  const worker = await startWorker({
    script,
    vars: { STORE_URL: storeUrl, NEON_ENDPOINT: neon.url, POOL_TARGET: "0" },
  });
  await registerServer(worker.url, postgres);
  if (mariadb) await registerServer(worker.url, mariadb, "mysql");
  project.provide("suite", {
    url: worker.url,
    script,
    postgres: { host, port, user, password, storeUrl },
    mysql: mariadb && loginOf(mariadb),
    neonEndpoint: neon.url,
  });
  return async () => {
    await worker.stop();
    await neon.stop();
    await postgres.stop();
    await mariadb?.stop();
    rmSync(folder, { recursive: true, force: true });
    rmSync(dirname(script), { recursive: true, force: true });
  };
}

function loginOf({ host, port, user, password }: ServerLogin): ServerLogin {
  return { host, port, user, password };
}
