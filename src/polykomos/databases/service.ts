import type { Store } from "../../db/client.ts";
import { violatedUnique } from "../../db/errors.ts";
import type { EngineName } from "../../fleet/fleet.ts";
import type { Clock } from "../../lib/clock.ts";
import type { Fault } from "../../lib/fault.ts";
import { newUuid } from "../../lib/ids.ts";
import type { Sealer } from "../../lib/sealed.ts";
import { actOf, type Caller } from "../caller.ts";
import { type Code, fault, notFound, unknownCursor } from "../dialect.ts";
import { type InRequestDeps, runNow } from "../operations/in-request.ts";
import type { Page } from "../page.ts";
import * as deletion from "./deletion-store.ts";
import { listPlaces, type NewDatabase } from "./placement-store.ts";
import { type PlanName, type Plans, type Quotas, quotaAbovePlan } from "./plans.ts";
import type { RefillDeps } from "./pool.ts";
import type { DatabaseRow } from "./rows.ts";
import { databasePasswordContext } from "./seal-contexts.ts";
import * as store from "./store.ts";

/** The verbs of databases, but for creating one. */
export type DatabaseDeps = InRequestDeps &
  RefillDeps & {
    destroyDelayMs: number;
    /** Checks a blueprint and its values for a database that is about to be made. */
    prepareBlueprint(
      caller: Caller,
      engine: EngineName,
      asked: { blueprintUuid: string; variables: Record<string, unknown> },
    ): Promise<NonNullable<NewDatabase["blueprint"]>>;
  };

/** What a caller changes at this moment, with an operation of its own. */
export function changeOf(deps: { clock: Clock }, caller: Caller): store.Change {
  return { ...actOf(deps, caller), operationId: newUuid(), requestKey: caller.requestKey };
}

/** Throws a Fault for a quota above the plan's. */
export function checkQuotas(deps: { plans: Plans }, plan: PlanName, quotas: Partial<Quotas>): void {
  const excess = quotaAbovePlan(quotas, deps.plans[plan]);
  if (!excess) return;
  throw fault(
    "quota_above_plan",
    `${excess.field}: the plan ${plan} allows at most ${excess.max}`,
    { field: excess.field, max: excess.max, plan },
  );
}

/** The Fault of a name that another live database of the team has. */
export async function nameTaken(
  deps: { store: Store },
  caller: Caller,
  name: string,
  team: { teamId: number | null } | { uuid: string },
): Promise<Fault<Code>> {
  const existing = await store.findLiveUuidByName(deps.store, caller.userId, name, team);
  return fault("name_taken", `The team already has a database called ${name}`, {
    field: "name",
    existing_uuid: existing,
  });
}

/** The password that a database is entered with. */
export async function openPassword(
  { sealer }: { sealer: Sealer },
  { passwordSealed, uuid }: DatabaseRow,
): Promise<string> {
  return await sealer.open(passwordSealed, databasePasswordContext(uuid));
}

/** One database with its password. */
export async function getDatabase(
  deps: Pick<DatabaseDeps, "store" | "sealer">,
  caller: Caller,
  uuid: string,
): Promise<{ database: DatabaseRow; password: string }> {
  const database = await store.findDatabase(deps.store, caller.userId, uuid);
  if (!database) throw notFound("database");
  return { database, password: await openPassword(deps, database) };
}

export async function listDatabases(
  deps: { store: Store },
  { userId }: Caller,
  page: store.DatabasePage,
): Promise<Page<DatabaseRow>> {
  const found = await store.listDatabases(deps.store, userId, page);
  if (!found) throw unknownCursor("the uuid of one of your databases");
  return found;
}

/** What an earlier run of the same request made, cut off before its answer was kept. */
export async function earlierRun(deps: { store: Store }, { userId, requestKey }: Caller) {
  return requestKey === null ? null : await store.findByRequestKey(deps.store, userId, requestKey);
}

/** Runs a write; `null` when an earlier run of the same request has done it. */
export async function once<Value>(
  deps: { store: Store },
  caller: Caller,
  write: () => Promise<Value>,
): Promise<Value | null> {
  try {
    return await write();
  } catch (error) {
    if (violatedUnique(error) !== null && (await earlierRun(deps, caller))) return null;
    throw error;
  }
}

/** Changes the name, and when it ends; the connection string stays. */
export async function changeDatabase(
  deps: DatabaseDeps,
  caller: Caller,
  uuid: string,
  to: store.NameAndExpiry,
): Promise<DatabaseRow> {
  try {
    const change = changeOf(deps, caller);
    const database =
      (await once(deps, caller, () => store.changeDatabase(deps.store, uuid, to, change))) ??
      (await store.findDatabase(deps.store, caller.userId, uuid));
    if (!database) throw notFound("database");
    return database;
  } catch (error) {
    if (violatedUnique(error) !== store.liveNameIndex || to.name === null) throw error;
    throw await nameTaken(deps, caller, to.name, { uuid });
  }
}

/** Records the quotas and has the engine enforce them. */
export async function changeQuotas(
  deps: DatabaseDeps,
  caller: Caller,
  uuid: string,
  quotas: Partial<Quotas>,
): Promise<DatabaseRow> {
  const current = await store.findDatabase(deps.store, caller.userId, uuid);
  if (!current) throw notFound("database");
  checkQuotas(deps, current.plan, quotas);
  const change = changeOf(deps, caller);
  const changed = await once(deps, caller, () =>
    store.changeQuotas(deps.store, uuid, quotas, deps.plans, change),
  );
  const earlier = changed ? null : await earlierRun(deps, caller);
  const database = changed ?? (await store.findDatabase(deps.store, caller.userId, uuid));
  if (!database) throw notFound("database");
  await runNow(deps, earlier?.operationId ?? change.operationId);
  return database;
}

/** Deletes: refuses logins before it answers, destroys the data later. */
export async function deleteDatabase(
  deps: DatabaseDeps,
  caller: Caller,
  uuid: string,
): Promise<deletion.Deleted> {
  const change = changeOf(deps, caller);
  const destroyAt = new Date(deps.clock() + deps.destroyDelayMs);
  // A second run finds no living database, but its own operation.
  const deleted =
    (await deletion.deleteDatabase(deps.store, uuid, destroyAt, newUuid(), change)) ??
    (caller.requestKey === null
      ? null
      : await deletion.findDeleted(deps.store, caller.userId, caller.requestKey));
  if (!deleted) throw notFound("database");
  if (deleted.hasRemoteResources) await runNow(deps, deleted.operationId);
  return deleted;
}

/** Engines and regions that databases can be made for. */
export async function listTypes(deps: { store: Store }): ReturnType<typeof listPlaces> {
  return await listPlaces(deps.store);
}
