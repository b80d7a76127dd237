import { violatedUnique } from "../../db/errors.ts";
import type { EngineName } from "../../fleet/fleet.ts";
import { pause, secondMs } from "../../lib/clock.ts";
import type { Fault } from "../../lib/fault.ts";
import { newUuid, randomId } from "../../lib/ids.ts";
import { randomPassword } from "../../lib/secrets.ts";
import type { Caller } from "../caller.ts";
import { type Code, fault, invalidField, notFound } from "../dialect.ts";
import { outcomeOf, patienceMs, waitForEnd } from "../operations/in-request.ts";
import { leaseSeconds, runBehind, runHeldOperation } from "../operations/run.ts";
import type { TakenOperation } from "../operations/run-store.ts";
import { demandOf } from "./demand.ts";
import { listPlaces, type NewDatabase, placeDatabase } from "./placement-store.ts";
import { refillPool } from "./pool.ts";
import type { DatabaseRow } from "./rows.ts";
import { databasePasswordContext } from "./seal-contexts.ts";
import {
  changeOf,
  checkQuotas,
  type DatabaseDeps,
  earlierRun,
  nameTaken,
  openPassword,
} from "./service.ts";
import * as store from "./store.ts";

/** Creating a database: claimed from the pool at once, or placed and built by the job queue. */
export type CreateInput = Pick<
  NewDatabase,
  "name" | "engine" | "region" | "plan" | "teamId" | "quotas" | "expiry"
> & {
  /** Applied before the database is active. */
  blueprint: { blueprintUuid: string; variables: Record<string, unknown> } | null;
  /** How long to wait for a database that is not ready at once; 0: not at all. */
  waitMs: number;
};

export type Created = {
  database: DatabaseRow;
  password: string;
  isReady: boolean;
  waitedSeconds: number;
};

/** Creates a database: from the pool at once, or by the job queue. */
export async function createDatabase(
  deps: DatabaseDeps,
  caller: Caller,
  input: CreateInput,
): Promise<Created> {
  checkQuotas(deps, input.plan, input.quotas);
  const startedAtMs = deps.clock();
  const { engine, blueprint: asked } = input;
  const blueprint = asked ? await deps.prepareBlueprint(caller, engine, asked) : null;
  const placed = await place(deps, caller, { ...input, blueprint });
  const isClaimed = placed.held !== null && (await claim(deps, placed.held, input.waitMs));
  if (!isClaimed) await deps.announce([placed.operationId]);
  const deadlineMs = isClaimed ? 0 : startedAtMs + input.waitMs;
  await waitForEnd(deps, placed.operationId, deadlineMs);
  const database = await store.findDatabase(deps.store, caller.userId, placed.uuid);
  if (!database) throw await whyGone(deps, placed.operationId);
  return {
    database,
    password: await openPassword(deps, database),
    isReady: database.status === "active",
    waitedSeconds: Math.floor((deps.clock() - startedAtMs) / secondMs),
  };
}

/** Makes a database from the pool the customer's. True when it is, within the patience there is. */
async function claim(deps: DatabaseDeps, held: TakenOperation, waitMs: number): Promise<boolean> {
  const run = runHeldOperation(deps, held);
  deps.background(run.then(() => runBehind(deps, held.database.id)));
  // After the claim, for the building of the next one takes the same server's time.
  deps.background(run.then(() => refillPool(deps)));
  return await Promise.race([run, pause(waitMs || patienceMs).then(() => false)]);
}

/** A database that was placed is there no more: given up, or deleted while this request waited. */
async function whyGone(deps: DatabaseDeps, operationId: string): Promise<Fault<Code>> {
  const { state, errorCode, errorMessage } = await outcomeOf(deps, operationId);
  if (state !== "failed") {
    return fault("conflict", "The database that this request made has been deleted since");
  }
  if (errorCode === "blueprint_failed") {
    const message = `The database was not made, for its blueprint failed: ${errorMessage}`;
    return fault("blueprint_failed", message);
  }
  return fault("unavailable", "The database could not be made; try again later", undefined, {
    "retry-after": "10",
  });
}

/** Another creation can take the name on the server in between; it is suffixed anew then. */
const placingAttemptsMax = 5;

type PlacedWork = {
  uuid: string;
  operationId: string;
  /** Leased to this request; `null` for a database that is not from the pool. */
  held: TakenOperation | null;
};

async function place(
  deps: DatabaseDeps,
  caller: Caller,
  input: Omit<CreateInput, "blueprint"> & Pick<NewDatabase, "blueprint">,
): Promise<PlacedWork> {
  const uuid = newUuid();
  const change = changeOf(deps, caller);
  const passwordSealed = await deps.sealer.seal(randomPassword(), databasePasswordContext(uuid));
  for (let attempt = 1; ; attempt++) {
    try {
      const placed = await placeDatabase(
        deps.store,
        {
          ...input,
          demand: demandOf(deps.plans, input.plan, input.quotas),
          uuid,
          passwordSealed,
          nameSuffix: randomId(6),
          leaseToken: newUuid(),
          leaseUntil: new Date(deps.clock() + leaseSeconds * secondMs),
        },
        change,
      );
      if (placed.kind === "no_team") throw notFound("team");
      if (placed.kind === "no_capacity") {
        // A second run of a request may find the last place taken by its first.
        const earlier = await earlierRun(deps, caller);
        return earlier ? { ...earlier, held: null } : await refusePlace(deps, input);
      }
      const { database, held } = placed;
      return { uuid: database.uuid, operationId: change.operationId, held };
    } catch (error) {
      const index = violatedUnique(error);
      if (index === store.serverNameIndex && attempt < placingAttemptsMax) continue;
      // A second run of a request meets its own database: by its name before it does by its key.
      const earlier = index === null ? null : await earlierRun(deps, caller);
      if (earlier) return { ...earlier, held: null };
      if (index === store.liveNameIndex) throw await nameTaken(deps, caller, input.name, input);
      throw error;
    }
  }
}

/** Nothing could be placed: says whether the region is unknown or everything there is full. */
async function refusePlace(
  deps: DatabaseDeps,
  input: { engine: EngineName; region: string | null },
): Promise<never> {
  const places = await listPlaces(deps.store);
  const regions = places.filter((each) => each.engine === input.engine).map((each) => each.region);
  if (regions.length === 0) {
    const allowed = [...new Set(places.map((each) => each.engine))];
    throw invalidField("db_type", `${input.engine} is not offered here`, { allowed });
  }
  if (input.region !== null && !regions.includes(input.region)) {
    throw invalidField("region", `must be one of ${regions.join(", ")}`, { allowed: regions });
  }
  throw fault("no_capacity", "No server has room for another database now", undefined, {
    "retry-after": "60",
  });
}
