import { type SQL, sql } from "drizzle-orm";
import type { EngineName, Transport } from "../../../fleet/fleet.ts";
import { advertisedHostSql } from "../../databases/rows.ts";

/** The database that a script runs in, and its server, as the store holds them. */
export type Place = {
  database: {
    id: number;
    uuid: string;
    dbName: string;
    passwordSealed: string;
    credentialNumber: number;
    connectionHardLimit: number | null;
    plan: "free" | "launch" | "grow" | null;
    advertisedHost: string;
    /** Over its storage limit: its server refuses writes. */
    isOverLimit: boolean;
  };
  server: {
    name: string;
    engine: EngineName;
    transport: Transport;
    host: string;
    port: number;
    tls: boolean;
    adminUser: string;
    adminPasswordSealed: string;
  };
};

export type RawPlace = { database: Place["database"]; server: Place["server"] };

/** Columns of `RawPlace`, for a query with `d` databases and `s` fleet_servers. */
export const placeColumns: SQL = sql`jsonb_build_object('id', d.id, 'uuid', d.uuid,
    'dbName', d.db_name, 'passwordSealed', d.password_sealed,
    'credentialNumber', d.credential_number,
    'connectionHardLimit', d.connection_hard_limit, 'plan', d.plan,
    'advertisedHost', ${advertisedHostSql}, 'isOverLimit', EXISTS (SELECT 1
      FROM database_usage u WHERE u.database_id = d.id AND u.is_over)) AS database,
  jsonb_build_object('name', s.name, 'engine', s.engine, 'transport', s.transport,
    'host', s.host, 'port', s.port, 'tls', s.tls, 'adminUser', s.admin_user,
    'adminPasswordSealed', s.admin_password_sealed) AS server`;
