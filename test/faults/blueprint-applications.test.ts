import { describe, expect, test } from "vitest";
import { newDatabase, newTenant, until } from "../support/api.ts";
import { applyBlueprint, newBlueprint, openSql } from "../support/blueprints.ts";
import { engineCases, startTwoEngines } from "../support/two-engines.ts";
import type { World } from "./world.ts";

/**
 * The Worker's process is killed before every other write of an application to the store or message to
 * the server. Whatever was cut off, the application ends in what the log says.
 */
const pastTheLeaseMs = 35_000;
const killsMax = 40;
const everyOther = 2;

type Entry = { kind: string; status: string };

const keys = {
  postgres: "serial PRIMARY KEY",
  mysql: "int AUTO_INCREMENT PRIMARY KEY",
};

/** How many of the two rows may stand, by the log. */
function boundsOf(
  engine: "postgres" | "mysql",
  application: { status: string; execution_log: Entry[] },
): [least: number, most: number] {
  if (application.status === "completed") return [2, 2];
  if (engine === "postgres") return [0, 0];
  const inserts = application.execution_log.filter(({ kind }) => kind === "insert");
  const done = inserts.filter(({ status }) => status === "succeeded").length;
  const unknown = inserts.filter(({ status }) => status === "unknown").length;
  return [done, done + unknown];
}

describe.each(engineCases)("on $engine", ({ engine }) => {
  test("an application killed anywhere ends in the state its log says, and is never done twice", async () => {
    let left = Number.POSITIVE_INFINITY;
    let isKilled = false;
    let world: World | null = null;
    function onWrite(): void {
      left -= 1;
      if (left > 0 || !world) return;
      isKilled = true;
      world.kill();
      throw new Error("The one who asked is dead");
    }
    const isOurs = (text: string) => /blueprint_application/.test(text);
    const engines = await startTwoEngines(
      { POOL_TARGET: "0" },
      {
        onStoreStatement: (text) =>
          isOurs(text) && /\b(INSERT|UPDATE|DELETE)\b/.test(text) ? onWrite() : undefined,
        onFleetStatement: (text) =>
          left < Number.POSITIVE_INFINITY && text ? onWrite() : undefined,
      },
    );
    world = engines.world;
    const endings = new Set<string>();
    try {
      const tenant = await newTenant({ url: world.url });
      const script =
        "INSERT INTO runs (application) VALUES ({{n}}); SELECT 1; INSERT INTO runs (application) VALUES ({{n}})";
      let kills = 0;
      for (let at = 1; at <= killsMax; at += everyOther) {
        const call = tenant.call;
        const here = {
          ...tenant,
          call: (m: string, p: string, o = {}) => call(m, p, { url: world?.url ?? "", ...o }),
        };
        const database = await newDatabase(here, { db_type: engine });
        const session = await openSql(database.connection_string);
        await session.query(`CREATE TABLE runs (id ${keys[engine]}, application int)`);
        const uuid = await newBlueprint(here, script, {
          engine,
          variables: { n: { type: "integer" } },
        });
        isKilled = false;
        left = at;
        const begun = await applyBlueprint(here, database.uuid, uuid, {
          variables: { n: at },
          timeout: 120,
        }).catch(() => null);
        left = Number.POSITIVE_INFINITY;
        if (!isKilled) {
          expect(begun?.body.data.status).toBe("completed");
          await session.end();
          break;
        }
        kills += 1;
        await world.restart(pastTheLeaseMs);
        const path = `/api/v1/databases/${database.uuid}/blueprint_applications`;
        const read = async () => {
          await world?.sweep();
          return (await here.call("GET", path)).body.data;
        };
        const [ended] = await until(read, (all) =>
          all.every((each: { completed_at: string | null }) => each.completed_at !== null),
        );
        const [row] = await session.query("SELECT count(*) AS n FROM runs");
        const [least, most] =
          ended === undefined ? [0, 0] : boundsOf(engine, await whole(here, ended.id));
        const told = `killed at ${at}: ${JSON.stringify(ended)}`;
        expect(Number(row?.n), told).toBeGreaterThanOrEqual(least);
        expect(Number(row?.n), told).toBeLessThanOrEqual(most);
        if (ended) endings.add(ended.status);
        await session.end();
      }
      expect(kills).toBeGreaterThanOrEqual(4);
      // MySQL forgets what a session that died was doing, and the log says so.
      if (engine === "mysql") expect([...endings].sort()).toEqual(["completed", "failed"]);
    } finally {
      await engines.stop();
    }
  }, 240_000);
});

test.skipIf(!engineCases.some(({ engine }) => engine === "mysql"))(
  "where a rehearsal on MySQL was run is gone by its end, though the server was lost as it was to go",
  async () => {
    let isRehearsed = false;
    let isCut = false;
    const engines = await startTwoEngines(
      { POOL_TARGET: "0" },
      {
        onFleetStatement(text) {
          if (text.startsWith("CREATE TABLE rehearsed")) isRehearsed = true;
          if (isCut || !isRehearsed || !text.startsWith("DROP DATABASE")) return;
          isCut = true;
          throw new Error("The connection is lost");
        },
      },
    );
    try {
      const { url } = engines.world;
      const tenant = await newTenant({ url });
      const database = await newDatabase(tenant, { db_type: "mysql" });
      const blueprint = await newBlueprint(tenant, "CREATE TABLE rehearsed (id int)", {
        engine: "mysql",
      });
      const options = { dry_run: true, timeout: 120 };
      const { body } = await applyBlueprint(tenant, database.uuid, blueprint, options);
      expect([isCut, body.data.status]).toEqual([true, "completed"]);
      const [mysql] = engineCases.filter(({ engine }) => engine === "mysql");
      const left =
        "SELECT schema_name FROM information_schema.schemata WHERE schema_name LIKE '\\_s%'";
      expect(await mysql?.asOperator(engines, left)).toEqual([]);
    } finally {
      await engines.stop();
    }
  },
);

async function whole(
  tenant: { call: (method: string, path: string) => Promise<{ body: { data: unknown } }> },
  id: number,
) {
  const answer = await tenant.call("GET", `/api/v1/blueprint_applications/${id}`);
  return answer.body.data as { status: string; execution_log: Entry[] };
}
