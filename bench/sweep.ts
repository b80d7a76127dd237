import { openStore } from "../src/db/client.ts";
import { defaultPlans } from "../src/polykomos/databases/plans.ts";
import { recordUsage } from "../src/polykomos/databases/usage-store.ts";
import { buildWorker } from "../test/support/build.ts";
import { type Rig, withRig } from "./rig.ts";
import { median, type Row, rangeOf, withBar } from "./rows.ts";
import { furnish, registerServer, sweep } from "./tenant.ts";

/**
 * The scheduled work over ten thousand databases: how many statements it takes a server, which must
 * not depend on how many databases stand there, and how long one record of all of them takes.
 */
const suite = "sweep";
const databaseCount = 10_000;
const moreServers = 3;
const statementsPerServerAtMost = 10;
const rounds = 5;

async function addDatabases(rig: Rig): Promise<void> {
  await rig.storeSql(
    `INSERT INTO databases (uuid, team_id, name, plan, status, engine, region, server_id, db_name,
       password_sealed, has_remote_resources, listing, created_at, updated_at)
     SELECT gen_random_uuid(), (SELECT min(id) FROM teams), 'db-' || n, 'free', 'active', 'postgres',
       'local', (SELECT min(id) FROM fleet_servers), 'db-' || n, 'none', true, n, now(), now()
     FROM generate_series(1, $1::int) n`,
    [databaseCount],
  );
  await rig.storeSql("ANALYZE databases");
}

async function statementsOfSweep(rig: Rig, url: string): Promise<number> {
  const before = rig.statements();
  await sweep(url);
  return rig.statements() - before;
}

/** Milliseconds that one record of all databases takes, by the product's own statement. */
async function timeRecord(rig: Rig, round: number): Promise<number> {
  const store = openStore(rig.storeUrl, rig.neon.url);
  const [server] = await rig.storeSql("SELECT min(id) AS id FROM fleet_servers");
  const found = Array.from({ length: databaseCount }, (_, index) => ({
    dbName: `db-${index + 1}`,
    storageBytes: 8_000_000 + round,
    fileBytes: 8_000_000 + round,
    connections: 1,
    hasOtherTables: false,
  }));
  const startedAt = performance.now();
  const at = new Date(Date.now() + round);
  const { databases } = await recordUsage(store, Number(server?.id), found, defaultPlans, at);
  if (databases !== databaseCount) throw new Error(`${databases} databases were recorded`);
  return performance.now() - startedAt;
}

export async function run(): Promise<Row[]> {
  return await withRig(async (rig) => {
    const script = await buildWorker("src/index.ts", "bench-product");
    const { url } = await rig.start(script, {
      STORAGE_CHECK_SECONDS: "0",
      SERVER_CHECK_SECONDS: "0",
    });
    await furnish(rig, url);
    await addDatabases(rig);
    await sweep(url);
    const withOne = await statementsOfSweep(rig, url);
    for (let index = 0; index < moreServers; index++) {
      await registerServer(url, "postgres", rig.postgres, { name: `more-${index}` });
    }
    const withMore = await statementsOfSweep(rig, url);
    const perServer = (withMore - withOne) / moreServers;

    const times: number[] = [];
    for (let round = 1; round <= rounds; round++) times.push(await timeRecord(rig, round));
    const place = `${databaseCount} databases`;
    return [
      { suite, name: `a sweep over ${place} on one server: statements`, value: withOne, unit: "" },
      withBar(
        {
          suite,
          name: `a sweep over ${place}: statements for each server more`,
          value: perServer,
          unit: "",
        },
        { of: "value", atMost: statementsPerServerAtMost },
      ),
      {
        suite,
        name: `one record of ${place}`,
        value: median(times),
        range: rangeOf(times),
        unit: "ms",
      },
    ];
  });
}
