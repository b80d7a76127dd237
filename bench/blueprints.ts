import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { withPostgres } from "../dev/database-session.ts";
import { isOnPath } from "../dev/on-path.ts";
import { buildWorker } from "../test/support/build.ts";
import { residentMb } from "./process-use.ts";
import { withRig } from "./rig.ts";
import { comparedRow, median, type Row, rangeOf, withBar } from "./rows.ts";
import { newTenant, registerServer, type Tenant } from "./tenant.ts";
import type { MeasuredWorker } from "./worker.ts";

/**
 * Checking and applying blueprints. A check's figure is the processor time of the Worker's process;
 * an application's floor is `psql -1 -f` on the same server, or where there is no psql, what it
 * does: each statement by itself, in one transaction, on a connection of its own.
 */
const suite = "blueprints";
const scriptBytes = 100_000;
const checksPerRound = 10;
const checkRounds = 9;
const checkMsAtMost = 150;
const inserts = 5_000;
const applyRounds = 7;
const applyRatioAtMost = 1.5;
const memoryMbAtMost = 128;

function insertScript(count: number): string {
  const rows = Array.from(
    { length: count },
    (_, n) =>
      `INSERT INTO items (id, name, body) VALUES (${n}, 'name ${n}', '${"x".repeat(125)}');`,
  );
  return [
    "DROP TABLE IF EXISTS items;",
    "CREATE TABLE items (id int PRIMARY KEY, name text, body text);",
    ...rows,
  ].join("\n");
}

function schemaScript(bytes: number): string {
  const parts: string[] = [];
  for (let n = 0; parts.join("\n").length < bytes; n++) {
    parts.push(
      `CREATE TABLE IF NOT EXISTS t${n} (id int NOT NULL PRIMARY KEY, name varchar(200) NOT NULL DEFAULT 'x', price decimal(10, 2), at timestamp DEFAULT CURRENT_TIMESTAMP);`,
      `CREATE INDEX i${n} ON t${n} (name, at);`,
      `UPDATE t${n} SET price = price * 2 WHERE id IN (SELECT id FROM t${n} WHERE name LIKE 'a%' AND price > 10);`,
    );
  }
  return parts.join("\n");
}

async function checkRow(worker: MeasuredWorker, tenant: Tenant, name: string, script: string) {
  const check = () => tenant.send("POST", "/api/v1/blueprint_validations", { sql_content: script });
  for (let warm = 0; warm < checksPerRound; warm++) await check();
  const rounds: number[] = [];
  for (let round = 0; round < checkRounds; round++) {
    const before = worker.cpuSeconds();
    for (let n = 0; n < checksPerRound; n++) await check();
    rounds.push(((worker.cpuSeconds() - before) * 1_000) / checksPerRound);
  }
  const head = {
    suite,
    name: `check ${Math.round(script.length / 1_000)} kB, ${name}`,
    unit: "ms CPU",
  };
  const row: Row = { ...head, value: median(rounds), range: rangeOf(rounds) };
  return withBar(row, { of: "value", atMost: checkMsAtMost });
}

const isPsqlThere = isOnPath("psql");

/** `psql -1 -f`, or what it does. */
async function applyPlainly(url: string, statements: readonly string[]): Promise<number> {
  if (isPsqlThere) return await runPsql(url, statements.join("\n"));
  const startedAt = performance.now();
  await withPostgres(url, async (client) => {
    await client.query("BEGIN");
    for (const statement of statements) await client.query(statement);
    await client.query("COMMIT");
  });
  return performance.now() - startedAt;
}

async function runPsql(url: string, script: string): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "polypuma-psql-"));
  const file = join(folder, "script.sql");
  writeFileSync(file, script);
  const startedAt = performance.now();
  await promisify(execFile)("psql", ["-q", "-1", "-v", "ON_ERROR_STOP=1", "-f", file, url]);
  const took = performance.now() - startedAt;
  rmSync(folder, { recursive: true });
  return took;
}

type Database = { uuid: string; connection_string: string };

async function newDatabase(tenant: Tenant, name: string): Promise<Database> {
  return (await tenant.send("POST", "/api/v1/databases?wait=true", { name })).body.data;
}

async function applyRows(tenant: Tenant): Promise<Row[]> {
  const script = insertScript(inserts);
  const statements = script.split("\n");
  const [ours, plain] = [await newDatabase(tenant, "ours"), await newDatabase(tenant, "plain")];
  const blueprint = { name: "bench", sql_content: script };
  const { uuid } = (await tenant.send("POST", "/api/v1/blueprints", blueprint)).body.data;
  const before = residentMb();
  let most = before;
  const watch = setInterval(() => {
    most = Math.max(most, residentMb());
  }, 20);

  async function apply(): Promise<number> {
    const startedAt = performance.now();
    const path = `/api/v1/databases/${ours.uuid}/blueprint_applications`;
    const { body } = await tenant.send("POST", path, { blueprint_uuid: uuid, timeout: 120 });
    if (body.data.status !== "completed") throw new Error(JSON.stringify(body).slice(0, 500));
    return performance.now() - startedAt;
  }

  await apply();
  await applyPlainly(plain.connection_string, statements);
  const rounds: { ours: number; floor: number }[] = [];
  for (let round = 0; round < applyRounds; round++) {
    const isOursFirst = round % 2 === 0;
    const first = isOursFirst ? await apply() : 0;
    const floor = await applyPlainly(plain.connection_string, statements);
    rounds.push({ ours: isOursFirst ? first : await apply(), floor });
  }
  clearInterval(watch);
  const megabyte = (script.length / 1_000_000).toFixed(1);
  const head = {
    suite,
    name: `apply ${inserts} inserts of ${megabyte} MB beside ${isPsqlThere ? "psql" : "psql's way"}`,
    unit: "ms",
  };
  const memory: Row = {
    suite,
    name: "memory of the process it adds",
    value: most - before,
    unit: "MB",
  };
  return [
    withBar(comparedRow(head, rounds), { of: "ratio", atMost: applyRatioAtMost }),
    withBar(memory, { of: "value", atMost: memoryMbAtMost }),
  ];
}

export async function run(): Promise<Row[]> {
  return await withRig(async (rig) => {
    const worker = await rig.start(await buildWorker("src/index.ts", "bench-product"));
    await registerServer(worker.url, "postgres", rig.postgres);
    const tenant = await newTenant(worker.url, [
      "databases:read",
      "databases:write",
      "blueprints:read",
      "blueprints:write",
    ]);
    const applied = await applyRows(tenant);
    const insertCount = Math.floor(scriptBytes / (insertScript(100).length / 100));
    return [
      await checkRow(worker, tenant, "inserts, both engines", insertScript(insertCount)),
      await checkRow(worker, tenant, "schema, both engines", schemaScript(scriptBytes)),
      ...applied,
    ];
  });
}
