import { postgresBlock as block, postgresLiteral as literal } from "../identifiers.ts";
import { safePath } from "./safe-path.ts";
import type { PostgresSession } from "./session.ts";

/**
 * Stops writes in a PostgreSQL database whose customer owns everything in it, so no right can be
 * taken from them for good: an owner grants it again. What holds is what a superuser owns. An event
 * trigger refuses all DDL but what drops whole objects; so a trigger that refuses INSERT and
 * UPDATE can be put on each table, and nobody but a superuser can take it off, switch it off or make
 * a table without it. Deleting, truncating, dropping and reading go on.
 */
const home = "information_schema";
const refuseChange = `${home}.polypuma_refuse_change`;
const refuseWrite = `${home}.polypuma_refuse_write`;
/** Rights that were taken, to be given back. */
const taken = `${home}.polypuma_taken_rights`;
const eventTrigger = "polypuma_storage";

/** A trigger waits so long for a table that somebody writes to. */
const lockTimeoutMs = 3_000;
const endWaitMs = 5_000;

/** What makes room. */
const allowedTags = [
  "DROP TABLE",
  "DROP INDEX",
  "DROP MATERIALIZED VIEW",
  "DROP VIEW",
  "DROP SEQUENCE",
  "DROP SCHEMA",
  "DROP FUNCTION",
  "DROP PROCEDURE",
]
  .map(literal)
  .join(", ");

/** Large objects are no table; what makes and fills them are functions that everyone may call. */
const largeObjectWriters = [
  "lo_creat(int4)",
  "lo_create(oid)",
  "lo_from_bytea(oid, bytea)",
  "lo_put(oid, int8, bytea)",
  "lowrite(int4, bytea)",
  "lo_truncate(int4, int4)",
  "lo_truncate64(int4, int8)",
]
  .map((each) => `pg_catalog.${each}`)
  .join(", ");

/** Of a session that stops or allows writes, beside its path. */
export const writeStopSettings = `SET client_min_messages = warning;
  SET lock_timeout = ${lockTimeoutMs}`;

const isOperator = "(SELECT r.rolsuper FROM pg_roles r WHERE r.rolname = session_user)";

function refusal(what: string): string {
  return `RAISE EXCEPTION USING ERRCODE = 'program_limit_exceeded',
    MESSAGE = 'The database is over its storage limit: ' || ${what} || ' is refused',
    HINT = 'Delete rows and VACUUM, truncate or drop tables, or raise the limit.'`;
}

function makeFunction(name: string, returns: string, body: string): string {
  return `CREATE OR REPLACE FUNCTION ${name}() RETURNS ${returns} LANGUAGE plpgsql
      SET search_path = ${safePath} AS ${literal(body)};
    REVOKE ALL ON FUNCTION ${name}() FROM PUBLIC`;
}

const makeFunctions = [
  makeFunction(
    refuseChange,
    "event_trigger",
    `BEGIN
      IF tg_tag IN (${allowedTags}) OR ${isOperator} THEN RETURN; END IF;
      ${refusal("tg_tag")};
    END`,
  ),
  makeFunction(
    refuseWrite,
    "trigger",
    `BEGIN
      IF ${isOperator} THEN RETURN NULL; END IF;
      ${refusal("tg_op || ' into ' || tg_table_name")};
    END`,
  ),
].join(";\n");

const makeEventTrigger = block(`
  BEGIN
    IF NOT EXISTS (SELECT 1 FROM pg_event_trigger WHERE evtname = ${literal(eventTrigger)}) THEN
      CREATE EVENT TRIGGER ${eventTrigger} ON ddl_command_start EXECUTE FUNCTION ${refuseChange}();
      ALTER EVENT TRIGGER ${eventTrigger} ENABLE ALWAYS;
    END IF;
  END`);

/**
 * EXPLAIN ANALYZE CREATE TABLE … AS makes a table past every event trigger. It needs CREATE on a
 * schema or TEMPORARY on the database: both are taken, and noted to be given back.
 */
const takeRights = `
  CREATE TABLE IF NOT EXISTS ${taken} (kind text, place text, role text, with_grant_option boolean);
  ${block(`
  DECLARE held record;
  BEGIN
    FOR held IN
      SELECT 'SCHEMA' AS kind, 'CREATE' AS privilege, n.nspname AS place, a.grantee, a.is_grantable
      FROM pg_namespace n CROSS JOIN aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) a
      WHERE a.privilege_type = 'CREATE' AND n.nspname !~ '^pg_' AND n.nspname <> '${home}'
      UNION ALL
      SELECT 'DATABASE', 'TEMPORARY', d.datname, a.grantee, a.is_grantable
      FROM pg_database d CROSS JOIN aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) a
      WHERE a.privilege_type = 'TEMPORARY' AND d.datname = current_database()
    LOOP
      CONTINUE WHEN (SELECT rolsuper FROM pg_roles WHERE oid = held.grantee);
      INSERT INTO ${taken} VALUES (held.kind, held.place,
        CASE WHEN held.grantee = 0 THEN 'PUBLIC' ELSE held.grantee::regrole::text END,
        held.is_grantable);
      EXECUTE format('REVOKE %s ON %s %I FROM %s CASCADE', held.privilege, held.kind, held.place,
        CASE WHEN held.grantee = 0 THEN 'PUBLIC' ELSE held.grantee::regrole::text END);
    END LOOP;
  END`)}`;

const giveRightsBack = block(`
  DECLARE held record;
  BEGIN
    IF to_regclass('${taken}') IS NULL THEN RETURN; END IF;
    FOR held IN SELECT DISTINCT * FROM ${taken} LOOP
      CONTINUE WHEN held.kind = 'SCHEMA' AND to_regnamespace(quote_ident(held.place)) IS NULL;
      CONTINUE WHEN held.role <> 'PUBLIC' AND to_regrole(held.role) IS NULL;
      EXECUTE format('GRANT %s ON %s %I TO %s %s',
        CASE held.kind WHEN 'SCHEMA' THEN 'CREATE' ELSE 'TEMPORARY' END, held.kind,
        CASE held.kind WHEN 'SCHEMA' THEN held.place ELSE current_database() END, held.role,
        CASE WHEN held.with_grant_option THEN 'WITH GRANT OPTION' ELSE '' END);
    END LOOP;
    DELETE FROM ${taken};
  END`);

/**
 * Ends every session that is in a statement or a transaction: it was let through before and would go
 * on. Those with temporary tables, or that may have some again, cannot be told from others, so where
 * there ever were some, idle sessions end as well.
 */
const endWriters = `
  SELECT pg_terminate_backend(a.pid, ${endWaitMs}) FROM pg_stat_activity a
  WHERE a.datname = current_database() AND a.backend_type = 'client backend'
    AND a.pid <> pg_backend_pid()
    AND NOT coalesce((SELECT r.rolsuper FROM pg_roles r WHERE r.oid = a.usesysid), false)
    AND (a.xact_start IS NOT NULL OR a.state IS DISTINCT FROM 'idle'
      OR EXISTS (SELECT 1 FROM pg_namespace n WHERE n.nspname ~ '^pg_temp_'))`;

/** Each table by itself, so that no lock is held while another is waited for. */
function perTable(condition: string, statements: string): string {
  return block(`
    DECLARE t record;
    BEGIN
      FOR t IN SELECT n.nspname, c.relname, g.tgname FROM pg_class c
        JOIN pg_namespace n ON n.oid = c.relnamespace
        LEFT JOIN pg_trigger g ON g.tgrelid = c.oid
          AND g.tgfoid = to_regprocedure('${refuseWrite}()')::oid
        WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't'
          AND n.nspname !~ '^pg_' AND n.nspname <> '${home}' AND ${condition}
      LOOP
        ${statements}
        COMMIT;
      END LOOP;
    END`);
}

/** Under a name that nobody knows before, for a customer may have used any other. */
const putTriggers = perTable(
  "g.oid IS NULL",
  `t.tgname := 'polypuma_storage_' || md5(gen_random_uuid()::text);
   EXECUTE format('CREATE TRIGGER %I BEFORE INSERT OR UPDATE ON %I.%I FOR EACH STATEMENT '
     'EXECUTE FUNCTION ${refuseWrite}()', t.tgname, t.nspname, t.relname);
   EXECUTE format('ALTER TABLE %I.%I ENABLE ALWAYS TRIGGER %I', t.nspname, t.relname, t.tgname);`,
);

const dropTriggers = perTable(
  "g.oid IS NOT NULL",
  "EXECUTE format('DROP TRIGGER %I ON %I.%I', t.tgname, t.nspname, t.relname);",
);

/**
 * Has the database refuse writes. `session` is a superuser's, in the database and under
 * `writeStopSettings`. Safe to repeat.
 */
export async function stopPostgresWrites(session: PostgresSession): Promise<void> {
  await session.query(
    [
      makeFunctions,
      makeEventTrigger,
      takeRights,
      `REVOKE EXECUTE ON FUNCTION ${largeObjectWriters} FROM PUBLIC`,
    ].join(";\n"),
  );
  // From here on nobody makes a table; those who were about to are ended.
  await session.query(endWriters);
  await session.query(putTriggers);
}

/** Lets the customer write again: at once, whoever holds a table; then clears up. Safe to repeat. */
export async function allowPostgresWrites(session: PostgresSession): Promise<void> {
  const [row] = await session.query(
    `SELECT to_regprocedure('${refuseWrite}()') IS NOT NULL AS is_stopped`,
  );
  if (row?.is_stopped !== true) return;
  await session.query(
    [
      makeFunction(refuseWrite, "trigger", "BEGIN RETURN NULL; END"),
      `DROP EVENT TRIGGER IF EXISTS ${eventTrigger}`,
      giveRightsBack,
      `GRANT EXECUTE ON FUNCTION ${largeObjectWriters} TO PUBLIC`,
    ].join(";\n"),
  );
  await session.query(dropTriggers);
  await session.query(
    `DROP FUNCTION IF EXISTS ${refuseChange}(); DROP TABLE IF EXISTS ${taken};
     DROP FUNCTION IF EXISTS ${refuseWrite}()`,
  );
}
