import { postgresIdentifier as id } from "../identifiers.ts";
import type { PostgresSession } from "./session.ts";

/** SQLSTATE `invalid_catalog_name`. */
const noSuchDatabase = "3D000";

/**
 * Takes PUBLIC's rights on databases away. Our own under their working names are left out: whoever
 * makes one closes it, and two who change the same row at once get in each other's way.
 */
export async function closeDatabases(session: PostgresSession): Promise<void> {
  const open = await session.query(
    `SELECT d.datname FROM pg_database d
     WHERE (has_database_privilege('public', d.oid, 'CONNECT')
        OR has_database_privilege('public', d.oid, 'TEMPORARY')) AND d.datname !~ '^_p[0-9]+$'`,
  );
  for (const { datname } of open) {
    try {
      await session.query(`REVOKE ALL ON DATABASE ${id(String(datname))} FROM PUBLIC`);
    } catch (error) {
      // It has been dropped meanwhile.
      if (!(error instanceof Error && "code" in error && error.code === noSuchDatabase))
        throw error;
    }
  }
}
