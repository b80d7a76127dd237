import { Fault } from "../../lib/fault.ts";
import { mysqlIdentifier as id, mysqlLiteral as literal } from "../identifiers.ts";
import { CannotRehearse } from "../scripts.ts";
import type { MysqlSession } from "./session.ts";

/**
 * Makes what a database is made of once more in another one: tables without their rows, routines,
 * views and triggers. `reader` sees the first database, `writer` stands in the second and need not
 * see the first, so nothing that is copied can reach back. What was defined as its maker's becomes
 * the writer's. Throws `CannotRehearse` for what cannot be made again.
 */
export async function copyStructure(
  reader: MysqlSession,
  writer: MysqlSession,
  from: string,
): Promise<void> {
  const named = await inventory(reader, from);
  const read = (object: Named) => definitionOf(reader, from, object);
  await writer.query("SET SESSION foreign_key_checks = 0");
  for (const object of named.filter(({ kind }) => kind === "SEQUENCE" || kind === "TABLE")) {
    await make(writer, await read(object));
  }
  await makeViews(writer, named, read);
  for (const object of named.filter(({ kind }) => kind === "TRIGGER")) {
    await make(writer, await read(object));
  }
  await writer.query("SET SESSION foreign_key_checks = 1");
}

type Kind = "SEQUENCE" | "TABLE" | "FUNCTION" | "PROCEDURE" | "VIEW" | "TRIGGER";
type Named = { kind: Kind; name: string };
type Definition = Named & { statement: string; sqlMode: string | null };

/** Where SHOW CREATE puts the statement. */
const statementColumns: Record<Kind, string> = {
  SEQUENCE: "Create Table",
  TABLE: "Create Table",
  FUNCTION: "Create Function",
  PROCEDURE: "Create Procedure",
  VIEW: "Create View",
  TRIGGER: "SQL Original Statement",
};

async function inventory(reader: MysqlSession, from: string): Promise<Named[]> {
  const schema = literal(from);
  const [rows = []] = await reader.query(`
    SELECT CASE table_type WHEN 'VIEW' THEN 'VIEW' WHEN 'SEQUENCE' THEN 'SEQUENCE' ELSE 'TABLE' END
        AS kind, table_name AS name, 0 AS place
      FROM information_schema.tables WHERE table_schema = ${schema}
    UNION ALL SELECT routine_type, routine_name, 0
      FROM information_schema.routines WHERE routine_schema = ${schema}
    UNION ALL SELECT 'TRIGGER', trigger_name, action_order
      FROM information_schema.triggers WHERE trigger_schema = ${schema}
    ORDER BY kind, place, name`);
  const all = rows.map(({ kind, name }) => ({ kind: String(kind) as Kind, name: String(name) }));
  // A table's default may ask a sequence.
  return [
    ...all.filter(({ kind }) => kind === "SEQUENCE"),
    ...all.filter(({ kind }) => kind !== "SEQUENCE"),
  ];
}

async function definitionOf(
  reader: MysqlSession,
  from: string,
  { kind, name }: Named,
): Promise<Definition> {
  const [[row] = []] = await reader.query(`SHOW CREATE ${kind} ${id(from)}.${id(name)}`);
  const statement = String(row?.[statementColumns[kind]])
    .replace(/ DEFINER=`(?:[^`]|``)*`@`(?:[^`]|``)*`/, "")
    // Views, defaults and sequences name what they use with its database; here it is the session's.
    .replaceAll(`${id(from)}.`, "");
  return {
    kind,
    name,
    statement,
    sqlMode: typeof row?.sql_mode === "string" ? row.sql_mode : null,
  };
}

async function make(writer: MysqlSession, definition: Definition): Promise<void> {
  const { kind, name, statement, sqlMode } = definition;
  if (sqlMode !== null) await writer.query(`SET SESSION sql_mode = ${literal(sqlMode)}`);
  try {
    await writer.query(statement);
  } catch (error) {
    if (!(error instanceof Error && "code" in error) || error instanceof Fault) throw error;
    throw new CannotRehearse(
      `The ${kind.toLowerCase()} ${name} cannot be copied: ${error.message}`,
    );
  }
}

/** Views and routines use one another, so they are made in rounds until none is left. */
async function makeViews(
  writer: MysqlSession,
  named: readonly Named[],
  read: (object: Named) => Promise<Definition>,
): Promise<void> {
  const isRight = ({ kind }: Named) =>
    kind === "FUNCTION" || kind === "PROCEDURE" || kind === "VIEW";
  let left = await inOrder(named.filter(isRight), read);
  while (left.length > 0) {
    const refused: Definition[] = [];
    let reason: CannotRehearse | null = null;
    for (const definition of left) {
      try {
        await make(writer, definition);
      } catch (error) {
        if (!(error instanceof CannotRehearse)) throw error;
        reason = error;
        refused.push(definition);
      }
    }
    if (refused.length === left.length) throw reason;
    left = refused;
  }
}

async function inOrder<Item, Value>(
  items: readonly Item[],
  run: (item: Item) => Promise<Value>,
): Promise<Value[]> {
  const values: Value[] = [];
  for (const item of items) values.push(await run(item));
  return values;
}
