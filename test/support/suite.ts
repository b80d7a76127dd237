import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { TestProject } from "vitest/node";
import { createDatabase, migrate } from "../../dev/migrate.ts";
import { startNeonEndpoint } from "../../dev/neon-endpoint.ts";
import { startPostgres } from "../../dev/postgres.ts";
import { buildWorker } from "./build.ts";
import { startWorker, testSecrets } from "./worker.ts";

/**
 * What all tests of a run share: one PostgreSQL, one built Worker, one running copy of it. Each test
 * makes its own tenant on them; a test that needs other settings or a kill starts its own Worker
 * with the script and servers from here.
 */
export type Suite = {
  /** The shared Worker's origin. */
  url: string;
  /** The built module, for `startWorker`. */
  script: string;
  postgres: { host: string; port: number; user: string; password: string; storeUrl: string };
  neonEndpoint: string;
};

declare module "vitest" {
  export interface ProvidedContext {
    suite: Suite;
  }
}

/** Registers the run's PostgreSQL with a Worker as its one fleet server. */
export async function registerServer(
  workerUrl: string,
  postgres: { host: string; port: number; user: string; password: string },
): Promise<void> {
  const answer = await fetch(`${workerUrl}/admin/v1/servers`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${testSecrets.ADMIN_TOKEN}`,
      "content-type": "application/json",
    },
    body: JSON.stringify({
      name: "test-postgres",
      engine: "postgres",
      region: "local",
      host: postgres.host,
      port: postgres.port,
      tls: false,
      admin_user: postgres.user,
      admin_password: postgres.password,
      max_databases: 100_000,
    }),
  });
  if (answer.status !== 201) throw new Error(`No server registered: ${await answer.text()}`);
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), "polypuma-test-"));
  const [postgres, script] = await Promise.all([
    startPostgres({ folder, fast: true }),
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
  project.provide("suite", {
    url: worker.url,
    script,
    postgres: { host, port, user, password, storeUrl },
    neonEndpoint: neon.url,
  });
  return async () => {
    await worker.stop();
    await neon.stop();
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true });
    rmSync(dirname(script), { recursive: true, force: true });
  };
}
