import type { Engine, FleetServer } from "../fleet.ts";
import { withSession } from "../with-session.ts";
import { claimPostgresServer, readPostgresCatalog, removePostgresRemains } from "./remains.ts";
import { closeDatabases } from "./server.ts";
import { adminTarget, type PostgresConnect, type PostgresSession } from "./session.ts";
import { measurePostgres } from "./usage.ts";
import { adminStatementTimeoutMs, maintenanceDatabase, postgresWork } from "./work.ts";

/** PostgreSQL adapter over the given transport. */
export function postgresEngine(connect: PostgresConnect): Engine {
  function asAdmin<Value>(
    server: FleetServer,
    use: (session: PostgresSession) => Promise<Value>,
  ): Promise<Value> {
    const target = adminTarget(server, maintenanceDatabase, adminStatementTimeoutMs);
    return withSession(connect(target), use);
  }

  return {
    prepareServer: (server) => asAdmin(server, closeDatabases),
    checkServer: (server) => asAdmin(server, closeDatabases),
    workOn: (server, tenant) => postgresWork(connect, server, tenant),
    measure: (server) => asAdmin(server, measurePostgres),
    readCatalog: (server) => asAdmin(server, readPostgresCatalog),
    claimServer: (server, installation) =>
      asAdmin(server, (session) => claimPostgresServer(session, installation)),
    removeRemains: (server, remains) =>
      asAdmin(server, (session) => removePostgresRemains(session, remains)),
  };
}
