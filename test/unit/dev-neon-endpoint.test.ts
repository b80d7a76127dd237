import { once } from "node:events";
import { createServer, request } from "node:http";
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from "node:net";
import { Client, neon, neonConfig } from "@neondatabase/serverless";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import WebSocket from "ws";
import { type NeonEndpoint, startNeonEndpoint } from "../../dev/neon-endpoint.ts";
import { type RunningPostgres, startPostgres } from "../../dev/postgres.ts";
import { removeHome } from "../../dev/server-home.ts";
import { serverFolder } from "../support/server-folder.ts";

const folder = serverFolder("polypuma-dev-neon-");
const MEBIBYTE = 1_048_576;
let postgres: RunningPostgres;
let endpoint: NeonEndpoint;
let seen: [text: string, params: unknown[]][] = [];

beforeAll(async () => {
  postgres = await startPostgres({ folder, fast: true });
  endpoint = await startNeonEndpoint({
    storeUrl: postgres.url("postgres"),
    servers: [],
    onStatement: (text, params) => {
      seen.push([text, params]);
    },
  });
  neonConfig.fetchEndpoint = `${endpoint.url}/sql`;
});

beforeEach(() => {
  seen = [];
});

afterAll(async () => {
  await endpoint?.stop();
  await postgres?.stop();
  await removeHome(folder);
});

function store() {
  return neon(postgres.url("postgres"));
}

async function newTable(name: string): Promise<string> {
  await store().query(`CREATE TABLE ${name} (id int PRIMARY KEY, note text)`);
  return name;
}

function webSocketClient(database: string): Client {
  const client = new Client(postgres.url(database));
  client.neonConfig.webSocketConstructor = WebSocket;
  client.neonConfig.wsProxy = (host, port) =>
    `127.0.0.1:${endpoint.port}/v2?address=${host}:${port}`;
  client.neonConfig.useSecureWebSocket = false;
  client.neonConfig.pipelineConnect = false;
  client.neonConfig.pipelineTLS = false;
  return client;
}

test("carries parameters and every type there and back over HTTP", async () => {
  const [row] =
    await store()`SELECT ${41}::int + 1 AS number, ${"ü"}::text AS text, ${null}::text AS nothing,
    ${true}::bool AS truth, ${[1, 2]}::int[] AS list, ${{ a: [1] }}::jsonb AS json,
    ${"9007199254740993"}::bigint AS big, now() AS now, '\\x00ff'::bytea AS bytes`;
  expect(row).toMatchObject({
    number: 42,
    text: "ü",
    nothing: null,
    truth: true,
    list: [1, 2],
    json: { a: [1] },
    big: "9007199254740993",
    now: expect.any(Date),
    bytes: Buffer.from([0, 255]),
  });
});

test("gives fields, command and row count when full results are asked for", async () => {
  const sql = neon(postgres.url("postgres"), { fullResults: true, arrayMode: true });
  const result = await sql`SELECT 1 AS a, 2 AS a`;
  expect(result).toMatchObject({ command: "SELECT", rowCount: 1, rows: [[1, 2]] });
  expect(result.fields.map((field) => [field.name, field.dataTypeID])).toEqual([
    ["a", 23],
    ["a", 23],
  ]);
});

test("carries a value of 1 MiB both ways", async () => {
  const [row] = await store()`SELECT ${"x".repeat(MEBIBYTE)}::text AS value`;
  expect(row?.value).toHaveLength(MEBIBYTE);
});

test("gives the error of the server with its code, constraint and table", async () => {
  const table = await newTable("errors");
  await store().query(`INSERT INTO ${table} VALUES (1)`);
  await expect(store().query(`INSERT INTO ${table} VALUES (1)`)).rejects.toMatchObject({
    name: "NeonDbError",
    code: "23505",
    constraint: "errors_pkey",
    table: "errors",
    schema: "public",
    severity: "ERROR",
    detail: "Key (id)=(1) already exists.",
  });
  await expect(store().query("SELEC 1")).rejects.toMatchObject({ code: "42601", position: "1" });
  await expect(store().query("SELECT 1; SELECT 2")).rejects.toMatchObject({ code: "42601" });
});

test("runs a batch as one transaction and undoes all of it when a statement fails", async () => {
  const table = await newTable("batches");
  const sql = store();
  const before = { ...endpoint.counters };
  const [inserted, counted] = await sql.transaction([
    sql`INSERT INTO batches VALUES (1, 'kept') RETURNING id`,
    sql`SELECT count(*)::int AS count FROM batches`,
  ]);
  expect([inserted, counted]).toEqual([[{ id: 1 }], [{ count: 1 }]]);
  expect(endpoint.counters.roundTrips - before.roundTrips).toBe(1);
  expect(endpoint.counters.statements - before.statements).toBe(2);
  await expect(
    sql.transaction([sql`INSERT INTO batches VALUES (2)`, sql`INSERT INTO batches VALUES (1)`]),
  ).rejects.toMatchObject({ code: "23505" });
  expect(await sql.query(`SELECT id FROM ${table}`)).toEqual([{ id: 1 }]);
});

test("keeps the isolation level and read-only mode of a batch", async () => {
  const sql = store();
  const options = { isolationLevel: "Serializable", readOnly: true, deferrable: true } as const;
  const show = sql`SELECT current_setting('transaction_isolation') AS level`;
  expect(await sql.transaction([show], options)).toEqual([[{ level: "serializable" }]]);
  const write = sql`CREATE TABLE never_made ()`;
  await expect(sql.transaction([write], options)).rejects.toMatchObject({ code: "25006" });
});

test("lets a constraint that is checked at the end undo a batch", async () => {
  const sql = store();
  await sql`CREATE TABLE late (id int UNIQUE DEFERRABLE INITIALLY DEFERRED)`;
  const twice = [sql`INSERT INTO late VALUES (1)`, sql`INSERT INTO late VALUES (1)`];
  await expect(sql.transaction(twice)).rejects.toMatchObject({ code: "23505" });
  expect(await sql`SELECT * FROM late`).toEqual([]);
});

test("creates, renames and drops a database, as no idle session stays in it", async () => {
  await store()`CREATE DATABASE one`;
  expect(await neon(postgres.url("one"))`SELECT current_database() AS name`).toEqual([
    { name: "one" },
  ]);
  await store()`ALTER DATABASE one RENAME TO two`;
  await store()`DROP DATABASE two`;
});

test("does not carry an open transaction into the next request", async () => {
  await store()`BEGIN`;
  const [first] = await store()`SELECT now()::text AS transaction_start`;
  const [second] = await store()`SELECT now()::text AS transaction_start`;
  expect(first).not.toEqual(second);
});

test("tells of each statement before it runs", async () => {
  const sql = store();
  await sql.transaction([sql`SELECT ${"a"}::text`, sql`SELECT 2`]);
  expect(seen).toEqual([
    ["SELECT $1::text", ["a"]],
    ["SELECT 2", []],
  ]);
});

test("answers a wrong password with the server's own error", async () => {
  const wrong = postgres.url("postgres").replace(postgres.password, "wrong");
  await expect(neon(wrong)`SELECT 1`).rejects.toMatchObject({ code: "28P01" });
});

test("refuses a server that is not registered, and one that is not there once it is", async () => {
  const elsewhere = postgres.url("postgres").replace(`:${postgres.port}/`, ":1/");
  await expect(neon(elsewhere)`SELECT 1`).rejects.toThrow("HTTP status 403");
  await expect(openWebSocket("/v2?address=127.0.0.1:1")).rejects.toThrow("403");
  endpoint.allow("127.0.0.1", 1);
  await expect(neon(elsewhere)`SELECT 1`).rejects.toThrow("HTTP status 502");
  await expect(openWebSocket("/v2?address=127.0.0.1:1")).rejects.toThrow("502");
});

test("refuses browsers, unknown paths and addresses that are none", async () => {
  const address = `/v2?address=127.0.0.1:${postgres.port}`;
  await expect(openWebSocket(address, { origin: "https://example.com" })).rejects.toThrow("403");
  for (const path of ["/v2", "/v2?address=", "/v3?address=127.0.0.1:1", "//"]) {
    await expect(openWebSocket(path)).rejects.toThrow("403");
  }
  const headers = { "neon-connection-string": postgres.url("postgres") };
  expect(await post("/sql", { ...headers, origin: "https://example.com" }, "{}")).toBe(403);
  expect(await post("/other", headers, "{}")).toBe(404);
  for (const body of ["", "[]", "{}", '{"query":1}', '{"queries":{}}', '{"queries":[1]}']) {
    expect(await post("/sql", headers, body)).toBe(400);
  }
  expect(await post("/sql", { "neon-connection-string": "nonsense" }, "{}")).toBe(400);
});

test("carries a whole session over a WebSocket", async () => {
  const before = endpoint.counters.webSocketSessions;
  const client = webSocketClient("postgres");
  await client.connect();
  await client.query("BEGIN");
  await client.query("CREATE TABLE undone ()");
  await client.query("ROLLBACK");
  const { rows } = await client.query(
    "SELECT to_regclass('undone') AS name, $1::int AS number",
    [7],
  );
  expect(rows).toEqual([{ name: null, number: 7 }]);
  const large = await client.query("SELECT repeat('x', $1) AS value FROM generate_series(1, 20)", [
    MEBIBYTE,
  ]);
  expect(large.rows.map((row) => row.value.length)).toEqual(Array(20).fill(MEBIBYTE));
  const [sent] = (await client.query("SELECT length($1::text) AS size", ["y".repeat(MEBIBYTE)]))
    .rows;
  expect(sent).toEqual({ size: MEBIBYTE });
  await client.end();
  expect(endpoint.counters.webSocketSessions).toBe(before + 1);
});

test("ends the server's session with the WebSocket, and the WebSocket with the session", async () => {
  await store()`CREATE DATABASE left_soon`;
  const leaving = webSocketClient("left_soon");
  await leaving.connect();
  await leaving.end();
  await expect.poll(() => sessionsIn("left_soon")).toBe(0);

  const ended = webSocketClient("left_soon");
  await ended.connect();
  const closed = new Promise((resolve) => ended.on("error", resolve));
  await store()`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'left_soon'`;
  expect(await closed).toBeInstanceOf(Error);
});

test("leaves no connection to a server behind when it refuses a WebSocket", async () => {
  const connected: Socket[] = [];
  const upstream = createTcpServer((socket) => connected.push(socket)).listen(0, "127.0.0.1");
  await once(upstream, "listening");
  const { port } = upstream.address() as AddressInfo;
  endpoint.allow("127.0.0.1", port);
  const client = connect(endpoint.port, "127.0.0.1");
  client.write(
    `GET /v2?address=127.0.0.1:${port} HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: none\r\n\r\n`,
  );
  const [answer] = await once(client, "data");
  expect(String(answer)).toMatch(/^HTTP\/1.1 400 /);
  await expect.poll(() => connected.map((socket) => socket.closed)).toEqual([true]);
  upstream.close();
});

test("says that its port is taken", async () => {
  const squatter = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => squatter.once("listening", resolve));
  const address = squatter.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const options = { storeUrl: postgres.url("postgres"), servers: [], port };
  await expect(startNeonEndpoint(options)).rejects.toMatchObject({ code: "EADDRINUSE" });
  squatter.close();
});

async function sessionsIn(database: string): Promise<unknown> {
  const rows = await store()`SELECT pid FROM pg_stat_activity WHERE datname = ${database}`;
  return rows.length;
}

function openWebSocket(path: string, headers: Record<string, string> = {}): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://127.0.0.1:${endpoint.port}${path}`, { headers });
    socket.on("open", () => {
      socket.terminate();
      resolve();
    });
    socket.on("error", reject);
  });
}

function post(path: string, headers: Record<string, string>, body: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const options = { host: "127.0.0.1", port: endpoint.port, path, headers, method: "POST" };
    const outgoing = request(options, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}
