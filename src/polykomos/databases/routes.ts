import type { InputOf } from "../../http/declare.ts";
import { type Endpoint, endpoint, type Reply } from "../../http/mount.ts";
import { secondMs } from "../../lib/clock.ts";
import type { Caller } from "../caller.ts";
import { fault } from "../dialect.ts";
import * as contract from "./contract.ts";
import { type Created, type CreateInput, createDatabase } from "./creation.ts";
import { expiryOf } from "./expiry.ts";
import type { Quotas } from "./plans.ts";
import * as service from "./service.ts";
import { viewDatabase, viewDeleted, viewTypes } from "./view.ts";

type CreateRequest = InputOf<typeof contract.createDatabase>;

type WireQuotas = {
  storage_hard_limit_gb?: number | null | undefined;
  connection_hard_limit?: number | null | undefined;
  warning_threshold_pct?: number | null | undefined;
};

/** Only the quotas that were sent. */
function sentQuotas(body: WireQuotas): Partial<Quotas> {
  const {
    storage_hard_limit_gb: storage,
    connection_hard_limit: connections,
    warning_threshold_pct: warning,
  } = body;
  return {
    ...(storage === undefined ? {} : { storageHardLimitGb: storage }),
    ...(connections === undefined ? {} : { connectionHardLimit: connections }),
    ...(warning === undefined ? {} : { warningThresholdPct: warning }),
  };
}

const noQuotas: Quotas = {
  storageHardLimitGb: null,
  connectionHardLimit: null,
  warningThresholdPct: null,
};

/** Seconds after which a client should look again whether its database is ready. */
const pollAfterSeconds = 2;

/** What is asked of `createDatabase`. Throws a Fault for an end that cannot be. */
function creationOf({ query, body }: CreateRequest, nowMs: number): CreateInput {
  const { name, db_type: engine, region = null, plan, team_id: teamId = null } = body;
  return {
    ...{ name, engine, region, plan, teamId },
    quotas: { ...noQuotas, ...sentQuotas(body) },
    blueprint: body.blueprint_uuid
      ? { blueprintUuid: body.blueprint_uuid, variables: body.blueprint_variables ?? {} }
      : null,
    expiry: expiryOf(body, nowMs),
    waitMs: query.wait ? query.timeout * secondMs : 0,
  };
}

function replyToCreate({ database, password, ...created }: Created, origin: string): Reply {
  const data = viewDatabase(database, password);
  if (created.isReady) {
    return { status: 201, body: { message: "The database is ready", data } };
  }
  const pollUrl = `${origin}/api/v1/databases/${data.uuid}`;
  const { waitedSeconds } = created;
  return {
    status: 202,
    body: {
      message: "The database is being made",
      data,
      provisioning: { completed: false, waited_seconds: waitedSeconds, poll_url: pollUrl },
    },
    headers: { location: pollUrl, "retry-after": String(pollAfterSeconds) },
  };
}

/** The databases endpoints. */
export function databaseEndpoints(deps: service.DatabaseDeps): Endpoint<Caller>[] {
  return [
    endpoint(contract.listDatabases, async ({ query }, caller: Caller) => {
      const { rows, hasMore } = await service.listDatabases(deps, caller, {
        limit: query.limit,
        startingAfter: query.starting_after ?? null,
        teamId: query.team_id ?? null,
      });
      const data = rows.map((database) => viewDatabase(database, null));
      return { status: 200, body: { data, has_more: hasMore } };
    }),

    endpoint(contract.createDatabase, async (input, caller: Caller) => {
      const created = await createDatabase(deps, caller, creationOf(input, deps.clock()));
      return replyToCreate(created, caller.origin);
    }),

    endpoint(contract.getDatabase, async ({ params }, caller: Caller) => {
      const { database, password } = await service.getDatabase(deps, caller, params.uuid);
      return { status: 200, body: { data: viewDatabase(database, password) } };
    }),

    endpoint(contract.updateDatabase, async ({ params, body }, caller: Caller) => {
      const expiry = expiryOf(body, deps.clock());
      if (body.name === undefined && expiry === null) {
        throw fault("missing_required_field", "Missing required field: name", { field: "name" });
      }
      const change = { name: body.name ?? null, expiry };
      const database = await service.changeDatabase(deps, caller, params.uuid, change);
      return { status: 200, body: { data: viewDatabase(database, null) } };
    }),

    endpoint(contract.updateDatabaseQuotas, async ({ params, body }, caller: Caller) => {
      const database = await service.changeQuotas(deps, caller, params.uuid, sentQuotas(body));
      const data = viewDatabase(database, null);
      return { status: 200, body: { message: "The quotas are changed", data } };
    }),

    endpoint(contract.deleteDatabase, async ({ params }, caller: Caller) => {
      const deleted = await service.deleteDatabase(deps, caller, params.uuid);
      const data = viewDeleted(deleted);
      return { status: 200, body: { message: "The database is deleted", data } };
    }),

    endpoint(contract.getDatabaseTypes, async (_, _caller: Caller) => {
      return { status: 200, body: { data: viewTypes(await service.listTypes(deps)) } };
    }),
  ];
}
