import { expect, test } from "vitest";
import { newDatabase, newTenant, until } from "../support/api.ts";
import { applyBlueprint, newBlueprint, openSql } from "../support/blueprints.ts";
import { startWorld, type World } from "./world.ts";

/**
 * The Worker's process is killed before every other write of an application to the store or message to
 * the server. Whatever was cut off, the application ends in what the log says.
 */
const pastTheLeaseMs = 35_000;
const killsMax = 40;
const everyOther = 2;

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
  world = await startWorld(
    {},
    {
      onStoreStatement: (text) =>
        isOurs(text) && /\b(INSERT|UPDATE|DELETE)\b/.test(text) ? onWrite() : undefined,
      onFleetStatement: (text) => (left < Number.POSITIVE_INFINITY && text ? onWrite() : undefined),
    },
  );
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
      const database = await newDatabase(here);
      const session = await openSql(database.connection_string);
      await session.query("CREATE TABLE runs (id serial PRIMARY KEY, application int)");
      const uuid = await newBlueprint(here, script, {
        engine: "postgres",
        variables: { n: { type: "integer" } },
      });
      isKilled = false;
      left = at;
      const begun = await applyBlueprint(here, database.uuid, uuid, {
        variables: { n: at },
        timeout: 5,
      }).catch(() => null);
      left = Number.POSITIVE_INFINITY;
      if (!isKilled) {
        expect(begun?.body.data.status).toBe("completed");
        await session.end();
        break;
      }
      kills += 1;
      await world.restart(pastTheLeaseMs);
      const read = async () => {
        await world?.sweep();
        const list = await here.call(
          "GET",
          `/api/v1/databases/${database.uuid}/blueprint_applications`,
        );
        return list.body.data;
      };
      const [application] = await until(read, (all) =>
        all.every((each: { completed_at: string | null }) => each.completed_at !== null),
      );
      const rows = await session.query("SELECT count(*)::int AS n FROM runs");
      const expected = application?.status === "completed" ? 2 : 0;
      expect(rows, `killed at ${at}: ${JSON.stringify(application)}`).toEqual([{ n: expected }]);
      await session.end();
    }
    expect(kills).toBeGreaterThan(5);
  } finally {
    await world.stop();
  }
}, 240_000);
