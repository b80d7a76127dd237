import { type Catalog, databaseIdOf, type Remains } from "../fleet.ts";
import {
  postgresIdentifier as id,
  postgresBlock as inBlock,
  postgresLiteral as literal,
} from "../identifiers.ts";
import type { PostgresSession } from "./session.ts";
import { markPattern } from "./tenant-sql.ts";

/**
 * What of tenants stands on a PostgreSQL server, and the removal of what belongs to nobody. The
 * control plane that a server belongs to has its name in a setting of the operator's database.
 */
const ownerSetting = "polykomos.fleet";

/** A database between its making and its mark: closed, and under its working name. */
const isHalfMade = `d.datname ~ '^_p[0-9]+$' AND NOT d.datallowconn
  AND shobj_description(d.oid, 'pg_database') IS NULL`;
const hasMark = (catalog: "pg_authid" | "pg_database", oid: string) =>
  `coalesce(shobj_description(${oid}, '${catalog}') ~ '${markPattern}', false)`;

const readAll = `
  SELECT 'login' AS kind, r.rolname AS name, NULL AS granted,
    ${hasMark("pg_authid", "r.oid")} AS is_marked
  FROM pg_roles r WHERE r.rolname ~ '^(u[0-9]+b?|q[0-9]+_ro)$' OR ${hasMark("pg_authid", "r.oid")}
  UNION ALL
  SELECT 'database', d.datname, (SELECT r.rolname FROM aclexplode(d.datacl) a
      JOIN pg_roles r ON r.oid = a.grantee WHERE r.rolname ~ '^u[0-9]+$' LIMIT 1),
    ${hasMark("pg_database", "d.oid")} OR ${isHalfMade}
  FROM pg_database d WHERE d.datname ~ '^_p[0-9]+$' OR ${hasMark("pg_database", "d.oid")}
  UNION ALL
  SELECT 'owner', current_setting('${ownerSetting}', true), NULL, false`;

/** Reads all that is, or looks like, a tenant's, in one statement. */
export async function readPostgresCatalog(session: PostgresSession): Promise<Catalog> {
  const rows = await session.query(readAll);
  const owner = rows.find((row) => row.kind === "owner")?.name;
  const remains = rows.filter((row) => row.kind !== "owner");
  return {
    owner: owner ? String(owner) : null,
    remains: remains.map(({ kind, name, granted, is_marked: isMarked }) => ({
      kind: kind === "login" ? "login" : "database",
      name: String(name),
      databaseId: databaseIdOf(String(granted ?? name)),
      isMarked: isMarked === true,
    })),
  };
}

/** Puts the name of a control plane on a server that bears none. */
export async function claimPostgresServer(
  session: PostgresSession,
  installation: string,
): Promise<void> {
  await session.query(
    inBlock(`
    BEGIN
      IF NOT EXISTS (SELECT 1 FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase,
          unnest(s.setconfig) line
          WHERE d.datname = current_database() AND s.setrole = 0
            AND line LIKE '${ownerSetting}=%') THEN
        EXECUTE format('ALTER DATABASE %I SET ${ownerSetting} = %L', current_database(),
          ${literal(installation)});
      END IF;
    END`),
  );
}

/** Drops a database or login that is still marked as a tenant's; anything else is left alone. */
export async function removePostgresRemains(session: PostgresSession, { kind, name }: Remains) {
  if (kind === "login") {
    await session.query(
      inBlock(`
      BEGIN
        IF EXISTS (SELECT 1 FROM pg_roles r
            WHERE r.rolname = ${literal(name)} AND ${hasMark("pg_authid", "r.oid")}) THEN
          PERFORM pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = ${literal(name)};
          DROP ROLE ${id(name)};
        END IF;
      END`),
    );
    return;
  }
  const [ours] = await session.query(`SELECT 1 AS is_ours FROM pg_database d
    WHERE d.datname = ${literal(name)} AND (${hasMark("pg_database", "d.oid")} OR ${isHalfMade})`);
  if (ours) await session.query(`DROP DATABASE ${id(name)} WITH (FORCE)`);
}
