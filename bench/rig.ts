import { rmSync } from "node:fs";
import { join } from "node:path";
import { withPostgres } from "../dev/database-session.ts";
import { createDatabase, migrate } from "../dev/migrate.ts";
import { type NeonEndpoint, startNeonEndpoint } from "../dev/neon-endpoint.ts";
import { type RunningPostgres, startPostgres } from "../dev/postgres.ts";
import { serverFolder } from "../test/support/server-folder.ts";
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

/** Runs `use` on a rig and takes it down whatever happens. */
export async function withRig<Value>(use: (rig: Rig) => Promise<Value>): Promise<Value> {
  const rig = await startRig();
  try {
    return await use(rig);
  } finally {
    await rig.stop();
  }
}

async function startRig(): Promise<Rig> {
  const folder = serverFolder("polypuma-bench-");
  const postgres = await startPostgres({ folder: join(folder, "postgres") });
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
    storeSql: (text, values) =>
      withPostgres(storeUrl, async (client) => (await client.query(text, values)).rows),
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
