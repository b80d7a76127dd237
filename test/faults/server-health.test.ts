import { rmSync } from "node:fs";
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from "vitest";
import type { RunningMariadb } from "../../dev/mariadb.ts";
import { admin, newDatabase, newTenant, type Tenant, until } from "../support/api.ts";
import { mysqlQuery } from "../support/mysql.ts";
import { serverFolder } from "../support/server-folder.ts";
import { startOwnMariadb } from "../support/servers.ts";
import { registerServer } from "../support/suite.ts";
import { type Link, startLink } from "./link.ts";
import { startWorld, type World } from "./world.ts";

/** Whether servers take work is found out by the scheduled work, and decides what they are given. */
const hasMysql = inject("suite").mysql !== null;
const checkEverySeconds = 30;

let world: World;
let tenant: Tenant;
let link: Link;
/** The server behind the link, and one beside it in the same region. */
let broken: number;
let sound: number;

beforeAll(async () => {
  world = await startWorld({
    SERVER_CHECK_SECONDS: `${checkEverySeconds}`,
    // One real server stands under several names here: what one has is nobody's to the others.
    ORPHAN_GRACE_SECONDS: "1000000000",
  });
  tenant = await newTenant({ url: world.url });
  link = await startLink(world.server());
  broken = await add("broken", { port: link.port });
  sound = await add("sound", {});
}, 120_000);

afterAll(async () => {
  await link.stop();
  await world.stop();
});

afterEach(async () => {
  link.mend();
  await admin("POST", `/servers/${broken}/activate`, { url: world.url });
  await checkAll();
});

async function add(name: string, fields: Record<string, unknown>): Promise<number> {
  const { host, port, user, password } = world.server();
  const made = await admin("POST", "/servers", {
    url: world.url,
    body: {
      ...{ name, engine: "postgres", transport: "tcp", region: "health", host, port, tls: false },
      ...{ admin_user: user, admin_password: password, max_databases: 100, ...fields },
    },
  });
  expect(made.status, JSON.stringify(made.body)).toBe(201);
  return made.body.data.id;
}

/** Sweeps once every server is due. */
async function checkAll(): Promise<void> {
  await world.moveClock((checkEverySeconds + 1) * 1_000);
  await world.sweep();
}

type Shown = {
  id: number;
  state: string;
  databases: number;
  checked_at: string;
  check_failures: number;
  last_error: string | null;
  down_since: string | null;
};

async function shown(id: number): Promise<Shown> {
  const { data } = (await admin("GET", "/servers", { url: world.url })).body;
  return data.find((each: { id: number }) => each.id === id);
}

function create() {
  return newDatabase(tenant, { region: "health" });
}

async function serverOf(uuid: string): Promise<unknown> {
  const [row] = await world.store("SELECT server_id FROM databases WHERE uuid = $1", [uuid]);
  return row?.server_id;
}

test("a server that fails two checks in a row is down, and one success brings it back", async () => {
  await checkAll();
  expect(await shown(broken)).toMatchObject({ state: "active", last_error: null });
  link.cut();
  await checkAll();
  expect(await shown(broken)).toMatchObject({
    state: "active",
    check_failures: 1,
    // A lost connection is told as such at once, not as a server that does not answer.
    last_error: expect.stringMatching(/connection|connect/i),
    down_since: null,
  });
  await checkAll();
  const down = await shown(broken);
  expect(down).toMatchObject({ state: "down", check_failures: 2, down_since: down.checked_at });
  await checkAll();
  expect(await shown(broken)).toMatchObject({ state: "down", down_since: down.down_since });
  link.mend();
  await checkAll();
  expect(await shown(broken)).toMatchObject({
    state: "active",
    check_failures: 0,
    last_error: null,
    down_since: null,
  });
  const told = await world.store(
    "SELECT action FROM audit_log WHERE target = 'server:broken' AND actor = 'system' ORDER BY id",
  );
  expect(told.map((row) => row.action)).toEqual(["server.down", "server.active"]);
});

test("one failed check and a good one change nothing", async () => {
  link.cut();
  await checkAll();
  link.mend();
  await checkAll();
  link.cut();
  await checkAll();
  expect(await shown(broken)).toMatchObject({ state: "active", check_failures: 1 });
});

test("nothing is placed on a server that is down, nor, while another is sound, on a doubtful one", async () => {
  link.cut();
  await checkAll();
  for (let count = 0; count < 3; count++) expect(await serverOf((await create()).uuid)).toBe(sound);
  await checkAll();
  await admin("POST", `/servers/${sound}/drain`, { url: world.url });
  const body = { name: "nowhere", region: "health" };
  const refused = await tenant.call("POST", "/api/v1/databases", { body });
  expect([refused.status, refused.body.error.code]).toEqual([503, "no_capacity"]);
  await admin("POST", `/servers/${sound}/activate`, { url: world.url });
});

test("a server that the operator drains is draining when it is back", async () => {
  await admin("POST", `/servers/${broken}/drain`, { url: world.url });
  link.cut();
  await checkAll();
  await checkAll();
  expect((await shown(broken)).state).toBe("down");
  link.mend();
  await checkAll();
  expect((await shown(broken)).state).toBe("draining");
});

test("draining and activating a server that is down is kept for later, and may be too early", async () => {
  link.cut();
  await checkAll();
  await checkAll();
  const early = await admin("POST", `/servers/${broken}/activate`, { url: world.url });
  expect(early.body.data.state).toBe("down");
  const drained = await admin("POST", `/servers/${broken}/drain`, { url: world.url });
  expect(drained.body.data.state).toBe("down");
  link.mend();
  const active = await admin("POST", `/servers/${broken}/activate`, { url: world.url });
  expect(active.body.data).toMatchObject({ state: "active", last_error: null });
});

test("capacities of a server that is down can be changed, its whereabouts when it answers there", async () => {
  link.cut();
  await checkAll();
  await checkAll();
  const path = `/servers/${broken}`;
  const wider = await admin("PATCH", path, { url: world.url, body: { max_databases: 99 } });
  expect(wider.body.data).toMatchObject({ state: "down", max_databases: 99 });
  const port = world.server().port;
  const moved = await admin("PATCH", path, { url: world.url, body: { port } });
  expect(moved.body.data).toMatchObject({ state: "active", port });
  link.mend();
  await admin("PATCH", path, { url: world.url, body: { port: link.port, max_databases: 100 } });
});

test("a change on a server that is down waits, and is done when it is back", async () => {
  await admin("POST", `/servers/${sound}/drain`, { url: world.url });
  const database = await create();
  expect(await serverOf(database.uuid)).toBe(broken);
  await admin("POST", `/servers/${sound}/activate`, { url: world.url });
  link.cut();
  await checkAll();
  await checkAll();
  const path = `/api/v1/databases/${database.uuid}`;
  const body = { connection_hard_limit: 3 };
  const changed = await tenant.call("PATCH", `${path}/quotas`, { body });
  expect([changed.status, changed.body.data.quotas.connection_hard_limit]).toEqual([200, 3]);
  await checkAll();
  const waiting = `SELECT o.state, o.attempts FROM operations o JOIN databases d ON d.id = o.database_id
    WHERE d.uuid = $1 AND o.kind = 'change_quotas'`;
  expect(await world.store(waiting, [database.uuid])).toEqual([{ state: "queued", attempts: 0 }]);
  link.mend();
  await checkAll();
  await until(
    () => world.store(waiting, [database.uuid]),
    ([row]) => row?.state === "succeeded",
  );
  const limit = "SELECT rolconnlimit FROM pg_roles WHERE rolname = $1";
  expect(await world.fleet(limit, [database.db_username])).toEqual([{ rolconnlimit: 3 }]);
});

test("sweeps at the same time check each server once", async () => {
  await world.moveClock((checkEverySeconds + 1) * 1_000);
  const sweeps = await Promise.all(
    Array.from({ length: 5 }, () => admin("POST", "/sweep", { url: world.url })),
  );
  const checked = sweeps.map((each) => each.body.data.servers_checked);
  const { data } = (await admin("GET", "/servers", { url: world.url })).body;
  expect(checked.reduce((sum, each) => sum + each, 0)).toBe(data.length);
});

test("a server that is silent holds up no other's check", async () => {
  await checkAll();
  const before = { broken: await shown(broken), sound: await shown(sound) };
  link.silence();
  await world.moveClock((checkEverySeconds + 1) * 1_000);
  let isOver = false;
  const sweeping = world.sweep().finally(() => {
    isOver = true;
  });
  await until(
    () => shown(sound),
    (found) => found.checked_at !== before.sound.checked_at,
  );
  const { checked_at: brokenCheckedAt } = await shown(broken);
  expect([isOver, brokenCheckedAt]).toEqual([false, before.broken.checked_at]);
  await sweeping;
  expect(await shown(broken)).toMatchObject({
    check_failures: 1,
    last_error: expect.stringContaining("No answer in"),
  });
});

describe("a check puts right what was opened since the server was registered", () => {
  test("on PostgreSQL a database that is open to everyone", async () => {
    await world.fleet("CREATE DATABASE wide_open");
    await checkAll();
    const open = "SELECT has_database_privilege('public', 'wide_open', 'CONNECT') AS is_open";
    expect(await world.fleet(open)).toEqual([{ is_open: false }]);
    await world.fleet("DROP DATABASE wide_open");
  });

  test.skipIf(!hasMysql)("on MySQL rights that everyone has", async () => {
    const folder = serverFolder("polypuma-health-");
    const mariadb: RunningMariadb | null = await startOwnMariadb(folder);
    if (!mariadb) throw new Error("There is no MariaDB");
    try {
      await registerServer(world.url, mariadb, "mysql");
      const { host, port, user, password } = mariadb;
      const url = `mysql://${user}:${password}@${host}:${port}/mysql`;
      await mysqlQuery(url, "CREATE DATABASE shared");
      await mysqlQuery(url, "GRANT SELECT ON shared.* TO PUBLIC");
      await checkAll();
      expect(await mysqlQuery(url, "SELECT db FROM mysql.db WHERE user IN ('', 'PUBLIC')")).toEqual(
        [],
      );
    } finally {
      await mariadb.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
