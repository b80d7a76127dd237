import { createHash } from "node:crypto";
import { createConnection } from "mysql2/promise";
import { Client } from "pg";
import type { Answer, Tenant } from "./api.ts";

/** A blueprint's life in tests: made, applied, and what it did to a database. */
export async function newBlueprint(
  tenant: Tenant,
  sqlContent: string,
  more: Record<string, unknown> = {},
): Promise<string> {
  const made = await tenant.call("POST", "/api/v1/blueprints", {
    body: { name: "Tested", sql_content: sqlContent, ...more },
  });
  if (made.status !== 201)
    throw new Error(`Not made: ${JSON.stringify(made.body).slice(0, 2_000)}`);
  return made.body.data.uuid;
}

export async function applyBlueprint(
  tenant: Tenant,
  databaseUuid: string,
  blueprintUuid: string,
  more: Record<string, unknown> = {},
): Promise<Answer> {
  return await tenant.call("POST", `/api/v1/databases/${databaseUuid}/blueprint_applications`, {
    body: { blueprint_uuid: blueprintUuid, ...more },
  });
}

/** A session that takes texts and gives rows, whatever the engine. */
export type Sql = {
  query(text: string, params?: readonly unknown[]): Promise<Record<string, unknown>[]>;
  end(): Promise<void>;
};

export async function openSql(url: string): Promise<Sql> {
  if (url.startsWith("mysql:")) {
    const connection = await createConnection(url);
    return {
      async query(text, params = []) {
        const [rows] = await connection.query(text, [...params]);
        return Array.isArray(rows) ? (rows as Record<string, unknown>[]) : [];
      },
      end: () => connection.end(),
    };
  }
  const client = new Client({ connectionString: url });
  await client.connect();
  return {
    query: async (text, params = []) => (await client.query(text, [...params])).rows,
    end: () => client.end(),
  };
}

const postgresSchema = `
  SELECT 'column' AS what, table_name AS a, column_name AS b, data_type || is_nullable AS c
  FROM information_schema.columns WHERE table_schema = 'public'
  UNION ALL SELECT 'index', tablename, indexname, indexdef FROM pg_indexes
  WHERE schemaname = 'public'
  UNION ALL SELECT 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid)
  FROM pg_constraint WHERE connamespace = 'public'::regnamespace
  UNION ALL SELECT 'type', typname, '', '' FROM pg_type t
  WHERE typnamespace = 'public'::regnamespace AND typtype = 'e'
  UNION ALL SELECT 'function', proname, '', prosrc FROM pg_proc
  WHERE pronamespace = 'public'::regnamespace
  ORDER BY 1, 2, 3, 4`;

const mysqlSchema = `
  SELECT table_name AS a, column_name AS b, column_type AS c, is_nullable AS d
  FROM information_schema.columns WHERE table_schema = database()
  UNION ALL SELECT table_name, index_name, column_name, non_unique
  FROM information_schema.statistics WHERE table_schema = database()
  ORDER BY 1, 2, 3, 4`;

const postgresTables = `SELECT quote_ident(tablename) AS name FROM pg_tables
  WHERE schemaname = 'public' ORDER BY 1`;
const mysqlTables = `SELECT concat('\`', table_name, '\`') AS name FROM information_schema.tables
  WHERE table_schema = database() AND table_type = 'BASE TABLE' ORDER BY 1`;

/** One text for all of a database's schema and rows: the same text, the same database. */
export async function digestOf(url: string): Promise<string> {
  const session = await openSql(url);
  try {
    return await digestIn(session, url.startsWith("mysql:"));
  } finally {
    await session.end();
  }
}

/** The same as a session sees it, in the midst of a transaction too. */
export async function digestIn(session: Sql, isMysql: boolean): Promise<string> {
  const parts: unknown[] = [await session.query(isMysql ? mysqlSchema : postgresSchema)];
  for (const { name } of await session.query(isMysql ? mysqlTables : postgresTables)) {
    const rows = await session.query(`SELECT * FROM ${name}`);
    parts.push([name, rows.map((row) => JSON.stringify(row)).sort()]);
  }
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}
