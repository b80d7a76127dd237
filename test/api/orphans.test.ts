import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { admin, newTenant, type Tenant, until } from "../support/api.ts";
import { engineCases, startTwoEngines, type TwoEngines } from "../support/two-engines.ts";

/** What stands on servers against our rows, both ways: told, removed after a grace, never a stranger's. */
const reconcileSeconds = 60;
const graceSeconds = 600;
const mark = `polykomos ${"0".repeat(32)}`;
const databases = "/api/v1/databases";

let engines: TwoEngines;
let tenant: Tenant;
const statements: string[] = [];

beforeAll(async () => {
  const vars = {
    RECONCILE_SECONDS: `${reconcileSeconds}`,
    ORPHAN_GRACE_SECONDS: `${graceSeconds}`,
    SERVER_CHECK_SECONDS: "1000000000",
    STORAGE_CHECK_SECONDS: "1000000000",
  };
  engines = await startTwoEngines(vars, { onFleetStatement: (text) => void statements.push(text) });
  tenant = await newTenant({ url: engines.world.url });
  await sweepAfter(0);
});

afterAll(() => engines.stop());

async function orphans(): Promise<Record<string, unknown>[]> {
  return (await admin("GET", "/orphans", { url: engines.world.url })).body.data;
}

async function sweepAfter(seconds: number): Promise<Record<string, number>> {
  await engines.world.moveClock(seconds * 1_000);
  return (await admin("POST", "/sweep", { url: engines.world.url })).body.data;
}

/** How each engine's orphans and strangers come to stand there, and what of them stands. */
const marked = {
  postgres: [
    `CREATE ROLE u999999 LOGIN; COMMENT ON ROLE u999999 IS '${mark}'`,
    "CREATE DATABASE left_over",
    `COMMENT ON DATABASE left_over IS '${mark}'; GRANT CONNECT ON DATABASE left_over TO u999999`,
  ],
  mysql: [
    `INSERT INTO polypuma.tenants VALUES (999999, '${"0".repeat(32)}', 'left_over', TRUE)`,
    "CREATE DATABASE left_over",
    "CREATE USER u999999@'%' IDENTIFIED BY 'x'",
    "GRANT ALL ON left_over.* TO u999999@'%'",
  ],
};
const strange = {
  postgres: ["CREATE ROLE u888888 LOGIN", "CREATE ROLE a_stranger", "CREATE DATABASE strange"],
  mysql: ["CREATE USER u888888@'%' IDENTIFIED BY 'x'", "CREATE DATABASE strange"],
};
const standing = {
  postgres: `SELECT rolname AS name FROM pg_roles WHERE rolname ~ '^u(8|9)+$'
    UNION SELECT datname FROM pg_database WHERE datname IN ('left_over', 'strange') ORDER BY 1`,
  mysql: `SELECT user AS name FROM mysql.user WHERE user IN ('u999999', 'u888888')
    UNION SELECT schema_name FROM information_schema.schemata
      WHERE schema_name IN ('left_over', 'strange') ORDER BY 1`,
};

describe.each(engineCases)("on $engine", ({ engine, asOperator, query, open }) => {
  const run = (text: string) => asOperator(engines, text);

  async function made() {
    const body = { name: `o-${randomUUID().slice(0, 8)}`, db_type: engine };
    const answer = await tenant.call("POST", `${databases}?wait=true&timeout=120`, { body });
    expect(answer.status, JSON.stringify(answer.body)).toBe(201);
    return answer.body.data;
  }

  test("what bears our mark and belongs to no row is told at once and removed after the grace", async () => {
    for (const statement of [...marked[engine], ...strange[engine]]) await run(statement);
    const told = (await orphans()).filter((each) => each.server === `test-${engine}`);
    expect(told.map(({ kind, name, will_be_removed: goes }) => ({ kind, name, goes }))).toEqual([
      { kind: "database", name: "left_over", goes: true },
      { kind: "login", name: "u888888", goes: false },
      { kind: "login", name: "u999999", goes: true },
    ]);
    const all = ["left_over", "strange", "u888888", "u999999"].map((name) => ({ name }));
    expect((await sweepAfter(reconcileSeconds)).orphans_removed).toBe(0);
    expect((await sweepAfter(graceSeconds - reconcileSeconds)).orphans_removed).toBe(0);
    expect(await run(standing[engine])).toEqual(all);

    await sweepAfter(reconcileSeconds);
    expect(await run(standing[engine])).toEqual([{ name: "strange" }, { name: "u888888" }]);
    const [audit] = await engines.world.store(
      "SELECT actor FROM audit_log WHERE action = 'orphan.remove' AND target LIKE $1",
      [`server:test-${engine}/database:left_over`],
    );
    expect(audit).toEqual({ actor: "system" });
    await run(engine === "mysql" ? "DROP USER u888888@'%'" : "DROP ROLE u888888");
    await run("DROP DATABASE strange");
    expect(await orphans()).toEqual([]);
  });

  test("what lives, is being made or waits for its destruction is no orphan", async () => {
    const living = await made();
    const session = await open(living.connection_string);
    const deleted = await made();
    const path = `${databases}/${deleted.uuid}`;
    expect((await tenant.call("DELETE", path)).status).toBe(200);
    await tenant.call("POST", `${databases}/${living.uuid}/credentials/rotate`, { body: {} });
    for (let sweep = 0; sweep < 3; sweep++) await sweepAfter(graceSeconds + 1);
    expect(await orphans()).toEqual([]);
    await session.query("SELECT 1");
    await session.end();
  });

  test("a database that its server has lost is told of, shown, and made anew by the operator", async () => {
    const { uuid, db_name: name, connection_string: url } = await made();
    await query(url, "CREATE TABLE gone (a int)");
    await engines.world.moveClock(5_000);
    const quoted = engine === "mysql" ? `\`${name}\`` : `"${name}"`;
    await run(`DROP DATABASE ${quoted}${engine === "mysql" ? "" : " WITH (FORCE)"}`);
    expect(await orphans()).toMatchObject([
      { found_in: "store", kind: "database", database_uuid: uuid },
    ]);
    const { url: worker } = engines.world;
    const rebuild = `/databases/${uuid}/rebuild`;
    expect((await admin("POST", rebuild, { url: worker })).status).toBe(409);
    expect((await sweepAfter(reconcileSeconds)).databases_missing).toBe(1);
    const shown = (await tenant.call("GET", `${databases}/${uuid}`)).body.data;
    expect(shown.missing_since).toEqual(expect.any(String));

    const queued = await admin("POST", rebuild, { url: worker });
    expect(queued.status, JSON.stringify(queued.body)).toBe(200);
    await until(
      async () => (await tenant.call("GET", `${databases}/${uuid}`)).body.data,
      (database) => database.missing_since === null,
    );
    expect(await query(url, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
    await query(url, "CREATE TABLE gone (a int)");
    expect(await orphans()).toEqual([]);
  });

  test("one that comes back by itself is no longer shown as missing", async () => {
    if (engine === "mysql") {
      const { uuid, db_name: name, connection_string: url } = await made();
      await engines.world.moveClock(5_000);
      await query(url, `DROP DATABASE \`${name}\``);
      await sweepAfter(reconcileSeconds);
      const read = async () => (await tenant.call("GET", `${databases}/${uuid}`)).body.data;
      expect((await read()).missing_since).toEqual(expect.any(String));
      const server = url.slice(0, url.lastIndexOf("/") + 1);
      await query(server, `CREATE DATABASE \`${name}\``);
      await sweepAfter(reconcileSeconds);
      expect((await read()).missing_since).toBeNull();
    } else {
      const { uuid, db_name: name } = await made();
      await engines.world.moveClock(5_000);
      await run(`COMMENT ON DATABASE "${name}" IS NULL`);
      await sweepAfter(reconcileSeconds);
      const read = async () => (await tenant.call("GET", `${databases}/${uuid}`)).body.data;
      expect((await read()).missing_since).toEqual(expect.any(String));
      const [row] = await engines.world.store(
        "SELECT 'polykomos ' || substr(encode(sha256(convert_to(uuid::text, 'UTF8')), 'hex'), 1, 32) AS mark FROM databases WHERE uuid = $1",
        [uuid],
      );
      await run(`COMMENT ON DATABASE "${name}" IS '${row?.mark}'`);
      await sweepAfter(reconcileSeconds);
      expect((await read()).missing_since).toBeNull();
    }
  });
});

test("a comparison reads a PostgreSQL server's catalog in one statement", async () => {
  await engines.world.moveClock(reconcileSeconds * 1_000);
  statements.length = 0;
  await sweepAfter(0);
  expect(statements.filter((text) => /pg_roles|pg_database/.test(text)).length).toBe(1);
});

test("on a server of another control plane nothing is removed", async () => {
  const { world } = engines;
  await world.fleet("ALTER DATABASE postgres SET polykomos.fleet = 'somebody else'");
  for (const statement of marked.postgres) await world.fleet(statement);
  expect((await orphans()).map((each) => each.will_be_removed)).toEqual([false, false]);
  for (let sweep = 0; sweep < 3; sweep++) await sweepAfter(graceSeconds + 1);
  expect((await orphans()).length).toBe(2);
});
