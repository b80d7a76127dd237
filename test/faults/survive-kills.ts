import { expect } from "vitest";
import { leaseSeconds } from "../../src/polykomos/operations/run.ts";
import { admin, until } from "../support/api.ts";
import { type EngineCase, startTwoEngines, type TwoEngines } from "../support/two-engines.ts";
import {
  type CutOff,
  followWorks,
  newWork,
  type Place,
  type Statement,
  type Work,
} from "./cut-off.ts";
import type { World } from "./world.ts";

/**
 * The Worker's process is killed between statements that write to the store or reach a server, where
 * alone a crash makes a difference. A first run that nobody kills tells which there are. Then as many
 * are begun side by side as there are places to die at, each is held at its own, and one kill ends
 * them all: before each step is recorded, before what the step does, and before every other one of
 * the rest. Starting the Worker is what costs most, so one kill for each place would take minutes.
 *
 * Steps are found by their names, for other statements may come in another order each time.
 */
const pastTheLeaseMs = (leaseSeconds + 5) * 1_000;
export const destroyDelaySeconds = 3_600;
const everyOther = 2;
/** As many as one batch of the queue begins, and the store's sessions have room for. */
const togetherMax = 10;
/** A place that all others have been died at before, and that still does not come. */
const vainRoundsMax = 3;
/** The store's statements are given up after 15 seconds; nothing may be held for as long. */
const heldMaxMs = 8_000;
/** With nothing asked for this long, what is not held yet does not come to its place. */
const quietMaxMs = 3_000;
const settledWithinMs = 60_000;

/** A world whose Worker dies at given places; databases are of one engine. */
export type Doomed = {
  world: World;
  engines: TwoEngines;
  on: EngineCase;
  poolTarget: number;
  cutOff: CutOff;
};

/** What the sweep does at its own pace would shift the places of the kills. */
const never = "1000000000";

/** Runs with a world of its own; `steps` are the names of all steps that will be looked for. */
export async function withDoomedWorld(
  on: EngineCase,
  { hasPool, steps }: { hasPool: boolean; steps: Steps },
  use: (doomed: Doomed) => Promise<void>,
): Promise<void> {
  const poolTarget = hasPool ? togetherMax : 0;
  const cutOff = followWorks(
    () => engines.world,
    new Set(steps.map(({ name }) => name)),
    () => engines.mariadb?.password ?? "",
  );
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
    cutOff,
  );
  const { world } = engines;
  try {
    await drainOthers(world, on);
    // What the first sweep does and no other.
    await world.settle();
    await use({ world, engines, on, poolTarget, cutOff });
  } finally {
    cutOff.forget();
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

export type Scenario<Made> = {
  /** Makes what one work needs, and tells the texts that stand in its statements alone. */
  prepare(): Promise<Made>;
  tokensOf(made: Made): string[];
  /** What is interrupted; it ends early when the Worker has died. */
  run(all: readonly Made[]): Promise<unknown>;
  /** After the restart and the sweep, and after a run that went through. */
  check(made: Made): Promise<void>;
};

type Steps = readonly { name: string }[];

/**
 * Runs a scenario once as it is, then again until it has been killed at each place of its own steps,
 * and of the building of what the pool lacks then, from its order on.
 */
export async function surviveKills<Made>(
  doomed: Doomed,
  { own, builds = [] }: { own: Steps; builds?: Steps },
  scenario: Scenario<Made>,
): Promise<void> {
  const [first, ...built] = await runTogether(doomed, scenario, [null], [null]);
  await killAt(placesOf(first, own), (places) => runTogether(doomed, scenario, places, []));
  if (builds.length === 0) return;
  const unharmed = Array.from({ length: togetherMax }, () => null);
  await killAt(placesOf(built[0], builds), async (places) => {
    const works = await runTogether(doomed, scenario, unharmed, places);
    return works.slice(unharmed.length);
  });
  await killAt([{ place: { first: /'build_pooled'/ }, isAlone: true }], ([place]) =>
    runTogether(doomed, scenario, [null], [], place),
  );
}

type Wanted = { place: Place; isAlone: boolean };

function placesOf(traced: Work | undefined, steps: Steps): Wanted[] {
  const seen = traced?.seen ?? [];
  const recordOf = (name: string) => seen.findIndex(({ step }) => step === name);
  const records = steps.map(({ name }) => {
    expect(recordOf(name), `${name} is recorded`).toBeGreaterThanOrEqual(0);
    return recordOf(name);
  });
  const ofSteps = steps.flatMap(({ name }): Wanted[] => [
    { place: { step: name, at: "record" }, isAlone: isAlone(seen[recordOf(name)]) },
    { place: { step: name, at: "work" }, isAlone: false },
  ]);
  const others = seen.flatMap((statement, index): Wanted[] => {
    const isOfStep = records.includes(index) || records.includes(index - 1);
    if (isOfStep || index % everyOther !== 0) return [];
    return [{ place: { nth: index + 1 }, isAlone: isAlone(statement) }];
  });
  return [...ofSteps, ...others];
}

/** Placing a database waits for all others that are being placed: two would never both be held. */
function isAlone(statement: Statement | undefined): boolean {
  return /INSERT INTO databases/.test(statement?.text ?? "");
}

/** Runs rounds of places until each has been died at; those not of a step may turn out not to come. */
async function killAt(
  wanted: readonly Wanted[],
  run: (places: readonly Place[]) => Promise<readonly Work[]>,
): Promise<void> {
  let left = [...wanted];
  let vainRounds = 0;
  while (left.length > 0) {
    const alone = left.filter((each) => each.isAlone).slice(0, 1);
    const others = left.filter((each) => !each.isAlone).slice(0, togetherMax);
    const places = (others.length > 0 ? others : alone).map(({ place }) => place);
    const works = await run(places);
    const died = works.filter((work) => work.heldBefore !== null).map((work) => work.place);
    const isDone = (place: Place) =>
      died.includes(place) || ("nth" in place && places.includes(place));
    left = left.filter(({ place }) => !isDone(place));
    vainRounds = died.length === 0 ? vainRounds + 1 : 0;
    const missed = left.map(({ place }) => JSON.stringify(place)).join(", ");
    if (left.length > 0 && vainRounds === vainRoundsMax) throw new Error(`Never at ${missed}`);
  }
}

/** Begins one work for each place, kills the Worker once all are held there, and checks them all. */
async function runTogether<Made>(
  doomed: Doomed,
  scenario: Scenario<Made>,
  places: readonly (Place | null)[],
  builds: readonly (Place | null)[],
  nobodys: Place | null = null,
): Promise<readonly Work[]> {
  const { world, cutOff } = doomed;
  await poolIsFull(doomed);
  const all = await Promise.all(places.map(() => scenario.prepare()));
  const own = all.map((made, index) => newWork(scenario.tokensOf(made), places[index] ?? null));
  cutOff.follow(nobodys ? [...own, newWork([], nobodys)] : own, [...builds]);
  let isOver = false;
  const running = scenario.run(all).finally(() => {
    isOver = true;
  });
  const outcome = running.then(
    () => null,
    (error: unknown) => (cutOff.isDead() ? null : { error }),
  );
  await until(async () => await isTimeToKill(doomed, isOver), Boolean, settledWithinMs);
  if (cutOff.heldSinceMs() !== null) cutOff.kill();
  const failed = await outcome;
  if (failed) throw failed.error;
  const works = cutOff.works();
  const wasKilled = cutOff.isDead();
  if (!wasKilled && builds.length > 0) await poolIsFull(doomed);
  cutOff.forget();
  if (wasKilled) await world.restart(pastTheLeaseMs);
  await world.settle();
  await poolIsFull(doomed);
  await Promise.all(
    all.map(async (made, index) => {
      try {
        await scenario.check(made);
      } catch (error) {
        const before = own[index]?.heldBefore?.text.replaceAll(/\s+/g, " ").slice(0, 160);
        if (error instanceof Error) error.message += `\nKilled before: ${before ?? "nothing"}`;
        throw error;
      }
    }),
  );
  await world.settle();
  await poolIsFull(doomed);
  await expectNothingLeftOver(doomed);
  return works;
}

async function isTimeToKill({ world, cutOff }: Doomed, isOver: boolean): Promise<boolean> {
  const nowMs = performance.now();
  const heldSinceMs = cutOff.heldSinceMs();
  if (heldSinceMs === null) return isOver && (await nothingIsDue(world));
  if (cutOff.isComplete()) return true;
  return nowMs - heldSinceMs > heldMaxMs || nowMs - cutOff.quietSinceMs() > quietMaxMs;
}

async function nothingIsDue(world: World): Promise<boolean> {
  const rows = await world.store(
    `SELECT 1 FROM operations WHERE state = 'running' OR (state = 'queued' AND not_before < $1)`,
    [new Date(world.now() + 60_000)],
  );
  return rows.length === 0;
}

async function poolIsFull({ world, poolTarget }: Doomed): Promise<void> {
  await until(
    async () => {
      const [row] = await world.store(`SELECT
        count(*) FILTER (WHERE status = 'pooled') AS ready,
        count(*) FILTER (WHERE status = 'building') AS building FROM databases`);
      if (Number(row?.building) === 0 && Number(row?.ready) === poolTarget) return true;
      await world.sweep();
      return false;
    },
    Boolean,
    settledWithinMs,
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
