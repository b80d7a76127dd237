import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { type Step, stepsOf } from "../../src/polykomos/operations/steps.ts";
import { type Answer, newTenant, type Tenant, until } from "../support/api.ts";
import type { EngineCase } from "../support/two-engines.ts";
import {
  type Doomed,
  destroyDelaySeconds,
  surviveKills,
  withDoomedWorld,
} from "./survive-kills.ts";
import type { World } from "./world.ts";

// What is asked of the control plane is done once, wherever its Worker was killed.

/** Sends a write that the Worker may not live to answer. */
async function attempt(
  { world, cutOff }: Doomed,
  tenant: Tenant,
  [method, path, body]: [method: string, path: string, body?: object],
  key: string,
): Promise<Answer | null> {
  const options = { url: world.url, key, ...(body ? { body } : {}) };
  return await tenant.call(method, path, options).catch((error: unknown) => {
    if (!cutOff.isDead()) throw error;
    return null;
  });
}

async function eventsOf(world: World, uuid: string): Promise<unknown[]> {
  const text = "SELECT type FROM events WHERE data->>'uuid' = $1 ORDER BY id";
  return (await world.store(text, [uuid])).map((row) => row.type);
}

async function operationsOf(world: World, uuid: string, kind: string) {
  return await world.store(
    `SELECT o.state, o.step FROM operations o JOIN databases d ON d.id = o.database_id
     WHERE d.uuid = $1 AND o.kind = $2 ORDER BY o.seq`,
    [uuid, kind],
  );
}

/** The operations once they have succeeded: an answer does not wait long for their work. */
async function endedOf(world: World, uuid: string, kind: string): Promise<unknown[]> {
  return await until(
    () => operationsOf(world, uuid, kind),
    (all) => all.length > 0 && all.every(({ state }) => state === "succeeded"),
  );
}

type Used = { uuid: string; url: string; key: string };

function tokensOf({ uuid, key }: Used): string[] {
  return [uuid, key];
}

/** A database that is in use, and the key of the request that will change it. */
async function usedDatabase({ world, on }: Doomed, tenant: Tenant): Promise<Used> {
  const answer = await tenant.call("POST", "/api/v1/databases?wait=true&timeout=120", {
    url: world.url,
    body: { name: `used-${randomUUID().slice(0, 8)}`, db_type: on.engine },
  });
  expect(answer.status, JSON.stringify(answer.body)).toBe(201);
  const { uuid, connection_string: url } = answer.body.data;
  return { uuid, url, key: randomUUID() };
}

async function surviveKilledCreates(
  doomed: Doomed,
  steps: { own: readonly Step[]; builds?: readonly Step[] },
): Promise<void> {
  const { world, on } = doomed;
  const tenant = await newTenant({ url: world.url });
  await surviveKills(doomed, steps, {
    async prepare() {
      const body = { name: `made-${randomUUID().slice(0, 8)}`, db_type: on.engine };
      return { name: body.name, body, key: randomUUID() };
    },
    tokensOf: ({ name, key }) => [name, key],
    run: (all) =>
      Promise.all(
        all.map(({ body, key }) =>
          attempt(doomed, tenant, ["POST", "/api/v1/databases?wait=true", body], key),
        ),
      ),
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
    const steps = stepsOf("create", false);
    await withDoomedWorld(on, { hasPool: false, steps }, async (doomed) => {
      await surviveKilledCreates(doomed, { own: steps });
    });
  }, 600_000);

  test("a claim and the building of the next one, killed anywhere, lose and double nothing", async () => {
    const own = stepsOf("create", true);
    const builds = stepsOf("build_pooled", false);
    const steps = [...own, ...builds];
    await withDoomedWorld(on, { hasPool: true, steps }, async (doomed) => {
      await surviveKilledCreates(doomed, { own, builds });
    });
  }, 600_000);

  test("a change of quotas and a rotation, killed anywhere, are done once and for all", async () => {
    const rotation = [
      ...stepsOf("rotate_credentials", false),
      ...stepsOf("retire_credentials", false),
    ];
    const steps = [...stepsOf("change_quotas", false), ...rotation];
    await withDoomedWorld(on, { hasPool: false, steps }, async (doomed) => {
      const { world } = doomed;
      const tenant = await newTenant({ url: world.url });
      const made = () => usedDatabase(doomed, tenant);
      const connections = 7;
      const quotas = { connection_hard_limit: connections };

      await surviveKills(
        doomed,
        { own: stepsOf("change_quotas", false) },
        {
          prepare: made,
          tokensOf,
          run: (all) =>
            Promise.all(
              all.map(({ uuid, key }) =>
                attempt(doomed, tenant, ["PATCH", `/api/v1/databases/${uuid}/quotas`, quotas], key),
              ),
            ),
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
            expect(await endedOf(world, uuid, "change_quotas")).toEqual([
              { state: "succeeded", step: "limit_connections" },
            ]);
            expect(await on.query(url, limit)).toEqual([{ n: connections }]);
            expect(
              (await eventsOf(world, uuid)).filter((type) => type === "database.updated"),
            ).toEqual(["database.updated"]);
          },
        },
      );

      await surviveKills(
        doomed,
        { own: rotation },
        {
          prepare: made,
          tokensOf,
          run: (all) =>
            Promise.all(
              all.map(({ uuid, key }) =>
                attempt(
                  doomed,
                  tenant,
                  ["POST", `/api/v1/databases/${uuid}/credentials/rotate`, { overlap_seconds: 0 }],
                  key,
                ),
              ),
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
            expect([200, 202], JSON.stringify(again?.body)).toContain(again?.status);
            for (const [kind, step] of [
              ["rotate_credentials", "check_login"],
              ["retire_credentials", "end_previous_login"],
            ] as const) {
              expect(await endedOf(world, uuid, kind)).toEqual([{ state: "succeeded", step }]);
            }
            const after = (await tenant.call("GET", path, { url: world.url })).body.data;
            expect(after.db_username).toMatch(/^u\d+b$/);
            expect(await on.query(after.connection_string, "SELECT 1 AS one")).toEqual([
              { one: 1 },
            ]);
            await expect(on.query(url, "SELECT 1")).rejects.toThrow(on.refused);
            expect(
              (await eventsOf(world, uuid)).filter((type) => type === "database.updated"),
            ).toEqual(["database.updated"]);
          },
        },
      );
    });
  }, 600_000);

  test("a delete and a destroy, killed anywhere, are done once and for all", async () => {
    const steps = stepsOf("destroy", false);
    await withDoomedWorld(on, { hasPool: false, steps }, async (doomed) => {
      const { world } = doomed;
      const tenant = await newTenant({ url: world.url });
      const made = () => usedDatabase(doomed, tenant);

      await surviveKills(
        doomed,
        { own: stepsOf("delete", false) },
        {
          prepare: made,
          tokensOf,
          run: (all) =>
            Promise.all(
              all.map(({ uuid, key }) =>
                attempt(doomed, tenant, ["DELETE", `/api/v1/databases/${uuid}`], key),
              ),
            ),
          async check({ uuid, url, key }) {
            const again = await attempt(
              doomed,
              tenant,
              ["DELETE", `/api/v1/databases/${uuid}`],
              key,
            );
            expect(again?.status, JSON.stringify(again?.body)).toBe(200);
            expect(again?.body.data).toMatchObject({
              uuid,
              deleted: true,
              has_remote_resources: true,
            });
            expect(await endedOf(world, uuid, "delete")).toEqual([
              { state: "succeeded", step: "lock_out" },
            ]);
            await expect(on.query(url, "SELECT 1")).rejects.toThrow(
              /not (permitted|currently accepting)|locked/,
            );
            expect(
              (await eventsOf(world, uuid)).filter((type) => type === "database.deleted"),
            ).toEqual(["database.deleted"]);
          },
        },
      );

      await surviveKills(
        doomed,
        { own: stepsOf("destroy", false) },
        {
          async prepare() {
            const database = await made();
            const path = `/api/v1/databases/${database.uuid}`;
            expect((await tenant.call("DELETE", path, { url: world.url })).status).toBe(200);
            await endedOf(world, database.uuid, "delete");
            return database;
          },
          tokensOf,
          async run() {
            await world.moveClock(destroyDelaySeconds * 1_000);
            await world.sweep().catch(() => {});
          },
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
        },
      );
    });
  }, 600_000);
}
