import { rmSync } from "node:fs";
import { dirname, join } from "node:path";
import type { TestProject } from "vitest/node";
import { startMariadbIfThere } from "../../dev/mariadb.ts";
import { startNeonEndpoint } from "../../dev/neon-endpoint.ts";
import { startPostgres } from "../../dev/postgres.ts";
import { buildWorker } from "./build.ts";
import { scanLine } from "./log-scan.ts";
import { makeOriginals, type Originals, storeName } from "./originals.ts";
import { clearLeftovers, serverFolder } from "./server-folder.ts";
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
  /** What servers of a test's own are copies of. */
  originals: Originals;
};

/** A server and its operator's login. */
export type ServerLogin = { host: string; port: number; user: string; password: string };

declare module "vitest" {
  export interface ProvidedContext {
    suite: Suite;
  }
}

/** What the runtime says of its own insides, which Miniflare leaves out of what it prints. */
const runtimeNoise = /^(workerd\/|kj\/|stack: |\s*$)/;

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
  await clearLeftovers();
  const folder = serverFolder("polypuma-test-");
  const say = (line: string) => console.warn(`${line} (tests of MySQL are skipped)`);
  const [originals, script] = await Promise.all([
    makeOriginals(folder, say),
    buildWorker("test/support/clock-entry.ts", `test-worker-${process.pid}`),
  ]);
  const copied = (name: string, copyOf: string) => ({
    folder: join(folder, name),
    fast: true,
    copyOf,
  });
  const [postgres, mariadb] = await Promise.all([
    startPostgres(copied("postgres", originals.postgres)),
    originals.mysql === null ? null : startMariadbIfThere(copied("mariadb", originals.mysql), say),
  ]);
  const storeUrl = postgres.url(storeName);
  const { host, port, user, password } = postgres;
  const neon = await startNeonEndpoint({ storeUrl, servers: [{ host, port }] });
  const worker = await startWorker({
    script,
    vars: {
      STORE_URL: storeUrl,
      NEON_ENDPOINT: neon.url,
      POOL_TARGET: "0",
      // It has no transport; each attempt at a mail would be a line.
      MAIL_RETRY_SECONDS: "86400",
    },
    onPrinted(line) {
      scanLine(line);
      if (!runtimeNoise.test(line)) console.log(line);
    },
  });
  await registerServer(worker.url, postgres);
  if (mariadb) await registerServer(worker.url, mariadb, "mysql");
  project.provide("suite", {
    url: worker.url,
    script,
    postgres: { host, port, user, password, storeUrl },
    mysql: mariadb && loginOf(mariadb),
    originals,
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
