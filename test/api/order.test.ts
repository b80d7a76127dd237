import { randomUUID } from "node:crypto";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { admin, newTenant, type Tenant, until } from "../support/api.ts";
import { storeName } from "../support/originals.ts";
import { engineCases, startTwoEngines, type TwoEngines } from "../support/two-engines.ts";

/** Changes of one database that overlap are done one after the other, in the order they were taken. */
const databases = "/api/v1/databases";
const togetherCount = 4;

let engines: TwoEngines;
let tenant: Tenant;
/** Holds every operation before its first step while there is one. */
let beforeSteps: Promise<void> | null = null;

beforeAll(async () => {
  engines = await startTwoEngines(
    {},
    {
      async onStoreStatement(text) {
        if (text.includes("SET step =")) await beforeSteps;
      },
    },
  );
  tenant = await newTenant({ url: engines.world.url });
});

afterAll(() => engines.stop());

type Done = { kind: string; state: string; started: string | null; finished: string | null };

async function operationsOf(uuid: string): Promise<Done[]> {
  const rows = await engines.world.store(
    `SELECT o.kind, o.state, o.started_at::text AS started, o.finished_at::text AS finished
     FROM operations o JOIN databases d ON d.id = o.database_id
     WHERE d.uuid = $1 AND o.started_at IS NOT NULL ORDER BY o.seq`,
    [uuid],
  );
  return rows.map((row) => ({
    kind: String(row.kind),
    state: String(row.state),
    started: row.started ? String(row.started) : null,
    finished: row.finished ? String(row.finished) : null,
  }));
}

/** Sends requests whose changes of a database wait for one another in the store, in this order. */
async function sendInterlocked<Answer>(
  uuid: string,
  requests: readonly (() => Promise<Answer>)[],
): Promise<Answer[]> {
  const { host, port, user, password } = engines.world.server();
  const holder = new Client({ host, port, user, password, database: storeName });
  await holder.connect();
  try {
    await holder.query("BEGIN");
    await holder.query("SELECT 1 FROM databases WHERE uuid = $1 FOR UPDATE", [uuid]);
    const sent: Promise<Answer>[] = [];
    for (const request of requests) {
      sent.push(request());
      await until(
        () => engines.world.store("SELECT 1 FROM pg_locks WHERE NOT granted"),
        (waiting) => waiting.length === sent.length,
      );
    }
    await holder.query("COMMIT");
    return await Promise.all(sent);
  } finally {
    await holder.end();
  }
}

/** Each ended well, and began when the one before had ended. */
function expectInOrder(operations: readonly (Done | undefined)[]): void {
  let endedMs = 0;
  for (const operation of operations) {
    const { state, started, finished } = operation ?? {};
    expect(state).toBe("succeeded");
    expect(Date.parse(started ?? "")).toBeGreaterThanOrEqual(endedMs);
    endedMs = Date.parse(finished ?? "");
    expect(endedMs).toBeGreaterThanOrEqual(Date.parse(started ?? ""));
  }
}

describe.each(engineCases)("on $engine", ({ engine, query, asOperator }) => {
  async function begun(): Promise<string> {
    const body = { name: `x-${randomUUID().slice(0, 8)}`, db_type: engine };
    const answer = await tenant.call("POST", databases, { body });
    expect([201, 202], JSON.stringify(answer.body)).toContain(answer.status);
    return answer.body.data.uuid;
  }

  const quotas = (uuid: string, limit: number) =>
    tenant.call("PATCH", `${databases}/${uuid}/quotas`, { body: { connection_hard_limit: limit } });
  const rotate = (uuid: string) =>
    tenant.call("POST", `${databases}/${uuid}/credentials/rotate`, { body: {} });

  test("quotas and rotations that come while a database is being made are done after it, in order", async () => {
    const all = await Promise.all(
      Array.from({ length: togetherCount }, async () => {
        const uuid = await begun();
        const answers = await Promise.all([
          quotas(uuid, 3),
          rotate(uuid),
          quotas(uuid, 5),
          rotate(uuid),
          tenant.call("PATCH", `${databases}/${uuid}`, { body: { name: `y-${uuid.slice(0, 8)}` } }),
        ]);
        for (const { status, body } of answers) {
          expect([200, 202], JSON.stringify(body)).toContain(status);
        }
        return uuid;
      }),
    );
    await engines.world.settle();
    for (const uuid of all) {
      const operations = await operationsOf(uuid);
      expect(operations[0]?.kind).toBe("create");
      expectInOrder(operations);
      const { data } = (await tenant.call("GET", `${databases}/${uuid}`)).body;
      const limit =
        engine === "postgres"
          ? "SELECT rolconnlimit AS n FROM pg_roles WHERE rolname = session_user"
          : "SELECT @@max_user_connections AS n";
      expect(await query(data.connection_string, limit)).toEqual([
        { n: data.quotas.connection_hard_limit },
      ]);
      expect(data.name).toBe(`y-${uuid.slice(0, 8)}`);
    }
  });

  test("a clock that is set back makes no operation begin before the one ahead of it ended", async () => {
    const { world } = engines;
    const uuid = await begun();
    await world.settle();
    await world.moveClock(-60_000);
    expect((await quotas(uuid, 3)).status).toBe(200);
    await world.settle();
    await world.moveClock(60_000);
    const [create, change] = await operationsOf(uuid);
    expect([create?.kind, change?.kind]).toEqual(["create", "change_quotas"]);
    expectInOrder([create, change]);
  });

  test("of many creates at once each lets its login in the moment it is answered", async () => {
    const first = await Promise.all(
      Array.from({ length: 3 * togetherCount }, async () => {
        const body = { name: `s-${randomUUID().slice(0, 8)}`, db_type: engine };
        const path = `${databases}?wait=true&timeout=120`;
        const answer = await tenant.call("POST", path, { body });
        expect(answer.status, JSON.stringify(answer.body)).toBe(201);
        return await query(answer.body.data.connection_string, "SELECT 1 AS one");
      }),
    );
    for (const rows of first) expect(rows).toEqual([{ one: 1 }]);
  });

  test("a rotation that the delete of a database not yet begun did not see makes no login", async () => {
    const { promise, resolve: letGo } = Promise.withResolvers<void>();
    beforeSteps = promise;
    const uuid = await begun();
    const answers = await sendInterlocked(uuid, [
      () => rotate(uuid),
      () => tenant.call("DELETE", `${databases}/${uuid}`),
    ]);
    beforeSteps = null;
    letGo();
    expect(answers.map(({ status }) => status)).toEqual([404, 200]);
    expect(answers[1]?.body.data).toMatchObject({
      cancelled_provision_jobs: 1,
      has_remote_resources: false,
    });
    await engines.world.settle();
    const ended = await engines.world.store(
      `SELECT o.kind, o.state, o.lease_until FROM operations o JOIN databases d ON d.id = o.database_id
       WHERE d.uuid = $1 ORDER BY o.seq`,
      [uuid],
    );
    expect(ended).toEqual([
      { kind: "create", state: "cancelled", lease_until: null },
      { kind: "rotate_credentials", state: "cancelled", lease_until: null },
      { kind: "delete", state: "succeeded", lease_until: null },
    ]);
    expect((await admin("GET", "/orphans", { url: engines.world.url })).body.data).toEqual([]);
  });

  test("a delete amid changes wins: nothing is left that works, and the changes do not come after", async () => {
    const all = await Promise.all(
      Array.from({ length: togetherCount }, async (_, index) => {
        const uuid = await begun();
        if (index % 2 === 0) await engines.world.settle();
        const answers = await Promise.all([
          quotas(uuid, 4),
          rotate(uuid),
          tenant.call("DELETE", `${databases}/${uuid}`),
          quotas(uuid, 6),
          rotate(uuid),
        ]);
        expect(answers[2]?.status).toBe(200);
        // Changes that were sent beside the delete may find the database gone.
        for (const { status, body } of answers) {
          expect([200, 202, 404, 409], JSON.stringify(body)).toContain(status);
        }
        return uuid;
      }),
    );
    await engines.world.settle();
    for (const uuid of all) {
      const [row] = await engines.world.store(
        "SELECT status, id, has_remote_resources AS remote FROM databases WHERE uuid = $1",
        [uuid],
      );
      expect(row?.status).toBe("deleted");
      const open =
        engine === "postgres"
          ? `SELECT rolname FROM pg_roles WHERE rolcanlogin AND rolname IN ('u${row?.id}', 'u${row?.id}b')`
          : `SELECT user FROM mysql.user WHERE user IN ('u${row?.id}', 'u${row?.id}b')
             AND (SELECT json_value(priv, '$.account_locked') FROM mysql.global_priv g
               WHERE g.user = mysql.user.user AND g.host = mysql.user.host) IS NOT TRUE`;
      expect(await asOperator(engines, open)).toEqual([]);
      const unfinished = await engines.world.store(
        `SELECT kind FROM operations o JOIN databases d ON d.id = o.database_id
         WHERE d.uuid = $1 AND o.state IN ('queued', 'running') AND o.kind <> 'destroy'`,
        [uuid],
      );
      expect(unfinished).toEqual([]);
    }
    await engines.world.moveClock(7 * 24 * 3_600_000 + 1_000);
    await engines.world.settle();
    expect((await admin("GET", "/orphans", { url: engines.world.url })).body.data).toEqual([]);
  });
});
