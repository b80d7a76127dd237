import { Client } from "pg";
import { beforeAll, describe, expect, test } from "vitest";
import { newDatabase, newTenant, type Tenant } from "../support/api.ts";
import { sql, storeSql, superuserUrl } from "../support/sql.ts";

/** Two customers on one server. `mine` is hostile; nothing of it may reach `theirs` or the server. */
type Database = {
  uuid: string;
  host: string;
  port: number;
  db_name: string;
  db_username: string;
  db_password: string;
  connection_string: string;
};

let tenant: Tenant;
let mine: Database;
let theirs: Database;

beforeAll(async () => {
  tenant = await newTenant();
  [mine, theirs] = await Promise.all([newDatabase(tenant), newDatabase(await newTenant())]);
  await sql(theirs.connection_string, "CREATE TABLE secrets (text text)");
  await sql(theirs.connection_string, "INSERT INTO secrets VALUES ('theirs alone')");
});

/** Runs statements in one session of the hostile customer; the rows of the last. */
async function asMine(...statements: string[]): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: mine.connection_string });
  client.on("error", () => {});
  await client.connect();
  try {
    let rows: Record<string, unknown>[] = [];
    for (const statement of statements) ({ rows } = await client.query(statement));
    return rows;
  } finally {
    await client.end();
  }
}

function mineIn(database: string): string {
  return `postgresql://${mine.db_username}:${mine.db_password}@${mine.host}:${mine.port}/${database}`;
}

describe("a customer's login is refused", () => {
  const otherDatabases: [what: string, name: () => string][] = [
    ["another customer's database", () => theirs.db_name],
    ["the maintenance database", () => "postgres"],
    ["template1", () => "template1"],
    ["template0", () => "template0"],
    ["the control plane's own store", () => "polypuma"],
  ];
  test.each(otherDatabases)("in %s", async (_, name) => {
    await expect(sql(mineIn(name()), "SELECT 1")).rejects.toThrow(
      /permission denied for database|not currently accepting connections/,
    );
  });

  test("as a replication client", async () => {
    const replication = new Client({
      connectionString: mine.connection_string,
      ...{ replication: "database" },
    });
    replication.on("error", () => {});
    await expect(replication.connect()).rejects.toThrow(/permission denied to start WAL sender/);
    const physical = new Client({
      connectionString: mine.connection_string,
      ...{ replication: "true" },
    });
    physical.on("error", () => {});
    await expect(physical.connect()).rejects.toThrow(/permission denied|no pg_hba.conf entry/);
  });

  test("with another customer's name and its own password", async () => {
    const url = mineIn(mine.db_name).replace(`${mine.db_username}:`, `${theirs.db_username}:`);
    await expect(sql(url, "SELECT 1")).rejects.toThrow(/password authentication failed/);
  });
});

const denied =
  /permission denied|must be (superuser|owner)|not allowed|only (roles|superuser)|to (create|alter)|required/i;

/** Statements that fail; `$them` and `$me` stand for the two logins, `$theirs` for a database. */
const refused: [what: string, statement: string, because?: RegExp][] = [
  ["read password hashes", "SELECT rolpassword FROM pg_authid"],
  ["read password hashes through the old view", "SELECT passwd FROM pg_shadow"],
  ["read subscriptions' passwords", "SELECT subconninfo FROM pg_subscription"],
  ["read mapped passwords", "SELECT * FROM pg_catalog.pg_user_mapping"],
  ["read the server's access rules", "SELECT * FROM pg_hba_file_rules"],
  ["read the server's settings file", "SELECT * FROM pg_file_settings"],
  ["make a role", "CREATE ROLE intruder LOGIN"],
  ["make a database", "CREATE DATABASE intruder"],
  ["copy another's database", 'CREATE DATABASE intruder TEMPLATE "$theirs"'],
  ["become a superuser", 'ALTER ROLE "$me" SUPERUSER'],
  ["give itself CREATEDB", 'ALTER ROLE "$me" CREATEDB'],
  ["give itself CREATEROLE", 'ALTER ROLE "$me" CREATEROLE'],
  ["give itself REPLICATION", 'ALTER ROLE "$me" REPLICATION'],
  ["give itself BYPASSRLS", 'ALTER ROLE "$me" BYPASSRLS'],
  ["raise its connection limit", 'ALTER ROLE "$me" CONNECTION LIMIT 1000'],
  ["rename itself", 'ALTER ROLE "$me" RENAME TO intruder', /cannot be renamed/],
  ["mark itself as somebody else's", `COMMENT ON ROLE "$me" IS 'polykomos'`],
  ["change another's password", `ALTER ROLE "$them" PASSWORD 'taken'`],
  ["change another's settings", 'ALTER ROLE "$them" SET search_path = intruder'],
  ["drop another", 'DROP ROLE "$them"'],
  ["become another", 'SET ROLE "$them"'],
  ["become the operator", "SET ROLE postgres"],
  ["act as the operator", "SET SESSION AUTHORIZATION postgres"],
  ["take membership in another", 'GRANT "$them" TO "$me"'],
  ["give another membership in itself", 'GRANT "$me" TO "$them"'],
  ["take the right to read all data", 'GRANT pg_read_all_data TO "$me"'],
  ["take the right to read files", 'GRANT pg_read_server_files TO "$me"'],
  ["run a program", "COPY (SELECT 1) TO PROGRAM 'id'"],
  ["read a program's output", "CREATE TEMP TABLE out (line text); COPY out FROM PROGRAM 'id'"],
  ["write a file", "COPY (SELECT 1) TO '/tmp/intruder'"],
  ["read a file", "CREATE TEMP TABLE file (line text); COPY file FROM '/etc/passwd'"],
  ["import a file as a large object", "SELECT lo_import('/etc/passwd')"],
  ["export a large object as a file", "SELECT lo_export(lo_from_bytea(0, 'x'), '/tmp/intruder')"],
  ["read a file by function", "SELECT pg_read_file('/etc/passwd')"],
  ["read a file's bytes", "SELECT pg_read_binary_file('postgresql.conf')"],
  ["list a folder", "SELECT pg_ls_dir('.')"],
  ["list the log folder", "SELECT pg_ls_logdir()"],
  ["list the write-ahead log", "SELECT pg_ls_waldir()"],
  ["look at a file", "SELECT pg_stat_file('postgresql.conf')"],
  ["change the server's settings", "ALTER SYSTEM SET work_mem = '1GB'"],
  ["reload the server's settings", "SELECT pg_reload_conf()"],
  ["rotate the server's log", "SELECT pg_rotate_logfile()"],
  ["switch the write-ahead log", "SELECT pg_switch_wal()"],
  ["begin a backup", "SELECT pg_backup_start('x')"],
  ["flush everything to disk", "CHECKPOINT"],
  ["reset the server's statistics", "SELECT pg_stat_reset_shared('bgwriter')"],
  ["use dblink", "CREATE EXTENSION dblink"],
  ["use postgres_fdw", "CREATE EXTENSION postgres_fdw"],
  ["use file_fdw", "CREATE EXTENSION file_fdw"],
  ["use Python", "CREATE EXTENSION plpython3u"],
  ["use untrusted Perl", "CREATE EXTENSION plperlu"],
  ["inspect pages", "CREATE EXTENSION pageinspect"],
  ["watch others' statements", "CREATE EXTENSION pg_stat_statements"],
  ["walk through the write-ahead log", "CREATE EXTENSION pg_walinspect"],
  ["use adminpack", "CREATE EXTENSION adminpack", /not available|permission denied/],
  ["make a foreign data wrapper", "CREATE FOREIGN DATA WRAPPER intruder"],
  [
    "make a server connection",
    "CREATE SERVER intruder FOREIGN DATA WRAPPER dblink_fdw",
    /does not exist/,
  ],
  [
    "subscribe to another server",
    "CREATE SUBSCRIPTION s CONNECTION 'host=127.0.0.1' PUBLICATION p",
  ],
  ["publish all tables", "CREATE PUBLICATION intruder FOR ALL TABLES"],
  ["make a logical replication slot", "SELECT pg_create_logical_replication_slot('s', 'pgoutput')"],
  ["make a physical replication slot", "SELECT pg_create_physical_replication_slot('s')"],
  ["load a library", "LOAD '/tmp/intruder.so'"],
  ["load a shipped library", "LOAD 'pg_stat_statements'"],
  ["make a function in C", "CREATE FUNCTION f() RETURNS int LANGUAGE c AS 'libc.so.6', 'getpid'"],
  [
    "make a function in internal code",
    "CREATE FUNCTION f() RETURNS int LANGUAGE internal AS 'pg_backend_pid'",
  ],
  ["make a language", "CREATE LANGUAGE intruder HANDLER plpgsql_call_handler"],
  ["make an access method", "CREATE ACCESS METHOD m TYPE INDEX HANDLER bthandler"],
  [
    "make an event trigger",
    "CREATE FUNCTION e() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'; CREATE EVENT TRIGGER t ON ddl_command_end EXECUTE FUNCTION e()",
  ],
  ["make a tablespace", "CREATE TABLESPACE t LOCATION '/tmp'"],
  ["drop its own database", 'DROP DATABASE "$mine"', /must be owner|currently open/],
  ["drop another's database", 'DROP DATABASE "$theirs"'],
  ["rename its database", 'ALTER DATABASE "$mine" RENAME TO intruder', /must be owner/],
  ["raise its database's connection limit", 'ALTER DATABASE "$mine" CONNECTION LIMIT -1'],
  ["change its database's settings", 'ALTER DATABASE "$mine" SET search_path = intruder'],
  ["take its database", 'ALTER DATABASE "$mine" OWNER TO "$me"'],
  ["relabel its database", `COMMENT ON DATABASE "$mine" IS 'polykomos'`],
  ["relabel another's database", `COMMENT ON DATABASE "$theirs" IS 'polykomos'`],
  ["change system tables", "UPDATE pg_catalog.pg_database SET datallowconn = true"],
  [
    "change what roles may do",
    "UPDATE pg_catalog.pg_roles SET rolsuper = true",
    /permission denied|cannot update view/,
  ],
  ["switch off triggers and foreign keys", "SET session_replication_role = replica"],
  ["raise its limit of temporary files", "SET temp_file_limit = -1"],
  ["raise that limit for later sessions", 'ALTER ROLE "$me" SET temp_file_limit = -1'],
  ["take that limit away", 'ALTER ROLE "$me" RESET temp_file_limit'],
  ["load code at login", `ALTER ROLE "$me" SET session_preload_libraries = 'x'`],
  ["silence the server's log", "SET log_statement = 'none'"],
  ["change system tables' protection", "SET allow_system_table_mods = on"],
  ["skip the checks on large objects", "SET lo_compat_privileges = on"],
  ["see how large another's database is", "SELECT pg_database_size('$theirs')"],
  [
    "reserve the server's last connections",
    "SET superuser_reserved_connections = 0",
    /cannot be changed/,
  ],
];

describe("a customer cannot", () => {
  test.each(refused)("%s", async (_, statement, because = denied) => {
    const text = statement
      .replaceAll("$me", mine.db_username)
      .replaceAll("$them", theirs.db_username)
      .replaceAll("$mine", mine.db_name)
      .replaceAll("$theirs", theirs.db_name);
    await expect(asMine(text)).rejects.toThrow(because);
  });

  test("end or cancel another's session, or read what it runs", async () => {
    const victim = new Client({ connectionString: theirs.connection_string });
    await victim.connect();
    const [{ pid }] = (await victim.query("SELECT pg_backend_pid() AS pid")).rows;
    await victim.query("SELECT 'their words' AS said");
    try {
      for (const verb of ["pg_terminate_backend", "pg_cancel_backend"]) {
        await expect(asMine(`SELECT ${verb}(${pid})`)).rejects.toThrow(denied);
      }
      const [seen] = await asMine(`SELECT query FROM pg_stat_activity WHERE pid = ${pid}`);
      expect(seen?.query).toBe("<insufficient privilege>");
      expect((await victim.query("SELECT 1 AS one")).rows).toEqual([{ one: 1 }]);
    } finally {
      await victim.end();
    }
  });

  test("open its database to others, though PostgreSQL only warns about it", async () => {
    await asMine(
      `GRANT ALL ON DATABASE "${mine.db_name}" TO PUBLIC`,
      `GRANT CONNECT ON DATABASE "${mine.db_name}" TO "${theirs.db_username}"`,
    );
    const url = `postgresql://${theirs.db_username}:${theirs.db_password}@${mine.host}:${mine.port}/${mine.db_name}`;
    await expect(sql(url, "SELECT 1")).rejects.toThrow(/permission denied for database/);
  });

  test("shake off its limits with RESET ALL", async () => {
    const limit =
      "SELECT setting::int AS kilobytes FROM pg_settings WHERE name = 'temp_file_limit'";
    const [before] = await asMine(limit);
    expect(before?.kilobytes).toBeGreaterThan(0);
    await asMine("RESET ALL", `ALTER ROLE "${mine.db_username}" RESET ALL`);
    expect(await asMine(limit)).toEqual([before]);
  });

  test("tell a database's identity from what the server shows of it", async () => {
    const shown = await asMine(
      "SELECT string_agg(description, ' ') AS words FROM pg_shdescription",
    );
    for (const { uuid } of [mine, theirs]) expect(shown[0]?.words).not.toContain(uuid);
  });

  test("open more sessions than its limit; others are let in all the while", async () => {
    const database = await newDatabase(tenant, { connection_hard_limit: 2 });
    const sessions = [0, 1].map(() => new Client({ connectionString: database.connection_string }));
    try {
      for (const session of sessions) await session.connect();
      await expect(sql(database.connection_string, "SELECT 1")).rejects.toThrow(
        /too many connections for role/,
      );
      expect(await sql(theirs.connection_string, "SELECT text FROM secrets")).toHaveLength(1);
    } finally {
      await Promise.all(sessions.map((session) => session.end()));
    }
  });

  test("leave anything behind on the server by all this", async () => {
    const root = superuserUrl("postgres");
    const left = await sql(
      root,
      `SELECT rolname AS name FROM pg_roles WHERE rolname = 'intruder' OR (rolname ~ '^u[0-9]+$'
         AND (rolsuper OR rolcreatedb OR rolcreaterole OR rolreplication OR rolbypassrls))
       UNION ALL SELECT datname FROM pg_database WHERE datname = 'intruder'
       UNION ALL SELECT slot_name FROM pg_replication_slots
       UNION ALL SELECT spcname FROM pg_tablespace WHERE spcname !~ '^pg_'`,
    );
    expect(left).toEqual([]);
    expect(await sql(theirs.connection_string, "SELECT text FROM secrets")).toEqual([
      { text: "theirs alone" },
    ]);
  });
});

test("a login with a limit of one session is let in as soon as the database is ready", async () => {
  const database = await newDatabase(tenant, { connection_hard_limit: 1 });
  expect(await sql(database.connection_string, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
});

/** What a customer is promised to be able to do. */
const allowed: [what: string, ...statements: string[]][] = [
  ["tables", "CREATE TABLE t1 (id int PRIMARY KEY)", "INSERT INTO t1 VALUES (1)", "DROP TABLE t1"],
  [
    "indexes",
    "CREATE TABLE t2 (a int)",
    "CREATE INDEX ON t2 (a)",
    "CREATE INDEX CONCURRENTLY ON t2 (a)",
  ],
  ["schemas", "CREATE SCHEMA own", "CREATE TABLE own.t (a int)", "DROP SCHEMA own CASCADE"],
  ["views", "CREATE VIEW v AS SELECT 1 AS one", "CREATE MATERIALIZED VIEW m AS SELECT 1 AS one"],
  [
    "functions",
    "CREATE FUNCTION plus(a int) RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN a + 1; END'",
    "SELECT plus(1)",
  ],
  ["procedures", "CREATE PROCEDURE p() LANGUAGE plpgsql AS 'BEGIN COMMIT; END'", "CALL p()"],
  [
    "triggers",
    "CREATE TABLE t3 (a int)",
    "CREATE FUNCTION tr() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    "CREATE TRIGGER x BEFORE INSERT ON t3 FOR EACH ROW EXECUTE FUNCTION tr()",
  ],
  ["types", "CREATE TYPE mood AS ENUM ('good')", "CREATE DOMAIN small AS int CHECK (value < 9)"],
  ["sequences", "CREATE SEQUENCE s", "SELECT nextval('s')"],
  ["row-level security", "CREATE TABLE t4 (a int)", "ALTER TABLE t4 ENABLE ROW LEVEL SECURITY"],
  ["temporary tables", "CREATE TEMP TABLE x (a int)", "INSERT INTO x VALUES (1)"],
  [
    "transactions with savepoints",
    "BEGIN",
    "SAVEPOINT s",
    "CREATE TABLE gone (a int)",
    "ROLLBACK TO s",
    "COMMIT",
  ],
  ["LISTEN and NOTIFY", "LISTEN news", "NOTIFY news, 'hello'"],
  ["large objects", "SELECT lo_from_bytea(0, 'x')"],
  ["advisory locks", "SELECT pg_advisory_lock(1)"],
  ["settings of its own", "SET work_mem = '8MB'", "SET statement_timeout = '5s'"],
  ["COPY to the client", "COPY (SELECT 1) TO STDOUT"],
  [
    "a publication of its own tables",
    "CREATE TABLE t5 (a int PRIMARY KEY)",
    "CREATE PUBLICATION p FOR TABLE t5",
  ],
  ["its database's size", "SELECT pg_database_size(current_database())"],
  [
    "EXPLAIN and ANALYZE",
    "CREATE TABLE t6 (a int)",
    "ANALYZE t6",
    "EXPLAIN ANALYZE SELECT * FROM t6",
    "VACUUM t6",
  ],
  ...[
    "pgcrypto",
    "citext",
    "hstore",
    '"uuid-ossp"',
    "pg_trgm",
    "btree_gin",
    "unaccent",
    "ltree",
  ].map((name): [string, string] => [`the extension ${name}`, `CREATE EXTENSION ${name}`]),
];

describe("a customer can use", () => {
  test.each(allowed)("%s", async (_, ...statements) => {
    await asMine(...statements);
  });

  test("COPY from the client", async () => {
    // What the client sends when it copies: the driver has no COPY of its own.
    await asMine("CREATE TABLE copied (a int)");
    const client = new Client({ connectionString: mine.connection_string });
    await client.connect();
    const done = new Promise<void>((resolve, reject) => {
      const { connection } = client as unknown as {
        connection: {
          once(event: string, then: () => void): void;
          sendCopyFromChunk(bytes: Buffer): void;
          endCopyFrom(): void;
        };
      };
      client.query({
        submit(wire: { query(text: string): void }) {
          wire.query("COPY copied FROM STDIN");
          return null;
        },
        handleError: reject,
        handleRowDescription() {},
        handleDataRow() {},
        handleCommandComplete() {},
        handleReadyForQuery: () => resolve(),
        handleCopyInResponse() {
          connection.sendCopyFromChunk(Buffer.from("1\n2\n"));
          connection.endCopyFrom();
        },
      } as never);
    });
    await done;
    await client.end();
    expect(await asMine("SELECT count(*)::int AS rows FROM copied")).toEqual([{ rows: 2 }]);
  });

  test("the catalogs that pg_dump and ORMs read", async () => {
    await asMine(
      "SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace",
      "SELECT * FROM pg_proc, pg_language WHERE pg_language.oid = prolang LIMIT 1",
      "SELECT * FROM information_schema.columns LIMIT 1",
      "SELECT datname, shobj_description(oid, 'pg_database') FROM pg_database",
      "SELECT rolname FROM pg_roles",
      "SELECT pg_get_viewdef('pg_views'::regclass)",
      "SELECT * FROM pg_extension, pg_depend LIMIT 1",
      "SELECT extname FROM pg_available_extensions av JOIN pg_extension e ON e.extname = av.name",
    );
  });
});

/**
 * Functions and operators that fit the words of catalog queries better than the server's own, for what
 * is left unknown in them is taken for text. Whoever runs one is written down.
 */
function trap(name: string, parameters: string, returns: string): string {
  return `CREATE FUNCTION public.${name}(${parameters}) RETURNS ${returns} LANGUAGE plpgsql AS $$
    BEGIN
      INSERT INTO public.caught VALUES (session_user, '${name}');
      RETURN NULL;
    END $$`;
}

const traps = [
  "CREATE TABLE public.caught (who text, what text)",
  trap("shobj_description", "oid, text", "text"),
  trap("obj_description", "oid, text", "text"),
  trap("hashtextextended", "text, int", "bigint"),
  trap("current_setting", "varchar", "text"),
  trap("has_database_privilege", "text, oid, text", "boolean"),
  trap("format", "text, text", "text"),
  trap("format", "text, name", "text"),
  trap("is_equal", "text, name", "boolean"),
  trap("is_like", "name, varchar", "boolean"),
  "CREATE OPERATOR public.= (LEFTARG = text, RIGHTARG = name, FUNCTION = public.is_equal)",
  "CREATE OPERATOR public.!~ (LEFTARG = name, RIGHTARG = varchar, FUNCTION = public.is_like)",
];

test("nothing that a customer made is run by the operator, whatever it is called", async () => {
  const own = await newDatabase(tenant);
  for (const statement of traps) await sql(own.connection_string, statement);
  const path = `/api/v1/databases/${own.uuid}`;
  const rotate = { body: { overlap_seconds: 0 } };
  const now = await tenant.call("POST", `${path}/credentials/rotate`, rotate);
  expect(now.status, JSON.stringify(now.body)).toBe(200);
  await storeSql(
    "DELETE FROM database_readers r USING databases d WHERE d.id = r.database_id AND d.uuid = $1",
    [own.uuid],
  );
  const asked = { database_uuid: own.uuid, query: "How many caught are there?" };
  const answered = await tenant.call("POST", "/api/v1/query_executions", { body: asked });
  expect(answered.body.result.rows).toEqual([{ count: 0 }]);
  const url: string = now.body.data.connection_string;
  expect(await sql(url, "SELECT DISTINCT who, what FROM public.caught")).toEqual([]);
});
