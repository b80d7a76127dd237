import { rmSync } from "node:fs";
import { join } from "node:path";
import { inject } from "vitest";
import { startNeonEndpoint } from "../../dev/neon-endpoint.ts";
import { admin, until } from "../support/api.ts";
import { storeName } from "../support/originals.ts";
import { serverFolder } from "../support/server-folder.ts";
import { startOwnPostgres } from "../support/servers.ts";
import { keepSql, sql } from "../support/sql.ts";
import { registerServer } from "../support/suite.ts";
import { startWorker } from "../support/worker.ts";
import { type Link, type OnWireStatement, startLink } from "./link.ts";

/**
 * A control plane of a test's own: PostgreSQL, the link to it, the Neon endpoint and the Worker, any
 * of which the test may break. Nothing else works on its server, so all that stands there is known.
 */
export type World = {
  readonly url: string;
  link: Link;
  /** Ends the Worker's process as a power cut would. */
  kill(): void;
  /** Starts the Worker again on the same data, with its clock that much further ahead; or with other variables. */
  restart(clockMs: number, changed?: Record<string, string>): Promise<void>;
  /** The Worker's time. */
  now(): number;
  /** Moves the Worker's clock ahead, for good. */
  moveClock(ms: number): Promise<void>;
  stopEndpoint(): Promise<void>;
  startEndpoint(): Promise<void>;
  /** Runs SQL on the control-plane store, and on the fleet server as its superuser. */
  store(text: string, values?: unknown[]): Promise<Record<string, unknown>[]>;
  fleet(text: string, values?: unknown[]): Promise<Record<string, unknown>[]>;
  /** How the superuser reaches the fleet server. */
  server(): { host: string; port: number; user: string; password: string };
  sweep(): Promise<void>;
  /** Sweeps until no operation that is due is left. */
  settle(): Promise<void>;
  stop(): Promise<void>;
};

export type Watch = {
  /** Each statement of the control-plane store, before it runs. */
  onStoreStatement?: (text: string, params: unknown[]) => void | Promise<void>;
  /** Each statement of a session on the fleet server, before it runs. */
  onFleetStatement?: OnWireStatement;
};

/** Starts a world; `vars` are the Worker's variables, `fields` more of the server's registration. */
export async function startWorld(
  vars: Record<string, string> = {},
  watch: Watch = {},
  fields: Record<string, unknown> = {},
): Promise<World> {
  const folder = serverFolder("polypuma-world-");
  const postgres = await startOwnPostgres(join(folder, "postgres"));
  const storeUrl = postgres.url(storeName);
  const store = keepSql(storeUrl);
  const link = await startLink(postgres, (...told) => watch.onFleetStatement?.(...told));
  const servers = [{ host: postgres.host, port: link.port }];
  const onStatement = (text: string, params: unknown[]) => watch.onStoreStatement?.(text, params);
  let neon = await startNeonEndpoint({ storeUrl, servers, onStatement });
  let aheadMs = 0;

  let now = vars;
  const start = () =>
    startWorker({
      script: inject("suite").script,
      persist: join(folder, "objects"),
      vars: { STORE_URL: storeUrl, NEON_ENDPOINT: neon.url, POOL_TARGET: "0", ...now },
    });
  let worker = await start();
  let killing: Promise<void> | null = null;
  await registerServer(worker.url, { ...postgres, port: link.port }, "postgres", fields);

  const world: World = {
    get url() {
      return worker.url;
    },
    link,
    kill() {
      killing ??= worker.kill();
    },
    async restart(clockMs, changed = {}) {
      await killing;
      killing = null;
      now = { ...now, ...changed };
      worker = await start();
      aheadMs += clockMs;
      await worker.moveClock(aheadMs);
    },
    now: () => Date.now() + aheadMs,
    async moveClock(ms) {
      aheadMs += ms;
      await worker.moveClock(ms);
    },
    stopEndpoint: () => neon.stop(),
    async startEndpoint() {
      const { port } = neon;
      neon = await startNeonEndpoint({ storeUrl, servers, port, onStatement });
    },
    store: store.run,
    fleet: (text, values) => sql(postgres.url("postgres"), text, values),
    server: () => postgres,
    async sweep() {
      const answer = await admin("POST", "/sweep", { url: worker.url });
      if (answer.status !== 200) throw new Error(`No sweep: ${JSON.stringify(answer.body)}`);
    },
    async settle() {
      await until(
        async () => {
          await world.sweep();
          return await world.store(
            `SELECT kind, step, state, attempts, error_message FROM operations
             WHERE state = 'running' OR (state = 'queued' AND not_before <= $1)`,
            [new Date(world.now() + 10_000)],
          );
        },
        (left) => left.length === 0,
      );
    },
    async stop() {
      if (killing) await killing;
      else await worker.stop();
      await neon.stop();
      await link.stop();
      await store.end();
      await postgres.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return world;
}
