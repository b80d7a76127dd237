import { type ClientBase, DatabaseError, type QueryConfig, type QueryResult } from "pg";
import type { SqlRequest, Statement, Target } from "./neon-request.ts";
import type { Sessions } from "./neon-sessions.ts";

/** Called before a statement runs, inside the batch's transaction if there is one. */
export type OnStatement = (text: string, params: unknown[]) => void | Promise<void>;
/** An HTTP answer: `body` is JSON for 200 and 400, plain text otherwise. */
type SqlAnswer = { status: 200 | 400 | 502; body: string };

// The fields of an error that the driver copies from a 400 answer into its NeonDbError.
const errorFields = [
  "severity",
  "code",
  "detail",
  "hint",
  "position",
  "internalPosition",
  "internalQuery",
  "where",
  "schema",
  "table",
  "column",
  "dataType",
  "constraint",
  "file",
  "line",
  "routine",
] as const;

/**
 * Runs a request and answers as Neon's proxy does: `{fields, rows, rowCount, command, rowAsArray}`
 * with every value as PostgreSQL's text, `{results: […]}` for a batch, 400 with the error's fields
 * when the server refused, 502 when it could not be reached.
 */
export async function answerSql(
  sessions: Sessions,
  target: Target,
  request: SqlRequest,
  onStatement: OnStatement | undefined,
): Promise<SqlAnswer> {
  try {
    const body = await sessions.run(target, async (client) => {
      if (request.kind === "batch")
        return JSON.stringify(await runBatch(client, request, onStatement));
      const { statement, rowAsArray } = request;
      return JSON.stringify(await runStatement(client, statement, rowAsArray, onStatement));
    });
    return { status: 200, body };
  } catch (error) {
    if (error instanceof DatabaseError) return { status: 400, body: errorBody(error) };
    if (error instanceof Error) return { status: 502, body: error.message };
    throw error;
  }
}

async function runBatch(
  client: ClientBase,
  request: Extract<SqlRequest, { kind: "batch" }>,
  onStatement: OnStatement | undefined,
) {
  await client.query(request.begin);
  try {
    const results = [];
    for (const statement of request.statements) {
      results.push(await runStatement(client, statement, request.rowAsArray, onStatement));
    }
    await client.query("COMMIT");
    return { results };
  } catch (error) {
    // On a lost connection the server has rolled back by itself and this fails too.
    await client.query("ROLLBACK").catch(() => undefined);
    throw error;
  }
}

async function runStatement(
  client: ClientBase,
  statement: Statement,
  rowAsArray: boolean,
  onStatement: OnStatement | undefined,
) {
  if (onStatement !== undefined) await onStatement(statement.text, statement.params);
  const result: QueryResult = await client.query(toQuery(statement, rowAsArray));
  const { command, fields, rows, rowCount } = result;
  return { command, fields, rowAsArray, rowCount, rows };
}

/** The extended protocol always, as Neon does: two statements in one string are an error. */
function toQuery(statement: Statement, rowAsArray: boolean) {
  const query: QueryConfig & { queryMode: "extended"; rowMode?: "array" } = {
    text: statement.text,
    values: statement.params,
    types: textTypes,
    queryMode: "extended",
  };
  if (rowAsArray) query.rowMode = "array";
  return query;
}

const textTypes = { getTypeParser: () => keepText };

function keepText(value: string): string {
  return value;
}

function errorBody(error: DatabaseError): string {
  const fields: Record<string, string | undefined> = { message: error.message };
  for (const field of errorFields) fields[field] = error[field];
  return JSON.stringify(fields);
}
