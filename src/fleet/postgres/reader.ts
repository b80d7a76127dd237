import { loginName, readerName, workingName } from "../fleet.ts";
import {
  postgresIdentifier as id,
  postgresBlock as inBlock,
  postgresLiteral as literal,
} from "../identifiers.ts";
import { type ReaderMaker, readerConnectionsMax, readerStatementSeconds } from "../readers.ts";
import { withSession } from "../with-session.ts";
import { setSafePath } from "./safe-path.ts";
import { scramVerifier } from "./scram-verifier.ts";
import { adminTarget, type PostgresConnect } from "./session.ts";
import { markOf, tempFileLimitKb } from "./tenant-sql.ts";

/** DDL waits so long for what a customer's session holds. */
const lockTimeoutMs = 5_000;
const statementTimeoutMs = 60_000;

/** Makes the reader of a PostgreSQL database, as the operator and from inside the database. */
export function postgresReader(connect: PostgresConnect): ReaderMaker {
  return {
    async make(server, tenant, password, stage) {
      const database = stage === "working" ? workingName(tenant.databaseId) : tenant.dbName;
      const opening = connect(adminTarget(server, database, statementTimeoutMs));
      await withSession(opening, (session) => session.query(makeReader(tenant, password)));
    },
  };
}

/** One transaction. Two at once wait for each other by the lock. */
function makeReader(tenant: { databaseId: number; uuid: string }, password: string): string {
  const name = readerName(tenant.databaseId);
  const mark = literal(markOf(tenant.uuid));
  const credential = `LOGIN CONNECTION LIMIT ${readerConnectionsMax}
    PASSWORD ${literal(scramVerifier(password))}`;
  return [
    `SET LOCAL lock_timeout = ${lockTimeoutMs}`,
    setSafePath,
    `SELECT pg_advisory_xact_lock(hashtextextended(${literal(`reader ${name}`)}, 0))`,
    inBlock(`
      DECLARE
        found name := (SELECT rolname FROM pg_roles WHERE rolname = ${literal(name)});
        place record;
      BEGIN
        IF found IS NULL THEN
          CREATE ROLE ${id(name)} NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS
            ${credential};
          COMMENT ON ROLE ${id(name)} IS ${mark};
        ELSIF shobj_description((SELECT oid FROM pg_roles WHERE rolname = found), 'pg_authid')
            IS DISTINCT FROM ${mark} THEN
          RAISE EXCEPTION '% belongs to something else', found;
        ELSE
          ALTER ROLE ${id(name)} ${credential};
        END IF;
        ALTER ROLE ${id(name)} SET default_transaction_read_only = on;
        ALTER ROLE ${id(name)} SET statement_timeout = '${readerStatementSeconds}s';
        IF current_setting('is_superuser') = 'on' THEN
          ALTER ROLE ${id(name)} SET temp_file_limit = ${tempFileLimitKb};
        END IF;
        EXECUTE format('GRANT CONNECT ON DATABASE %I TO ${id(name)}', current_database());
        FOR place IN SELECT nspname FROM pg_namespace
            WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' LOOP
          EXECUTE format('GRANT USAGE ON SCHEMA %I TO ${id(name)}', place.nspname);
          EXECUTE format('GRANT SELECT ON ALL TABLES IN SCHEMA %I TO ${id(name)}', place.nspname);
        END LOOP;
      END`),
    // What the customer makes later, in whichever schema.
    `ALTER DEFAULT PRIVILEGES FOR ROLE ${id(loginName(tenant.databaseId))}
      GRANT SELECT ON TABLES TO ${id(name)}`,
    `ALTER DEFAULT PRIVILEGES FOR ROLE ${id(loginName(tenant.databaseId))}
      GRANT USAGE ON SCHEMAS TO ${id(name)}`,
  ].join(";\n");
}
