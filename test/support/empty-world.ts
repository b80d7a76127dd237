import { randomUUID } from "node:crypto";
import { inject } from "vitest";
import { createDatabase, migrate } from "../../dev/migrate.ts";
import { startNeonEndpoint } from "../../dev/neon-endpoint.ts";
import { superuserUrl } from "./sql.ts";
import { type RunningWorker, startWorker } from "./worker.ts";

/** A Worker with a control-plane store of its own and no server yet. Make no databases in it. */
export type EmptyWorld = RunningWorker & { storeUrl: string };

/**
 * Starts an empty world on the run's PostgreSQL. Its databases would get the numbers of the shared
 * store's on the same server, so it is for what needs no database.
 */
export async function startEmptyWorld(vars: Record<string, string> = {}): Promise<EmptyWorld> {
  const { script, postgres } = inject("suite");
  const name = `world-${randomUUID().slice(0, 8)}`;
  await createDatabase(superuserUrl("postgres"), name);
  const storeUrl = superuserUrl(name);
  await migrate(storeUrl);
  const { host, port } = postgres;
  const neon = await startNeonEndpoint({ storeUrl, servers: [{ host, port }] });
  const worker = await startWorker({
    script,
    vars: { STORE_URL: storeUrl, NEON_ENDPOINT: neon.url, POOL_TARGET: "0", ...vars },
  });
  return {
    ...worker,
    storeUrl,
    async stop() {
      await worker.stop();
      await neon.stop();
    },
  };
}
