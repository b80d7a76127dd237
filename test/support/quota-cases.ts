import { createConnection } from "mysql2/promise";
import { Client } from "pg";
import { mysqlQuery } from "./mysql.ts";
import { sql } from "./sql.ts";

/** A customer's session that stays open. */
type OpenSession = {
  run(text: string): Promise<unknown>;
  end(): Promise<void>;
};

/** One engine's ways to grow, to shrink, and to get around its storage limit. */
export type QuotaCase = {
  engine: "postgres" | "mysql";
  query(url: string, text: string): Promise<Record<string, unknown>[]>;
  open(url: string): Promise<OpenSession>;
  /** What the engine says of a write over the limit, and of a session too many. */
  refusal: RegExp;
  tooMany: RegExp;
  /** Run while there is room: what the evasions use. */
  prepare: string[];
  /** Makes `passing`, a table of the session, and what else a session can have of its own. */
  temporary: string[];
  /** Adds about a megabyte of rows that do not compress to `filled`. */
  grow: string;
  /** Sessions of a customer over the limit; the last statement of each must be refused. */
  evasions: Record<string, string[]>;
  /** Those that nobody may do, limit or not. */
  neverAllowed: string[];
  /** Takes back what an evasion did that was let through. */
  undo: string[];
  /** Rows and tables, as a customer's write would change them. */
  contents: string;
  /** Frees the room of rows that were deleted, where deleting does not. */
  vacuum: string | null;
};

const postgres: QuotaCase = {
  engine: "postgres",
  query: sql,
  async open(url) {
    const client = new Client({ connectionString: url });
    client.on("error", () => {});
    await client.connect();
    return { run: (text) => client.query(text), end: () => client.end() };
  },
  refusal: /over its storage limit|permission denied/,
  tooMany: /too many connections/,
  prepare: [
    "CREATE TABLE filled (id int GENERATED ALWAYS AS IDENTITY, filler text)",
    "CREATE TABLE small (id int PRIMARY KEY, note text)",
    "INSERT INTO small SELECT n, 'kept' FROM generate_series(1, 20) n",
    "CREATE VIEW window_on_small AS SELECT * FROM small",
    `CREATE FUNCTION sneak() RETURNS void LANGUAGE sql SECURITY DEFINER
       AS 'INSERT INTO small VALUES (1001)'`,
    `CREATE FUNCTION sneak_loop() RETURNS int LANGUAGE plpgsql SECURITY DEFINER AS $$
       BEGIN EXECUTE 'INSERT INTO small VALUES (1002)'; RETURN 1; END $$`,
    `CREATE FUNCTION sneak_set() RETURNS void LANGUAGE sql
       SET default_transaction_read_only = off AS 'INSERT INTO small VALUES (1003)'`,
    "CREATE TABLE parted (id int, note text) PARTITION BY RANGE (id)",
    "CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM (0) TO (1000000)",
    "CREATE MATERIALIZED VIEW copied AS SELECT * FROM filled",
    "CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    `CREATE CONSTRAINT TRIGGER polypuma_storage AFTER INSERT ON small
       FOR EACH ROW EXECUTE FUNCTION nothing()`,
    "CREATE RULE sneaky AS ON DELETE TO parted DO ALSO INSERT INTO small VALUES (1004)",
    "CREATE SCHEMA other",
    "CREATE TABLE other.mine (id int)",
    "SELECT lo_create(4242)",
  ],
  temporary: [
    "CREATE TEMPORARY TABLE passing (id int)",
    "CREATE TEMPORARY VIEW pg_roles AS SELECT session_user AS rolname, true AS rolsuper",
  ],
  grow: `INSERT INTO filled (filler) SELECT string_agg(md5(random()::text), '')
    FROM generate_series(1, 1000) row CROSS JOIN generate_series(1, 32) part GROUP BY row`,
  evasions: {
    "a plain insert": ["INSERT INTO small VALUES (1009)"],
    "an update": ["UPDATE small SET note = repeat('x', 100)"],
    "the read-only setting": [
      "SET default_transaction_read_only = off",
      "SET transaction_read_only = off",
      "INSERT INTO small VALUES (1010)",
    ],
    "a read-write transaction": [
      "BEGIN ISOLATION LEVEL SERIALIZABLE READ WRITE",
      "INSERT INTO small VALUES (1011)",
    ],
    "RESET ROLE": ["RESET ROLE", "INSERT INTO small VALUES (1012)"],
    "SET ROLE": ["SET ROLE NONE", "INSERT INTO small VALUES (1013)"],
    "another session user": [
      "SET SESSION AUTHORIZATION DEFAULT",
      "INSERT INTO small VALUES (1014)",
    ],
    "the superuser's name": ["SET SESSION AUTHORIZATION postgres"],
    "a grant to oneself": ["GRANT ALL ON small TO CURRENT_USER", "INSERT INTO small VALUES (1015)"],
    "triggers switched off for the session": [
      "SET session_replication_role = replica",
      "INSERT INTO small VALUES (1016)",
    ],
    "event triggers switched off": ["SET event_triggers = off", "CREATE TABLE more (id int)"],
    "the triggers switched off": [
      "ALTER TABLE small DISABLE TRIGGER ALL",
      "INSERT INTO small VALUES (1017)",
    ],
    "the triggers' user part switched off": [
      "ALTER TABLE small DISABLE TRIGGER USER",
      "INSERT INTO small VALUES (1018)",
    ],
    "the trigger dropped": [
      `DO $$ DECLARE t record; BEGIN FOR t IN SELECT tgname FROM pg_trigger
         WHERE tgrelid = 'small'::regclass LOOP
         EXECUTE format('DROP TRIGGER %I ON small', t.tgname); END LOOP; END $$`,
      "INSERT INTO small VALUES (1019)",
    ],
    "the trigger's function dropped": [
      "DROP FUNCTION information_schema.polypuma_refuse_write() CASCADE",
      "INSERT INTO small VALUES (1020)",
    ],
    "the trigger's function replaced": [
      `CREATE OR REPLACE FUNCTION information_schema.polypuma_refuse_write() RETURNS trigger
         LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'`,
      "INSERT INTO small VALUES (1021)",
    ],
    "the event trigger dropped": [
      "DROP EVENT TRIGGER polypuma_storage",
      "CREATE TABLE more (id int)",
    ],
    "the event trigger switched off": [
      "ALTER EVENT TRIGGER polypuma_storage DISABLE",
      "CREATE TABLE more (id int)",
    ],
    "a function of its definer": ["SELECT sneak()"],
    "a function that runs text": ["SELECT sneak_loop()"],
    "a function with settings": ["SELECT sneak_set()"],
    "a view": ["INSERT INTO window_on_small VALUES (1022)"],
    MERGE: [
      `MERGE INTO small s USING (VALUES (1023)) v (id) ON s.id = v.id
         WHEN NOT MATCHED THEN INSERT VALUES (v.id, 'merged')`,
    ],
    "an upsert": [
      "INSERT INTO small VALUES (1, repeat('x', 100)) ON CONFLICT (id) DO UPDATE SET note = EXCLUDED.note",
    ],
    "a WITH that writes": [
      "WITH w AS (INSERT INTO small VALUES (1024) RETURNING id) SELECT * FROM w",
    ],
    "a prepared statement": [
      "PREPARE sneak_in AS INSERT INTO small VALUES (1025)",
      "EXECUTE sneak_in",
    ],
    "a new table": ["CREATE TABLE more (id int)"],
    "a table out of a query": ["CREATE TABLE more AS SELECT generate_series(1, 1000)"],
    "SELECT INTO": ["SELECT n INTO more FROM generate_series(1, 1000) n"],
    "a table behind EXPLAIN": [
      "EXPLAIN ANALYZE CREATE TABLE more AS SELECT generate_series(1, 1000)",
    ],
    "a temporary table behind EXPLAIN": [
      "EXPLAIN ANALYZE CREATE TEMP TABLE more AS SELECT generate_series(1, 1000)",
    ],
    "a view with rows behind EXPLAIN": [
      "EXPLAIN ANALYZE CREATE MATERIALIZED VIEW more AS SELECT generate_series(1, 1000)",
    ],
    "a table in another schema": [
      "EXPLAIN ANALYZE CREATE TABLE other.more AS SELECT generate_series(1, 1000)",
    ],
    "a new schema": ["CREATE SCHEMA fresh", "CREATE TABLE fresh.more (id int)"],
    "a schema with its table": ["CREATE SCHEMA fresh CREATE TABLE more (id int)"],
    "a temporary table": ["CREATE TEMP TABLE more (id int)"],
    "a partition itself": ["INSERT INTO parted_1 VALUES (1, 'part')"],
    "the table over its partitions": ["INSERT INTO parted VALUES (1, 'part')"],
    "a new partition": [
      "CREATE TABLE parted_2 PARTITION OF parted FOR VALUES FROM (1000000) TO (2000000)",
    ],
    "a rule": ["DELETE FROM parted"],
    "a new index": ["CREATE INDEX ON filled (filler)"],
    "a new column": ["ALTER TABLE small ADD COLUMN big text DEFAULT random()::text"],
    "a rewrite": ["ALTER TABLE other.mine ALTER COLUMN id TYPE bigint"],
    "a refreshed materialized view": ["REFRESH MATERIALIZED VIEW copied"],
    COPY: ["COPY small FROM STDIN"],
    "a new large object": ["SELECT lo_from_bytea(0, 'more')"],
    "a longer large object": ["SELECT lo_put(4242, 0, 'more')"],
    "a large object by its descriptor": ["BEGIN", "SELECT lowrite(lo_open(4242, 131072), 'more')"],
    "an extension": ["CREATE EXTENSION hstore"],
    "the right to make things": [
      "GRANT CREATE ON SCHEMA public TO CURRENT_USER",
      "EXPLAIN ANALYZE CREATE TABLE more AS SELECT 1",
    ],
    "a new owner": ["ALTER TABLE small OWNER TO CURRENT_USER"],
    "a DO block": ["DO $$ BEGIN INSERT INTO small VALUES (1026); END $$"],
  },
  // The driver has no data for COPY; over the limit it is refused before it asks for any.
  neverAllowed: ["the superuser's name", "COPY"],
  undo: [
    "DROP TABLE IF EXISTS more",
    "DROP MATERIALIZED VIEW IF EXISTS more",
    "DROP TABLE IF EXISTS other.more",
    "DROP SCHEMA IF EXISTS fresh CASCADE",
    "DROP TABLE IF EXISTS parted_2",
    "DROP EXTENSION IF EXISTS hstore",
    "DELETE FROM small WHERE id > 20",
  ],
  contents: `SELECT (SELECT count(*) FROM small)::int AS small, (SELECT count(*) FROM parted)::int AS parted,
    (SELECT max(length(note)) FROM small) AS longest,
    (SELECT count(*) FROM pg_class WHERE relkind IN ('r', 'm', 'p', 'i'))::int AS relations,
    (SELECT count(*) FROM pg_largeobject_metadata)::int AS objects`,
  vacuum: "VACUUM FULL filled",
};

const mysql: QuotaCase = {
  engine: "mysql",
  query: mysqlQuery,
  async open(url) {
    const connection = await createConnection(url);
    connection.on("error", () => {});
    return { run: (text) => connection.query(text), end: async () => connection.destroy() };
  },
  refusal: /denied|closed state|was killed|PROTOCOL_CONNECTION_LOST|Connection lost/,
  tooMany: /max_user_connections/,
  prepare: [
    "CREATE TABLE filled (id int AUTO_INCREMENT PRIMARY KEY, filler varchar(2000))",
    "CREATE TABLE small (id int PRIMARY KEY, note varchar(2000))",
    "INSERT INTO small SELECT seq, 'kept' FROM seq_1_to_20",
    "CREATE VIEW window_on_small AS SELECT * FROM small",
    "CREATE PROCEDURE sneak() SQL SECURITY DEFINER INSERT INTO small VALUES (1001, 'x')",
    `CREATE FUNCTION sneak_loop() RETURNS int MODIFIES SQL DATA SQL SECURITY DEFINER
       BEGIN INSERT INTO small VALUES (1002, 'x'); RETURN 1; END`,
    "CREATE TABLE parted (id int PRIMARY KEY) PARTITION BY HASH (id) PARTITIONS 2",
    "INSERT INTO parted VALUES (1)",
    "CREATE TRIGGER sneaky AFTER DELETE ON parted FOR EACH ROW INSERT INTO small VALUES (1003, 'x')",
    "CREATE SEQUENCE counted",
  ],
  temporary: ["CREATE TEMPORARY TABLE passing (id int)"],
  grow: `INSERT INTO filled (filler) SELECT (SELECT group_concat(md5(concat(rand(), t.seq, n.seq)) SEPARATOR '')
      FROM seq_1_to_30 n) FROM seq_1_to_1000 t`,
  evasions: {
    "a plain insert": ["INSERT INTO small VALUES (1010, 'x')"],
    "an update": ["UPDATE small SET note = repeat('x', 100)"],
    "a read-write transaction": [
      "SET SESSION TRANSACTION READ WRITE",
      "START TRANSACTION READ WRITE",
      "INSERT INTO small VALUES (1011, 'x')",
    ],
    "the server's read-only setting": [
      "SET GLOBAL read_only = OFF",
      "INSERT INTO small VALUES (1012, 'x')",
    ],
    REPLACE: ["REPLACE INTO small VALUES (1, repeat('x', 100))"],
    "an upsert": [
      "INSERT INTO small VALUES (1, 'x') ON DUPLICATE KEY UPDATE note = repeat('x', 100)",
    ],
    "INSERT IGNORE": ["INSERT IGNORE INTO small VALUES (1013, 'x')"],
    "a grant to oneself": [
      "GRANT ALL ON small TO CURRENT_USER()",
      "INSERT INTO small VALUES (1014, 'x')",
    ],
    "another role": ["SET ROLE 'root'", "INSERT INTO small VALUES (1015, 'x')"],
    "a procedure of its definer": ["CALL sneak()"],
    "a function of its definer": ["SELECT sneak_loop()"],
    "a routine of somebody else": [
      "CREATE DEFINER = 'root'@'%' PROCEDURE more() INSERT INTO small VALUES (1016, 'x')",
      "CALL more()",
    ],
    "a view": ["INSERT INTO window_on_small VALUES (1017, 'x')"],
    "a new view": ["CREATE VIEW more AS SELECT 1"],
    "a trigger": ["DELETE FROM parted"],
    "a new trigger": [
      "CREATE TRIGGER more BEFORE DELETE ON small FOR EACH ROW INSERT INTO filled (filler) VALUES ('x')",
    ],
    "a prepared statement": ["PREPARE sneak_in FROM 'INSERT INTO small VALUES (1018, ''x'')'"],
    "EXECUTE IMMEDIATE": ["EXECUTE IMMEDIATE 'INSERT INTO small VALUES (1019, ''x'')'"],
    "a compound statement": ["BEGIN NOT ATOMIC INSERT INTO small VALUES (1020, 'x'); END"],
    "a new table": ["CREATE TABLE more (id int)"],
    "a table out of a query": ["CREATE TABLE more AS SELECT * FROM filled"],
    "a table like another": ["CREATE TABLE more LIKE filled"],
    "a table of another engine": ["CREATE TABLE more (id int) ENGINE = MyISAM"],
    "a temporary table": ["CREATE TEMPORARY TABLE more (id int)"],
    "a new database": ["CREATE DATABASE more"],
    "another database": ["USE test", "CREATE TABLE more (id int)"],
    "a new index": ["CREATE INDEX more ON filled (filler(100))"],
    "a new column": ["ALTER TABLE small ADD COLUMN big text"],
    "a rewrite": ["ALTER TABLE filled ENGINE = Aria"],
    "a new partition": ["ALTER TABLE parted ADD PARTITION PARTITIONS 4"],
    "a rename": ["RENAME TABLE small TO more"],
    "LOAD DATA": ["LOAD DATA INFILE '/etc/hostname' INTO TABLE small"],
    "INTO OUTFILE": ["SELECT * FROM small INTO OUTFILE '/tmp/polypuma-outfile'"],
    "a locked table": ["LOCK TABLES small WRITE", "INSERT INTO small VALUES (1021, 'x')"],
    "a setting for one statement": [
      "SET STATEMENT max_statement_time = 10 FOR INSERT INTO small VALUES (1022, 'x')",
    ],
    "rows out of the table itself": ["INSERT INTO small SELECT id + 2000, note FROM small"],
    "a sequence's value": ["SELECT NEXTVAL(counted)"],
  },
  neverAllowed: ["a routine of somebody else", "a new database", "LOAD DATA", "INTO OUTFILE"],
  undo: [
    "DROP PROCEDURE IF EXISTS more",
    "DROP TRIGGER IF EXISTS more",
    "DROP VIEW IF EXISTS more",
    "RENAME TABLE more TO small",
    "DROP TABLE IF EXISTS more",
    "DELETE FROM small WHERE id > 20",
    "INSERT INTO parted VALUES (1)",
    "ALTER TABLE small DROP COLUMN big",
  ],
  contents: `SELECT (SELECT count(*) FROM small) AS small, (SELECT count(*) FROM parted) AS parted,
    (SELECT max(length(note)) FROM small) AS longest,
    (SELECT count(*) FROM information_schema.tables WHERE table_schema = database()) AS relations`,
  vacuum: null,
};

export const quotaCases: readonly QuotaCase[] = [postgres, mysql];
