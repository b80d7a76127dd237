import type { Engine, FleetServer } from "../fleet.ts";
import { withSession } from "../with-session.ts";
import { claimMysqlServer, readMysqlCatalog, removeMysqlRemains } from "./remains.ts";
import { checkMysqlServer, prepareMysqlServer } from "./server.ts";
import { adminTarget, type MysqlConnect, type MysqlSession } from "./session.ts";
import { measureMysql } from "./usage.ts";
import { adminStatementTimeoutMs, mysqlWork } from "./work.ts";

/** MySQL adapter over the given transport. */
export function mysqlEngine(connect: MysqlConnect): Engine {
  function asAdmin<Value>(
    server: FleetServer,
    use: (session: MysqlSession) => Promise<Value>,
  ): Promise<Value> {
    return withSession(connect(adminTarget(server, adminStatementTimeoutMs)), use);
  }

  return {
    prepareServer: (server) => asAdmin(server, prepareMysqlServer),
    checkServer: (server) => asAdmin(server, checkMysqlServer),
    workOn: (server, tenant) => mysqlWork(connect, server, tenant),
    measure: (server, inDetail) => asAdmin(server, (session) => measureMysql(session, inDetail)),
    readCatalog: (server) => asAdmin(server, readMysqlCatalog),
    claimServer: (server, installation) =>
      asAdmin(server, (session) => claimMysqlServer(session, installation)),
    removeRemains: (server, remains) =>
      asAdmin(server, (session) => removeMysqlRemains(session, remains)),
  };
}
