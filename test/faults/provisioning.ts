import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { leaseSeconds } from "../../src/polykomos/operations/run.ts";
import { stepsOf } from "../../src/polykomos/operations/steps.ts";
import { type Answer, admin, newTenant, type Tenant, until } from "../support/api.ts";
import { type EngineCase, startTwoEngines, type TwoEngines } from "../support/two-engines.ts";
import type { World } from "./world.ts";

/**
 * The Worker's process is killed between statements that write to the store or reach a server, where
 * alone a crash makes a difference. A first run that nobody kills tells which there are; then it dies
 * before each step is recorded, before what the step does, and before every third of the others.
 */
const pastTheLeaseMs = (leaseSeconds + 5) * 1_000;
const destroyDelaySeconds = 3_600;
const everyOther = 3;

type Kill = { before: string; values: unknown[] };

/** A world whose Worker dies before its next so many statements; databases are of one engine. */
type Doomed = {
  world: World;
  engines: TwoEngines;
  on: EngineCase;
  poolTarget: number;
  arm(statements: number): void;
  /** Every statement since it was armed, or those that were kept. */
  trace(): readonly Kill[];
  keep(trace: Kill[]): void;
  /** What the Worker was about to do when it was killed; `null` while it lives. */
  killed(): Kill | null;
  forget(): void;
};

/** What the sweep does at its own pace would shift the places of the kills. */
const never = "1000000000";

async function withDoomedWorld(
  on: EngineCase,
  poolTarget: number,
  use: (doomed: Doomed) => Promise<void>,
): Promise<void> {
  let left = Number.POSITIVE_INFINITY;
  let kill: Kill | null = null;
  let trace: Kill[] = [];
  function onWrite(text: string, values: unknown[]): void {
    left -= 1;
    const statement = { before: text.replaceAll(/\s+/g, " ").trim().slice(0, 160), values };
    trace.push(statement);
    if (left > 0) return;
    if (kill === null) {
      kill = statement;
      world.kill();
    }
    throw new Error("The one who asked is dead");
  }
  const isWrite = (text: string) => /\b(INSERT|UPDATE|DELETE)\b/.test(text);
  const engines = await startTwoEngines(
    {
      POOL_TARGET: `${poolTarget}`,
      // However much is asked for.
      POOL_MAX: `${poolTarget}`,
      DESTROY_DELAY_SECONDS: `${destroyDelaySeconds}`,
      SERVER_CHECK_SECONDS: never,
      RECONCILE_SECONDS: never,
      STORAGE_CHECK_SECONDS: never,
    },
    {
      onStoreStatement: (text, values) => (isWrite(text) ? onWrite(text, values) : undefined),
      onFleetStatement: (text) => onWrite(text, []),
    },
  );
  const { world } = engines;
  try {
    await drainOthers(world, on);
    // What the first sweep does and no other.
    await world.settle();
    await use({
      world,
      engines,
      on,
      poolTarget,
      arm(statements) {
        left = statements;
        trace = [];
      },
      trace: () => trace,
      keep(statements) {
        trace = statements;
      },
      killed: () => kill,
      forget() {
        left = Number.POSITIVE_INFINITY;
        kill = null;
      },
    });
  } finally {
    await engines.stop();
  }
}

/** So that there is a pool of one engine alone. */
async function drainOthers({ url }: World, { engine }: EngineCase): Promise<void> {
  const servers: { id: number; engine: string }[] = (await admin("GET", "/servers", { url })).body
    .data;
  for (const server of servers.filter((each) => each.engine !== engine)) {
    await admin("POST", `/servers/${server.id}/drain`, { url });
  }
}

type Scenario<Made> = {
  prepare(): Promise<Made>;
  /** What is interrupted; it ends early when the Worker has died. */
  run(made: Made): Promise<unknown>;
  /** After the restart and the sweep, and after a run that went through. */
  check(made: Made): Promise<void>;
};

type Steps = readonly { name: string }[];

/** Runs a scenario once as it is, then again for each place where it is to be killed. */
async function surviveKills<Made>(
  doomed: Doomed,
  steps: Steps,
  scenario: Scenario<Made>,
): Promise<void> {
  await surviveOne(doomed, Number.POSITIVE_INFINITY, scenario);
  const kills: Kill[] = [];
  for (const at of placesToKill(doomed.trace(), steps)) {
    const kill = await surviveOne(doomed, at, scenario);
    if (kill) kills.push(kill);
  }
  expectEveryStepKilled(steps, kills);
}

function placesToKill(trace: readonly Kill[], steps: Steps): number[] {
  const isRecord = (kill: Kill | undefined) =>
    steps.some(({ name }) => kill?.values.includes(name) ?? false);
  return trace.flatMap((kill, index) => {
    const isWanted = isRecord(kill) || isRecord(trace[index - 1]) || index % everyOther === 0;
    return isWanted ? [index + 1] : [];
  });
}

/** One run, killed before its statement number `at` if it gets there; how it was killed. */
async function surviveOne<Made>(
  doomed: Doomed,
  at: number,
  scenario: Scenario<Made>,
): Promise<Kill | null> {
  const { world } = doomed;
  await poolIsFull(doomed);
  const made = await scenario.prepare();
  doomed.arm(at);
  await scenario.run(made);
  await workIsDone(doomed);
  await poolIsFull(doomed);
  const kill = doomed.killed();
  const trace = [...doomed.trace()];
  doomed.forget();
  if (kill) {
    await world.restart(pastTheLeaseMs);
    await world.settle();
  }
  try {
    await scenario.check(made);
    await world.settle();
    await poolIsFull(doomed);
    await expectNothingLeftOver(doomed);
  } catch (error) {
    if (error instanceof Error) error.message += `\nKilled before: ${kill?.before ?? "never"}`;
    throw error;
  }
  doomed.keep(trace);
  return kill;
}

/** Sends a write that the Worker may not live to answer. */
async function attempt(
  { world, killed }: Doomed,
  tenant: Tenant,
  [method, path, body]: [method: string, path: string, body?: object],
  key: string,
): Promise<Answer | null> {
  const options = { url: world.url, key, ...(body ? { body } : {}) };
  return await tenant.call(method, path, options).catch((error: unknown) => {
    if (killed() === null) throw error;
    return null;
  });
}

async function poolIsFull({ world, poolTarget, killed }: Doomed): Promise<void> {
  await until(
    async () => {
      if (killed()) return true;
      const counted = await world.store(`SELECT count(*) FILTER (WHERE status = 'pooled') AS ready,
        count(*) FILTER (WHERE status = 'building') AS building FROM databases`);
      const [row] = counted;
      if (Number(row?.building) === 0 && Number(row?.ready) === poolTarget) return true;
      await world.sweep().catch(() => {});
      return false;
    },
    (isFull) => isFull,
  );
}

/** Waits for what goes on behind the answers, or for the Worker's death. */
async function workIsDone({ world, killed }: Doomed): Promise<void> {
  const unfinished = `SELECT kind, state, not_before FROM operations
    WHERE state = 'running' OR (state = 'queued' AND not_before < $1)`;
  await until(
    () => world.store(unfinished, [new Date(world.now() + 60_000)]),
    (rows) => killed() !== null || rows.length === 0,
  );
}

const ownDatabases = {
  postgres: "'postgres', 'template0', 'template1', 'polypuma'",
  mysql: "'mysql', 'sys', 'information_schema', 'performance_schema', 'polypuma'",
};

const standing = {
  postgres: {
    logins: `SELECT DISTINCT substring(rolname from 2 for length(rolname) - CASE
      WHEN rolname LIKE '%b' THEN 2 ELSE 1 END)::bigint AS id
      FROM pg_roles WHERE rolname ~ '^u[0-9]+b?$' ORDER BY 1`,
    databases: `SELECT datname AS name FROM pg_database WHERE datname NOT IN (${ownDatabases.postgres})`,
  },
  mysql: {
    logins: `SELECT DISTINCT CAST(REGEXP_SUBSTR(user, '[0-9]+') AS INT) AS id FROM mysql.user
      WHERE user REGEXP '^u[0-9]+b?$' ORDER BY 1`,
    databases: `SELECT schema_name AS name FROM information_schema.schemata
      WHERE schema_name NOT IN (${ownDatabases.mysql})`,
  },
};

/** What stands on the server belongs to rows; a MySQL database of the pool is made when claimed. */
async function expectNothingLeftOver({ world, engines, on }: Doomed): Promise<void> {
  const orphans = await admin("GET", "/orphans", { url: world.url });
  expect(orphans.body.data).toEqual([]);
  const rows = await world.store(
    `SELECT id, status FROM databases WHERE destroyed_at IS NULL AND has_remote_resources
     ORDER BY id`,
  );
  const logins = await on.asOperator(engines, standing[on.engine].logins);
  expect(logins.map((each) => Number(each.id))).toEqual(rows.map((row) => Number(row.id)));
  const databases = await on.asOperator(engines, standing[on.engine].databases);
  const made = rows.filter((row) => on.engine === "postgres" || row.status !== "pooled");
  expect(databases.length).toBe(made.length);
}

async function eventsOf(world: World, uuid: string): Promise<unknown[]> {
  const text = "SELECT type FROM events WHERE data->>'uuid' = $1 ORDER BY id";
  return (await world.store(text, [uuid])).map((row) => row.type);
}

async function operationsOf(world: World, uuid: string, kind: string): Promise<unknown[]> {
  return await world.store(
    `SELECT o.state, o.step FROM operations o JOIN databases d ON d.id = o.database_id
     WHERE d.uuid = $1 AND o.kind = $2 ORDER BY o.seq`,
    [uuid, kind],
  );
}

type Used = { uuid: string; url: string; key: string };

/** A database that is in use, and the key of the request that will change it. */
async function usedDatabase({ world, on }: Doomed, tenant: Tenant): Promise<Used> {
  const answer = await tenant.call("POST", "/api/v1/databases?wait=true", {
    url: world.url,
    body: { name: `used-${randomUUID().slice(0, 8)}`, db_type: on.engine },
  });
  expect(answer.status, JSON.stringify(answer.body)).toBe(201);
  const { uuid, connection_string: url } = answer.body.data;
  return { uuid, url, key: randomUUID() };
}

/** Each step of the saga was killed before it was recorded, and between its record and its work. */
function expectEveryStepKilled(steps: Steps, kills: readonly Kill[]): void {
  for (const { name } of steps) {
    const atRecord = kills.findIndex(({ values }) => values.includes(name));
    expect(atRecord, `killed before ${name} was recorded`).toBeGreaterThanOrEqual(0);
    expect(kills[atRecord + 1], `killed before ${name} was done`).toBeDefined();
  }
}

async function surviveKilledCreates(doomed: Doomed, steps: Steps): Promise<void> {
  const { world, on } = doomed;
  const tenant = await newTenant({ url: world.url });
  await surviveKills(doomed, steps, {
    async prepare() {
      const body = { name: `made-${randomUUID().slice(0, 8)}`, db_type: on.engine };
      return { name: body.name, body, key: randomUUID() };
    },
    run: ({ body, key }) =>
      attempt(doomed, tenant, ["POST", "/api/v1/databases?wait=true", body], key),
    async check({ name, body, key }) {
      const live = "SELECT uuid, status FROM databases WHERE name = $1 AND deleted_at IS NULL";
      const before = await world.store(live, [name]);
      for (const row of before) expect(row.status).toBe("active");

      const request: [string, string, object] = ["POST", "/api/v1/databases?wait=true", body];
      const again = await attempt(doomed, tenant, request, key);
      expect(again?.status, JSON.stringify(again?.body)).toBe(201);
      const { uuid, connection_string: url } = again?.body.data ?? {};
      if (before[0]) expect(uuid).toBe(before[0].uuid);
      const all = await world.store("SELECT uuid, status FROM databases WHERE name = $1", [name]);
      expect(all).toEqual([{ uuid, status: "active" }]);
      expect(await on.query(url, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
      expect(await eventsOf(world, uuid)).toEqual([
        "database.provisioning",
        "database.provisioned",
      ]);
      expect(await operationsOf(world, uuid, "create")).toEqual([
        // Only a pooled PostgreSQL database has its reader by then.
        {
          state: "succeeded",
          step: doomed.poolTarget > 0 && on.engine === "postgres" ? "check_login" : "make_reader",
        },
      ]);
    },
  });
}

/** The cases of one engine, for a file of its own: two files run side by side. */
export function crashCases(on: EngineCase): void {
  test("a create without a pool, killed anywhere, ends in one database, and its retry finds it", async () => {
    await withDoomedWorld(on, 0, async (doomed) => {
      await surviveKilledCreates(doomed, stepsOf("create", false));
    });
  }, 600_000);

  test("a claim and the building of the next one, killed anywhere, lose and double nothing", async () => {
    await withDoomedWorld(on, 1, async (doomed) => {
      const steps = [...stepsOf("create", true), ...stepsOf("build_pooled", false)];
      await surviveKilledCreates(doomed, steps);
    });
  }, 600_000);

  test("a change of quotas and a rotation, killed anywhere, are done once and for all", async () => {
    await withDoomedWorld(on, 0, async (doomed) => {
      const { world } = doomed;
      const tenant = await newTenant({ url: world.url });
      const made = () => usedDatabase(doomed, tenant);
      const connections = 7;
      const quotas = { connection_hard_limit: connections };

      await surviveKills(doomed, stepsOf("change_quotas", false), {
        prepare: made,
        run: ({ uuid, key }) =>
          attempt(doomed, tenant, ["PATCH", `/api/v1/databases/${uuid}/quotas`, quotas], key),
        async check({ uuid, url, key }) {
          const request: [string, string, object] = [
            "PATCH",
            `/api/v1/databases/${uuid}/quotas`,
            quotas,
          ];
          const again = await attempt(doomed, tenant, request, key);
          expect(again?.status).toBe(200);
          expect(again?.body.data.quotas.connection_hard_limit).toBe(connections);
          const limit =
            on.engine === "postgres"
              ? "SELECT rolconnlimit AS n FROM pg_roles WHERE rolname = current_user"
              : "SELECT @@max_user_connections AS n";
          expect(await on.query(url, limit)).toEqual([{ n: connections }]);
          expect(await operationsOf(world, uuid, "change_quotas")).toEqual([
            { state: "succeeded", step: "limit_connections" },
          ]);
          expect(
            (await eventsOf(world, uuid)).filter((type) => type === "database.updated"),
          ).toEqual(["database.updated"]);
        },
      });

      await surviveKills(
        doomed,
        [...stepsOf("rotate_credentials", false), ...stepsOf("retire_credentials", false)],
        {
          prepare: made,
          run: ({ uuid, key }) =>
            attempt(
              doomed,
              tenant,
              ["POST", `/api/v1/databases/${uuid}/credentials/rotate`, { overlap_seconds: 0 }],
              key,
            ),
          async check({ uuid, url, key }) {
            const path = `/api/v1/databases/${uuid}`;
            const before = (await tenant.call("GET", path, { url: world.url })).body.data;
            expect(await on.query(before.connection_string, "SELECT 1 AS one")).toEqual([
              { one: 1 },
            ]);
            const request: [string, string, object] = [
              "POST",
              `${path}/credentials/rotate`,
              { overlap_seconds: 0 },
            ];
            const again = await attempt(doomed, tenant, request, key);
            expect(again?.status, JSON.stringify(again?.body)).toBe(200);
            const after = (await tenant.call("GET", path, { url: world.url })).body.data;
            expect(after.db_username).toMatch(/^u\d+b$/);
            expect(await on.query(after.connection_string, "SELECT 1 AS one")).toEqual([
              { one: 1 },
            ]);
            await expect(on.query(url, "SELECT 1")).rejects.toThrow(on.refused);
            for (const [kind, step] of [
              ["rotate_credentials", "check_login"],
              ["retire_credentials", "end_previous_login"],
            ] as const) {
              expect(await operationsOf(world, uuid, kind)).toEqual([{ state: "succeeded", step }]);
            }
            expect(
              (await eventsOf(world, uuid)).filter((type) => type === "database.updated"),
            ).toEqual(["database.updated"]);
          },
        },
      );
    });
  }, 600_000);

  test("a delete and a destroy, killed anywhere, are done once and for all", async () => {
    await withDoomedWorld(on, 0, async (doomed) => {
      const { world } = doomed;
      const tenant = await newTenant({ url: world.url });
      const made = () => usedDatabase(doomed, tenant);

      await surviveKills(doomed, stepsOf("delete", false), {
        prepare: made,
        run: ({ uuid, key }) =>
          attempt(doomed, tenant, ["DELETE", `/api/v1/databases/${uuid}`], key),
        async check({ uuid, url, key }) {
          const again = await attempt(doomed, tenant, ["DELETE", `/api/v1/databases/${uuid}`], key);
          expect(again?.status, JSON.stringify(again?.body)).toBe(200);
          expect(again?.body.data).toMatchObject({
            uuid,
            deleted: true,
            has_remote_resources: true,
          });
          await expect(on.query(url, "SELECT 1")).rejects.toThrow(
            /not (permitted|currently accepting)|locked/,
          );
          expect(await operationsOf(world, uuid, "delete")).toEqual([
            { state: "succeeded", step: "lock_out" },
          ]);
          expect(
            (await eventsOf(world, uuid)).filter((type) => type === "database.deleted"),
          ).toEqual(["database.deleted"]);
        },
      });

      await surviveKills(doomed, stepsOf("destroy", false), {
        async prepare() {
          const database = await made();
          const path = `/api/v1/databases/${database.uuid}`;
          expect((await tenant.call("DELETE", path, { url: world.url })).status).toBe(200);
          await world.moveClock(destroyDelaySeconds * 1_000);
          return database;
        },
        run: () => world.sweep().catch(() => {}),
        async check({ uuid }) {
          expect(await operationsOf(world, uuid, "destroy")).toEqual([
            { state: "succeeded", step: "destroy" },
          ]);
          expect((await eventsOf(world, uuid)).at(-1)).toBe("database.destroyed");
          const left = await world.store(
            "SELECT 1 FROM databases WHERE uuid = $1 AND destroyed_at IS NULL",
            [uuid],
          );
          expect(left).toEqual([]);
        },
      });
    });
  }, 600_000);
}
