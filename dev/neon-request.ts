import type { IncomingHttpHeaders } from "node:http";
import { isObject, parseObject } from "./json-object.ts";

/**
 * What a `POST /sql` of @neondatabase/serverless asks for: one statement, or a batch that is one
 * transaction. The protocol is the one spoken by `neon()` of version 1.2.0.
 */
export type Statement = { text: string; params: unknown[] };
export type SqlRequest =
  | { kind: "single"; statement: Statement; rowAsArray: boolean }
  | { kind: "batch"; statements: Statement[]; begin: string; rowAsArray: boolean };

/** Where a connection string leads. `options` are server settings, as libpq's `options`. */
export type Target = {
  host: string;
  port: number;
  user: string;
  password: string;
  database: string;
  applicationName: string | undefined;
  options: string | undefined;
};

const postgresPort = 5432;

const isolationLevels = new Map([
  ["ReadUncommitted", "READ UNCOMMITTED"],
  ["ReadCommitted", "READ COMMITTED"],
  ["RepeatableRead", "REPEATABLE READ"],
  ["Serializable", "SERIALIZABLE"],
]);

/** Reads the body and the `Neon-*` headers; a string says what is wrong with them. */
export function readSqlRequest(headers: IncomingHttpHeaders, body: string): SqlRequest | string {
  const rowAsArray = headers["neon-array-mode"] === "true";
  const content = parseObject(body);
  if (content === null) return "The body must be a JSON object";
  if (!("queries" in content)) {
    const statement = readStatement(content);
    return statement === null ? wrongStatement : { kind: "single", statement, rowAsArray };
  }
  if (!Array.isArray(content.queries)) return "queries must be an array";
  const statements: Statement[] = [];
  for (const query of content.queries) {
    const statement = isObject(query) ? readStatement(query) : null;
    if (statement === null) return wrongStatement;
    statements.push(statement);
  }
  const begin = beginStatement(headers);
  if (begin === null) return "Neon-Batch-Isolation-Level is unknown";
  return { kind: "batch", statements, begin, rowAsArray };
}

/** Takes a `postgres://user:password@host:port/database` URL apart; null when it is not one. */
export function readConnectionString(connectionString: string): Target | null {
  if (!URL.canParse(connectionString)) return null;
  const url = new URL(connectionString);
  if (url.protocol !== "postgres:" && url.protocol !== "postgresql:") return null;
  const target = {
    host: url.hostname.replace(/^\[|\]$/g, ""),
    port: url.port === "" ? postgresPort : Number(url.port),
    user: decode(url.username),
    password: decode(url.password),
    database: decode(url.pathname.slice(1)),
    applicationName: url.searchParams.get("application_name") ?? undefined,
    options: url.searchParams.get("options") ?? undefined,
  };
  return target.host === "" || target.user === "" || target.database === "" ? null : target;
}

const wrongStatement = "A statement is {query: string, params: array}";

function readStatement(content: Record<string, unknown>): Statement | null {
  const { query, params = [] } = content;
  if (typeof query !== "string" || !Array.isArray(params)) return null;
  return { text: query, params };
}

function beginStatement(headers: IncomingHttpHeaders): string | null {
  const level = headers["neon-batch-isolation-level"];
  const words = ["BEGIN"];
  if (typeof level === "string") {
    const sqlLevel = isolationLevels.get(level);
    if (sqlLevel === undefined) return null;
    words.push("ISOLATION LEVEL", sqlLevel);
  }
  if (headers["neon-batch-read-only"] === "true") words.push("READ ONLY");
  if (headers["neon-batch-deferrable"] === "true") words.push("DEFERRABLE");
  return words.join(" ");
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch (error) {
    // A literal percent sign in a password that was never encoded.
    if (error instanceof URIError) return part;
    throw error;
  }
}
