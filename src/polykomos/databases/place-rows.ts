import { type SQL, sql } from "drizzle-orm";
import type { SealedServer } from "../../fleet/fleet.ts";
import type { PlanName } from "./plans.ts";
import { advertisedHostSql } from "./rows.ts";

/** Where a customer's statements run, as the store holds it: a database and its server. */
export type SealedPlace = {
  database: {
    id: number;
    uuid: string;
    dbName: string;
    passwordSealed: string;
    /** Rotations so far. */
    credentialNumber: number;
    connectionHardLimit: number | null;
    plan: PlanName | null;
    advertisedHost: string;
    /** Over its storage limit: its server refuses writes. */
    isOverLimit: boolean;
  };
  server: SealedServer;
};

/** Columns of `SealedPlace`, for a query with `d` databases and `s` fleet_servers. */
export const placeColumns: SQL = sql`jsonb_build_object('id', d.id, 'uuid', d.uuid,
    'dbName', d.db_name, 'passwordSealed', d.password_sealed,
    'credentialNumber', d.credential_number,
    'connectionHardLimit', d.connection_hard_limit, 'plan', d.plan,
    'advertisedHost', ${advertisedHostSql}, 'isOverLimit', EXISTS (SELECT 1
      FROM database_usage u WHERE u.database_id = d.id AND u.is_over)) AS database,
  jsonb_build_object('name', s.name, 'engine', s.engine, 'transport', s.transport,
    'host', s.host, 'port', s.port, 'tls', s.tls, 'adminUser', s.admin_user,
    'adminPasswordSealed', s.admin_password_sealed) AS server`;
