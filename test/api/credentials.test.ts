import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Answer, admin, newTenant, type Tenant, until } from "../support/api.ts";
import { engineCases, startTwoEngines, type TwoEngines } from "../support/two-engines.ts";

/** Rotation of a database's credential, the same for both engines. */
const overlapSeconds = 600;
const databases = "/api/v1/databases";

let engines: TwoEngines;
let tenant: Tenant;

beforeAll(async () => {
  engines = await startTwoEngines();
  tenant = await newTenant({ url: engines.world.url });
});

afterAll(() => engines.stop());

type Database = {
  uuid: string;
  db_username: string;
  db_password: string;
  connection_string: string;
  previous_credential_until: string | null;
};

async function rotate(uuid: string, seconds?: number): Promise<Answer> {
  const body = seconds === undefined ? {} : { overlap_seconds: seconds };
  return await tenant.call("POST", `${databases}/${uuid}/credentials/rotate`, { body });
}

/** Rotates, and waits for it where it takes longer than its answer does. */
async function rotated(uuid: string, seconds?: number): Promise<Database> {
  const answer = await rotate(uuid, seconds);
  expect([200, 202], JSON.stringify(answer.body)).toContain(answer.status);
  if (answer.status === 200) return answer.body.data;
  await engines.world.settle();
  return await read(uuid);
}

async function read(uuid: string): Promise<Database> {
  return (await tenant.call("GET", `${databases}/${uuid}`)).body.data;
}

describe.each(engineCases)(
  "on $engine",
  ({ engine, query, open, refused, tooMany, asOperator }) => {
    async function made(more: object = {}): Promise<Database> {
      const body = { name: `r-${randomUUID().slice(0, 8)}`, db_type: engine, ...more };
      const answer = await tenant.call("POST", `${databases}?wait=true&timeout=120`, { body });
      expect(answer.status, JSON.stringify(answer.body)).toBe(201);
      return answer.body.data;
    }

    async function passOverlap(): Promise<void> {
      await engines.world.moveClock((overlapSeconds + 1) * 1_000);
      await engines.world.settle();
    }

    test("both credentials work during the overlap, then only the new one does", async () => {
      const old = await made();
      const oldSession = await open(old.connection_string);
      const next = await rotated(old.uuid, overlapSeconds);
      expect(next.db_username).toBe(`${old.db_username}b`);
      expect(next.db_password).not.toBe(old.db_password);
      expect(await read(old.uuid)).toMatchObject({
        db_username: next.db_username,
        db_password: next.db_password,
      });
      const left = Date.parse(next.previous_credential_until ?? "") - engines.world.now();
      expect(Math.abs(left - overlapSeconds * 1_000)).toBeLessThan(60_000);
      for (const url of [old.connection_string, next.connection_string]) {
        expect(await query(url, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
      }
      const newSession = await open(next.connection_string);

      await passOverlap();
      await oldSession.isOver;
      await expect(query(old.connection_string, "SELECT 1")).rejects.toThrow(refused);
      await newSession.query("SELECT 1");
      await newSession.end();
      expect(await query(next.connection_string, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
      expect((await read(old.uuid)).previous_credential_until).toBeNull();
    });

    test("what either login makes, both can read, change and drop", async () => {
      const old = await made();
      const [first, second] = [old.connection_string, (await rotated(old.uuid)).connection_string];
      await query(first, "CREATE TABLE by_first (a int)");
      await query(second, "CREATE TABLE by_second (a int)");
      await query(second, "INSERT INTO by_first VALUES (1)");
      await query(second, "ALTER TABLE by_first ADD COLUMN b int");
      await query(first, "INSERT INTO by_second VALUES (2)");
      await query(first, "ALTER TABLE by_second ADD COLUMN b int");
      await query(first, "DROP TABLE by_second");
      await query(second, "DROP TABLE by_first");
    });

    test("views, routines and triggers of a login that has ended go on working", async () => {
      const old = await made();
      const url = old.connection_string;
      await query(url, "CREATE TABLE items (id int, seen int DEFAULT 0)");
      await query(url, "CREATE VIEW item_ids AS SELECT id FROM items");
      if (engine === "mysql") {
        await query(
          url,
          "CREATE TRIGGER mark BEFORE INSERT ON items FOR EACH ROW SET NEW.seen = 7",
        );
        await query(
          url,
          "CREATE FUNCTION item_count() RETURNS int READS SQL DATA RETURN (SELECT count(*) FROM items)",
        );
      } else {
        await query(
          url,
          `CREATE FUNCTION mark() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS
         'BEGIN NEW.seen = 7; RETURN NEW; END';
         CREATE TRIGGER mark BEFORE INSERT ON items FOR EACH ROW EXECUTE FUNCTION mark();
         CREATE FUNCTION item_count() RETURNS int SECURITY DEFINER LANGUAGE sql AS
         'SELECT count(*)::int FROM items'`,
        );
      }
      const next = await rotated(old.uuid, 0);
      await expect(query(url, "SELECT 1")).rejects.toThrow(refused);
      await query(next.connection_string, "INSERT INTO items (id) VALUES (3)");
      const counted = await query(next.connection_string, "SELECT item_count() AS n");
      expect(counted.map((row) => Number(row.n))).toEqual([1]);
      expect(await query(next.connection_string, "SELECT seen FROM items")).toEqual([{ seen: 7 }]);
      expect(await query(next.connection_string, "SELECT id FROM item_ids")).toEqual([{ id: 3 }]);
    });

    test("without an overlap the old login is refused and its sessions are over by the answer", async () => {
      const old = await made();
      const session = await open(old.connection_string);
      const answer = await rotate(old.uuid, 0);
      expect(answer.status, JSON.stringify(answer.body)).toBe(200);
      const next: Database = answer.body.data;
      await session.isOver;
      await expect(query(old.connection_string, "SELECT 1")).rejects.toThrow(refused);
      expect(await query(next.connection_string, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
      expect(next.previous_credential_until).toBeNull();
    });

    test("a third rotation uses the first name again; at most two credentials work at a time", async () => {
      const first = await made();
      const second = await rotated(first.uuid);
      const third = await rotated(first.uuid);
      expect(third.db_username).toBe(first.db_username);
      await expect(query(first.connection_string, "SELECT 1")).rejects.toThrow(refused);
      for (const url of [second.connection_string, third.connection_string]) {
        expect(await query(url, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
      }
      const [, ...pending] = await engines.world.store(
        `SELECT 1 FROM operations o JOIN databases d ON d.id = o.database_id
       WHERE d.uuid = $1 AND o.kind = 'retire_credentials' AND o.state = 'queued'`,
        [first.uuid],
      );
      expect(pending).toEqual([]);
    });

    test("of many rotations at once, done in order, the last one's credential is the one that is shown", async () => {
      const { uuid } = await made();
      const answers = await Promise.all(
        Array.from({ length: 4 }, () =>
          tenant.call("POST", `${databases}/${uuid}/credentials/rotate`, { body: {} }),
        ),
      );
      for (const { status } of answers) expect([200, 202]).toContain(status);
      await engines.world.settle();
      const shown = await read(uuid);
      expect(await query(shown.connection_string, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
      const done = await engines.world.store(
        `SELECT o.state, d.credential_number FROM operations o JOIN databases d ON d.id = o.database_id
       WHERE d.uuid = $1 AND o.kind = 'rotate_credentials'`,
        [uuid],
      );
      expect(done).toEqual(
        Array.from({ length: 4 }, () => ({ state: "succeeded", credential_number: 4 })),
      );
    });

    test("a retry with the same key rotates once, and shows the same credential", async () => {
      const { uuid } = await made();
      const key = randomUUID();
      const path = `${databases}/${uuid}/credentials/rotate`;
      const [first, again] = [
        await tenant.call("POST", path, { body: {}, key }),
        await tenant.call("POST", path, { body: {}, key }),
      ];
      expect(again.body.data).toEqual(first.body.data);
      expect(again.headers.get("idempotent-replayed")).toBe("true");
      const other = await tenant.call("POST", path, { body: { overlap_seconds: 1 }, key });
      expect([other.status, other.body.error.code]).toEqual([422, "idempotency_key_reused"]);
    });

    test("the connection limit holds for each login, and after a change of quotas too", async () => {
      const old = await made({ connection_hard_limit: 2 });
      const next = await rotated(old.uuid);
      const sessions = [await open(next.connection_string), await open(next.connection_string)];
      await expect(open(next.connection_string)).rejects.toThrow(tooMany);
      // On PostgreSQL the limit counts both logins together.
      if (engine === "postgres") await expect(open(old.connection_string)).rejects.toThrow(tooMany);
      const quotas = { connection_hard_limit: 3 };
      await tenant.call("PATCH", `${databases}/${old.uuid}/quotas`, { body: quotas });
      await engines.world.settle();
      sessions.push(await open(next.connection_string));
      await expect(open(next.connection_string)).rejects.toThrow(tooMany);
      await Promise.all(sessions.map((session) => session.end()));
    });

    test("a delete during the overlap locks both logins, and a destroy leaves neither", async () => {
      const old = await made();
      const next = await rotated(old.uuid);
      expect((await tenant.call("DELETE", `${databases}/${old.uuid}`)).status).toBe(200);
      await engines.world.settle();
      for (const url of [old.connection_string, next.connection_string]) {
        await expect(query(url, "SELECT 1")).rejects.toThrow(/locked|not permitted|not currently/);
      }
      await engines.world.moveClock(7 * 24 * 3_600_000 + 1_000);
      await engines.world.settle();
      const logins =
        engine === "mysql"
          ? "SELECT user FROM mysql.user WHERE user IN"
          : "SELECT rolname FROM pg_roles WHERE rolname IN";
      const names = `('${old.db_username}', '${next.db_username}')`;
      expect(await asOperator(engines, `${logins} ${names}`)).toEqual([]);
      const twins = "SELECT database_id FROM polypuma.twins WHERE concat('u', database_id, 'b') IN";
      if (engine === "mysql") expect(await asOperator(engines, `${twins} ${names}`)).toEqual([]);
      const answer = await tenant.call("POST", `${databases}/${old.uuid}/credentials/rotate`, {
        body: {},
      });
      expect(answer.status).toBe(404);
    });
  },
);

test.each([
  "RESET ROLE",
  "SET ROLE NONE",
  "DISCARD ALL",
  "RESET ALL",
  "SET SESSION AUTHORIZATION DEFAULT",
])("on PostgreSQL no table gets another owner by %s", async (trick) => {
  const body = { name: `owned-${randomUUID().slice(0, 8)}` };
  const old = (await tenant.call("POST", `${databases}?wait=true&timeout=120`, { body })).body.data;
  const next = await rotated(old.uuid);
  const [postgres] = engineCases;
  const session = await postgres?.open(next.connection_string);
  await session?.query(trick);
  const create = session?.query("CREATE TABLE tricky (a int)");
  if (trick === "SET ROLE NONE") await expect(create).rejects.toThrow(/permission denied/);
  else await create;
  await session?.end();
  const owners = await postgres?.query(
    old.connection_string,
    `SELECT DISTINCT tableowner AS owner FROM pg_tables WHERE schemaname = 'public'
       UNION SELECT pg_get_userbyid(nspowner) FROM pg_namespace WHERE nspname = 'public'`,
  );
  expect(owners).toEqual([{ owner: old.db_username }]);
});

test("on PostgreSQL a large object of the login that ends goes to the one owner", async () => {
  const body = { name: "large-object" };
  const old = (await tenant.call("POST", `${databases}?wait=true&timeout=120`, { body })).body.data;
  const next = await rotated(old.uuid);
  const [postgres] = engineCases;
  await postgres?.query(next.connection_string, "SET ROLE NONE; SELECT lo_create(0)");
  const last = await rotated(old.uuid, 0);
  const owners = "SELECT pg_get_userbyid(lomowner) AS owner FROM pg_largeobject_metadata";
  expect(await postgres?.query(last.connection_string, owners)).toEqual([
    { owner: old.db_username },
  ]);
});

test("a rotation tells once, after it is done, and tells no secret", async () => {
  const { url } = engines.world;
  const own = await newTenant({ url });
  const body = { name: "told" };
  const { uuid } = (await own.call("POST", `${databases}?wait=true&timeout=120`, { body })).body
    .data;
  const path = `${databases}/${uuid}/credentials/rotate`;
  const rotation = await own.call("POST", path, { body: { overlap_seconds: 60 } });
  expect([200, 202]).toContain(rotation.status);
  await engines.world.settle();
  const shown: Database = (await own.call("GET", `${databases}/${uuid}`)).body.data;
  const events = (await own.call("GET", "/api/v1/events")).body.data;
  const told = events.filter((event: { type: string }) => event.type === "database.updated");
  expect(told.length).toBe(1);
  expect(told[0].data.change).toBe("credentials_rotated");
  expect(JSON.stringify(events)).not.toContain(shown.db_password);
  const audit = await engines.world.store(
    "SELECT action FROM audit_log WHERE target = $1 ORDER BY id",
    [`database:${uuid}`],
  );
  expect(audit.map((row) => row.action)).toContain("database.rotate_credentials");
});

test("the overlap has bounds, and a key without databases:write may not rotate", async () => {
  const { url } = engines.world;
  const body = { name: "bounded" };
  const { uuid } = (await tenant.call("POST", `${databases}?wait=true&timeout=120`, { body })).body
    .data;
  const path = `${databases}/${uuid}/credentials/rotate`;
  for (const overlap of [-1, 7 * 24 * 3_600 + 1, 1.5, "60"]) {
    const answer = await tenant.call("POST", path, { body: { overlap_seconds: overlap } });
    expect([answer.status, answer.body.error.details.field]).toEqual([422, "overlap_seconds"]);
  }
  const longest = { overlap_seconds: 7 * 24 * 3_600 };
  expect([200, 202]).toContain((await tenant.call("POST", path, { body: longest })).status);
  const reader = await newTenant({ url, permissions: ["databases:read"] });
  expect((await reader.call("POST", path, { body: {} })).status).toBe(403);
  const stranger = await newTenant({ url });
  expect((await stranger.call("POST", path, { body: {} })).status).toBe(404);
});

test("while the server cannot be reached the rotation waits, and the old credential stays shown", async () => {
  const { world } = engines;
  const body = { name: "waiting" };
  const before = (await tenant.call("POST", `${databases}?wait=true&timeout=120`, { body })).body
    .data;
  world.link.cut();
  const path = `${databases}/${before.uuid}`;
  const answer = await tenant.call("POST", `${path}/credentials/rotate`, { body: {} });
  expect(answer.status).toBe(202);
  expect(answer.body.data.db_password).toBe(before.db_password);
  world.link.mend();
  const after = await until(
    async () => {
      await world.moveClock(5_000);
      await world.sweep();
      return (await tenant.call("GET", path)).body.data;
    },
    (database) => database.db_password !== before.db_password,
  );
  const operation = await tenant.call("GET", `/api/v1/operations/${answer.body.operation_id}`);
  expect(operation.body.data).toMatchObject({ kind: "rotate_credentials", state: "succeeded" });
  expect((await admin("GET", "/orphans", { url: world.url })).body.data).toEqual([]);
  await engineCases[0]?.query(after.connection_string, "SELECT 1");
});
