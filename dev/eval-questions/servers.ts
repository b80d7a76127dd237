// Both servers in a folder of their own, kept between runs so that a set is loaded once; a server
// that this program started ends with it.

import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Dialect } from "../../src/polykomos/queries/translator.ts";
import { startMariadbIfThere } from "../mariadb.ts";
import { startPostgres } from "../postgres.ts";
import { openMariadb, openPostgres, type Session } from "./execute.ts";
import { copyToMariadb } from "./mariadb-copy.ts";
import type { QuestionSet } from "./question-sets.ts";

export type Servers = {
  open(dialect: Dialect, set: QuestionSet, database: string): Promise<Session>;
  load(set: QuestionSet, databases: readonly string[]): Promise<void>;
  stop(): Promise<void>;
};

const PASSABLE = 0o711;

/** Starts what the engines need; MariaDB is left out where it is not asked for. */
export async function startServers(folder: string, engines: readonly Dialect[]): Promise<Servers> {
  mkdirSync(folder, { recursive: true });
  chmodSync(folder, PASSABLE);
  const postgres = await startPostgres({
    folder: join(folder, "postgres"),
    fast: true,
    settings: { autovacuum: "off", max_wal_size: "256MB" },
  });
  const mariadb = engines.includes("mysql")
    ? await startMariadbIfThere(
        { folder: join(folder, "mariadb"), fast: true, flags: ["--lower-case-table-names=1"] },
        console.error,
      )
    : null;

  async function open(dialect: Dialect, set: QuestionSet, database: string): Promise<Session> {
    const name = storedName(set, database);
    if (dialect === "postgres") return await openPostgres({ connectionString: postgres.url(name) });
    if (mariadb === null) throw new Error("There is no MariaDB here");
    const { host, port, user, password } = mariadb;
    return await openMariadb({ host, port, user, password }, name);
  }

  async function load(set: QuestionSet, databases: readonly string[]): Promise<void> {
    const operator = await openPostgres({ connectionString: postgres.url("postgres") });
    const there = await operator.read("SELECT datname FROM pg_database", []);
    const loaded = new Set(there.map((row) => String(row.datname)));
    for (const { name, file } of set.databases) {
      const stored = storedName(set, name);
      if (!databases.includes(name) || loaded.has(stored)) continue;
      await operator.script(`CREATE DATABASE "${stored}"`);
      const session = await openPostgres({ connectionString: postgres.url(stored) });
      await session.script(readFileSync(file, "utf8"));
      await session.script("ANALYZE");
      await session.end();
    }
    await operator.end();
    if (mariadb === null) return;
    const { host, port, user, password } = mariadb;
    const target = await openMariadb({ host, port, user, password });
    const schemas = await target.read(
      "SELECT schema_name AS name FROM information_schema.schemata",
      [],
    );
    const copied = new Set(schemas.map((row) => String(row.name)));
    for (const { name } of set.databases) {
      const stored = storedName(set, name);
      if (!databases.includes(name) || copied.has(stored)) continue;
      const source = await openPostgres({ connectionString: postgres.url(stored) });
      await copyToMariadb(source, target, stored);
      await source.end();
    }
    await target.end();
  }

  async function stop(): Promise<void> {
    await postgres.stop();
    await mariadb?.stop();
  }
  return { open, load, stop };
}

/** Short enough for both engines, apart for sets and for what a file holds. */
function storedName(set: QuestionSet, database: string): string {
  const file = set.databases.find(({ name }) => name === database)?.file ?? "";
  const digest = createHash("sha256").update(readFileSync(file)).digest("hex").slice(0, 8);
  return `${database.toLowerCase().replace(/\W/g, "_").slice(0, 40)}_${digest}`;
}
