import { type FleetServer, loginAfter, type Tenant } from "../../fleet/fleet.ts";
import type { Sealer } from "../../lib/sealed.ts";
import type { SealedPlace } from "./place-rows.ts";
import { connectionLimitOf, type Plans } from "./plans.ts";
import { databasePasswordContext, serverPasswordContext } from "./seal-contexts.ts";

/** Where a customer's statements run: a database and its server, with what lets in. */
export type Place = { server: FleetServer; tenant: Tenant };

/** Opens the passwords of a database and its server. */
export async function openPlace(
  deps: { sealer: Sealer; plans: Plans },
  { database, server }: SealedPlace,
): Promise<Place> {
  const [password, adminPassword] = await Promise.all([
    deps.sealer.open(database.passwordSealed, databasePasswordContext(database.uuid)),
    deps.sealer.open(server.adminPasswordSealed, serverPasswordContext(server.name)),
  ]);
  const { adminPasswordSealed: _, ...place } = server;
  const caps = deps.plans[database.plan ?? "free"];
  return {
    server: { ...place, adminPassword },
    tenant: {
      databaseId: database.id,
      uuid: database.uuid,
      dbName: database.dbName,
      login: loginAfter(database.id, database.credentialNumber),
      password,
      connectionLimit: connectionLimitOf(database.connectionHardLimit, caps),
      advertisedHost: database.advertisedHost,
      areWritesStopped: database.isOverLimit,
    },
  };
}
