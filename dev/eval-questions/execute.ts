import { type Connection, createConnection as connectMysql } from "mysql2/promise";
import { Client, type ClientConfig } from "pg";
import type { CatalogRow, ReadRows } from "../../src/polykomos/queries/catalog/port.ts";
import type { Cell, Result } from "./compare.ts";

/** A session on one database of either engine. */
export type Session = {
  /** The rows in a form that is alike on both engines. */
  run(sql: string): Promise<Result>;
  read: ReadRows;
  /** Statements without result, several in one text. */
  script(sql: string): Promise<void>;
  end(): Promise<void>;
};

const TIMEOUT_MS = 8000;
const DECIMALS = 4;
const postgresNumbers = new Set([20, 21, 23, 26, 700, 701, 1700, 790]);
const postgresTimes = new Set([1082, 1114, 1184]);
const BOOLEAN = 16;
// Column types of the MySQL protocol: integers, decimals and floats; timestamp, date and datetime.
const mysqlNumbers = new Set([0, 1, 2, 3, 4, 5, 8, 9, 13, 246]);
const mysqlTimes = new Set([7, 10, 12]);

export async function openPostgres(config: ClientConfig): Promise<Session> {
  const client = new Client({ ...config, types: { getTypeParser: () => (text: string) => text } });
  // A server that ends first is noticed by the next query.
  client.on("error", () => undefined);
  await client.connect();
  await client.query(`SET statement_timeout = ${TIMEOUT_MS}; SET client_min_messages = error`);
  async function run(sql: string): Promise<Result> {
    const { rows, fields } = await client.query<(string | null)[]>({ text: sql, rowMode: "array" });
    const cells = rows.map((row) =>
      row.map((cell, index) => postgresCell(cell, fields[index]?.dataTypeID ?? 0)),
    );
    return { columns: fields.length, rows: cells };
  }
  async function read(sql: string, params: readonly unknown[]): Promise<CatalogRow[]> {
    return (await client.query<CatalogRow>(sql, [...params])).rows;
  }
  async function script(sql: string): Promise<void> {
    await client.query(sql);
  }
  return { run, read, script, end: () => client.end() };
}

type MysqlLogin = { host: string; port: number; user: string; password: string };

export async function openMariadb(login: MysqlLogin, database?: string): Promise<Session> {
  const options = { ...login, dateStrings: true, multipleStatements: true, rowsAsArray: false };
  const connection: Connection = await connectMysql({
    ...options,
    supportBigNumbers: true,
    bigNumberStrings: true,
    ...(database !== undefined && { database }),
  });
  await connection.query(`SET max_statement_time = ${TIMEOUT_MS / 1000}`);
  async function run(sql: string): Promise<Result> {
    const [rows, fields] = await connection.query({ sql, rowsAsArray: true });
    if (!Array.isArray(rows) || !Array.isArray(fields)) throw new Error("not a result");
    const types = fields.map((field) => ("type" in field ? (field.type ?? -1) : -1));
    const cells = rows.map((row) =>
      Array.isArray(row) ? row.map((cell, index) => mysqlCell(cell, types[index] ?? -1)) : [],
    );
    return { columns: fields.length, rows: cells };
  }
  async function read(sql: string, params: readonly unknown[]): Promise<CatalogRow[]> {
    const [rows] = await connection.query(sql, [...params]);
    return Array.isArray(rows) ? rows.map((row): CatalogRow => ({ ...row })) : [];
  }
  async function script(sql: string): Promise<void> {
    await connection.query(sql);
  }
  return { run, read, script, end: () => connection.end() };
}

function postgresCell(cell: string | null, type: number): Cell {
  if (cell === null) return null;
  if (type === BOOLEAN) return cell === "t" ? "1" : "0";
  if (postgresNumbers.has(type)) return roundNumber(cell);
  return postgresTimes.has(type) ? plainTime(cell) : cell;
}

function mysqlCell(cell: unknown, type: number): Cell {
  if (cell === null) return null;
  const text = String(cell);
  if (mysqlNumbers.has(type)) return roundNumber(text);
  return mysqlTimes.has(type) ? plainTime(text) : text;
}

function roundNumber(text: string): string {
  const value = Number(text.replace(/[$,]/g, ""));
  if (!Number.isFinite(value)) return text;
  const rounded = Number(value.toFixed(DECIMALS));
  return String(rounded === 0 ? 0 : rounded);
}

/** Midnight is the day alone; a fraction of zeros is none. */
function plainTime(text: string): string {
  return text
    .replace(/\.0+$/, "")
    .replace(/\+00$/, "")
    .replace(/ 00:00:00$/, "");
}
