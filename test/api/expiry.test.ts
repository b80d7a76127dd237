import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newTenant, type Tenant } from "../support/api.ts";
import { engineCases, startTwoEngines, type TwoEngines } from "../support/two-engines.ts";

/** Databases that delete themselves: told of a day and an hour before, then deleted like by a delete. */
const hour = 3_600;
const day = 24 * hour;
const destroyDelaySeconds = 900;
const databases = "/api/v1/databases";

let engines: TwoEngines;
let tenant: Tenant;

beforeAll(async () => {
  engines = await startTwoEngines({ DESTROY_DELAY_SECONDS: `${destroyDelaySeconds}` });
  tenant = await newTenant({ url: engines.world.url });
});

afterAll(() => engines.stop());

async function made(more: object) {
  const body = { name: `e-${randomUUID().slice(0, 8)}`, ...more };
  const answer = await tenant.call("POST", `${databases}?wait=true&timeout=120`, { body });
  expect(answer.status, JSON.stringify(answer.body)).toBe(201);
  return answer.body.data;
}

async function sweepAfter(seconds: number): Promise<void> {
  await engines.world.moveClock(seconds * 1_000);
  await engines.world.settle();
}

async function told(uuid: string): Promise<unknown[]> {
  const rows = await engines.world.store(
    `SELECT type, data->>'notice' AS notice, data->>'reason' AS reason FROM events
     WHERE data->>'uuid' = $1 AND type NOT LIKE 'database.provision%' ORDER BY id`,
    [uuid],
  );
  return rows.map(({ type, notice, reason }) => [type, notice ?? reason].filter(Boolean).join(" "));
}

describe.each(engineCases)("on $engine", ({ engine, query, asOperator }) => {
  test("a database ends at its time, after a notice a day and one an hour before", async () => {
    const {
      uuid,
      name,
      expires_at: end,
      connection_string: url,
      db_username: login,
    } = await made({
      db_type: engine,
      ttl_seconds: 2 * day,
    });
    expect(Math.abs(Date.parse(end) - engines.world.now() - 2 * day * 1_000)).toBeLessThan(60_000);
    const listed = (await tenant.call("GET", databases)).body.data;
    expect(listed.find((each: { uuid: string }) => each.uuid === uuid).expires_at).toBe(end);
    await sweepAfter(day - hour);
    expect(await told(uuid)).toEqual([]);
    await sweepAfter(hour + 60);
    await sweepAfter(hour);
    expect(await told(uuid)).toEqual(["database.expiring day"]);
    await sweepAfter(22 * hour);
    await sweepAfter(60);
    const notices = ["database.expiring day", "database.expiring hour"];
    expect(await told(uuid)).toEqual(notices);
    expect(await query(url, "SELECT 1 AS one")).toEqual([{ one: 1 }]);

    await sweepAfter(hour);
    await sweepAfter(60);
    expect(await told(uuid)).toEqual([...notices, "database.deleted expired"]);
    expect((await tenant.call("GET", `${databases}/${uuid}`)).status).toBe(404);
    await expect(query(url, "SELECT 1")).rejects.toThrow(/locked|not permitted|not currently/);
    const [audit] = await engines.world.store(
      "SELECT actor, action FROM audit_log WHERE target = $1 ORDER BY id DESC LIMIT 1",
      [`database:${uuid}`],
    );
    expect(audit).toEqual({ actor: "system", action: "database.expire" });
    expect((await made({ db_type: engine, name })).name).toBe(name);

    await sweepAfter(destroyDelaySeconds + 1);
    expect(await told(uuid)).toEqual([
      ...notices,
      "database.deleted expired",
      "database.destroyed",
    ]);
    const users =
      engine === "mysql"
        ? `SELECT 1 FROM mysql.user WHERE user = '${login}'`
        : `SELECT 1 FROM pg_roles WHERE rolname = '${login}'`;
    expect(await asOperator(engines, users)).toEqual([]);
  });
});

test("a life shorter than a day has one notice, one shorter than an hour none", async () => {
  const [hours, minutes] = [
    await made({ ttl_seconds: 3 * hour }),
    await made({ ttl_seconds: 600 }),
  ];
  await sweepAfter(601);
  expect(await told(hours.uuid)).toEqual([]);
  expect(await told(minutes.uuid)).toEqual(["database.deleted expired"]);
  await sweepAfter(2 * hour);
  expect(await told(hours.uuid)).toEqual(["database.expiring hour"]);
});

test("the end can be moved and taken away; notices belong to the end that stands", async () => {
  const database = await made({ ttl_seconds: 3 * hour });
  const path = `${databases}/${database.uuid}`;
  await sweepAfter(2 * hour + 60);
  const end = new Date(engines.world.now() + 5 * hour * 1_000).toISOString();
  const moved = await tenant.call("PATCH", path, { body: { expires_at: end } });
  expect([moved.status, moved.body.data.expires_at, moved.body.data.name]).toEqual([
    200,
    end,
    database.name,
  ]);
  await sweepAfter(4 * hour + 60);
  const both = ["database.expiring hour", "database.updated", "database.expiring hour"];
  expect(await told(database.uuid)).toEqual(both);
  const cleared = await tenant.call("PATCH", path, { body: { expires_at: null, name: "stays" } });
  expect([cleared.body.data.expires_at, cleared.body.data.name]).toEqual([null, "stays"]);
  await sweepAfter(2 * day);
  expect((await tenant.call("GET", path)).body.data.status).toBe("active");
});

test("two sweeps at once tell once and delete once", async () => {
  const { uuid } = await made({ ttl_seconds: 3 * hour });
  await engines.world.moveClock(2.5 * hour * 1_000);
  await Promise.all(Array.from({ length: 4 }, () => engines.world.sweep()));
  await engines.world.moveClock(hour * 1_000);
  await Promise.all(Array.from({ length: 4 }, () => engines.world.sweep()));
  await engines.world.settle();
  expect(await told(uuid)).toEqual(["database.expiring hour", "database.deleted expired"]);
});

test("an end that cannot be is refused, by name", async () => {
  const at = (seconds: number) => new Date(engines.world.now() + seconds * 1_000).toISOString();
  const cases: [object, string][] = [
    [{ ttl_seconds: 59 }, "ttl_seconds"],
    [{ ttl_seconds: 366 * day + 1 }, "ttl_seconds"],
    [{ ttl_seconds: 1.5 }, "ttl_seconds"],
    [{ expires_at: at(-10) }, "expires_at"],
    [{ expires_at: at(367 * day) }, "expires_at"],
    [{ expires_at: "tomorrow" }, "expires_at"],
    [{ expires_at: at(hour), ttl_seconds: hour }, "ttl_seconds"],
  ];
  for (const [wrong, field] of cases) {
    const body = { name: "never", ...wrong };
    const answer = await tenant.call("POST", databases, { body });
    expect([answer.status, answer.body.error?.details?.field], JSON.stringify(wrong)).toEqual([
      422,
      field,
    ]);
  }
  expect((await made({ ttl_seconds: null, expires_at: undefined })).expires_at).toBeNull();
  expect((await made({ ttl_seconds: 60 })).expires_at).toEqual(expect.any(String));
  expect((await made({ expires_at: at(366 * day - 60) })).expires_at).toEqual(expect.any(String));
});
