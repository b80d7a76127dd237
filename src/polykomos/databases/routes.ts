import { type Endpoint, endpoint } from "../../http/mount.ts";
import { secondMs } from "../../lib/clock.ts";
import type { Caller } from "../caller.ts";
import { fault, notFound } from "../dialect.ts";
import * as contract from "./contract.ts";
import { expiryOf } from "./expiry.ts";
import type { Quotas } from "./plans.ts";
import * as service from "./service.ts";
import { viewDatabase, viewDeleted, viewTypes } from "./view.ts";

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

/** The store numbers teams in 32 bits. */
const teamIdMax = 2_147_483_647;

/** Seconds after which a client should look again whether its database is ready. */
const pollAfterSeconds = 2;

/** The databases endpoints. */
export function databaseEndpoints(deps: service.DatabaseDeps): Endpoint<Caller>[] {
  return [
    endpoint(contract.listDatabases, async ({ query }, caller: Caller) => {
      const { databases, hasMore } = await service.listDatabases(deps, caller, {
        limit: query.limit,
        startingAfter: query.starting_after ?? null,
        teamId: query.team_id ?? null,
      });
      const data = databases.map((database) => viewDatabase(database, null));
      return { status: 200, body: { data, has_more: hasMore } };
    }),

    endpoint(contract.createDatabase, async ({ query, body }, caller: Caller) => {
      if (body.team_id !== undefined && body.team_id > teamIdMax) throw notFound("team");
      const created = await service.createDatabase(deps, caller, {
        name: body.name,
        engine: body.db_type,
        region: body.region ?? null,
        plan: body.plan,
        teamId: body.team_id ?? null,
        quotas: { ...noQuotas, ...sentQuotas(body) },
        blueprint: body.blueprint_uuid
          ? { blueprintUuid: body.blueprint_uuid, variables: body.blueprint_variables ?? {} }
          : null,
        expiry: expiryOf(body, deps.clock()),
        waitMs: query.wait ? query.timeout * secondMs : 0,
      });
      const data = viewDatabase(created.database, created.password);
      if (created.isReady) {
        return { status: 201, body: { message: "The database is ready", data } };
      }
      const pollUrl = `${caller.origin}/api/v1/databases/${data.uuid}`;
      return {
        status: 202,
        body: {
          message: "The database is being made",
          data,
          provisioning: {
            completed: false,
            waited_seconds: created.waitedSeconds,
            poll_url: pollUrl,
          },
        },
        headers: { location: pollUrl, "retry-after": String(pollAfterSeconds) },
      };
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
