import { once } from "node:events";
import { createReadStream, createWriteStream } from "node:fs";
import { createInterface } from "node:readline";
import { PassThrough } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip, createGzip } from "node:zlib";
import { Client, escapeIdentifier } from "pg";

/**
 * The control-plane store as a file, whatever PostgreSQL it is on: gzipped lines of JSON, first what it
 * is, then each table's rows. It is one moment of the store. It is restored into an empty store with the
 * same migrations; what triggers write by themselves is left out and comes about again.
 */
type Head = { polypuma: 1; migration: number; takenAt: string; sequences: Record<string, string> };
type Line = { table: string; row: Record<string, unknown> };

const derived = new Set(["server_promises"]);
const rowsAtOnce = 500;

async function connected<Value>(url: string, use: (client: Client) => Promise<Value>) {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

async function lastMigration(client: Client): Promise<number> {
  const { rows } = await client.query(
    "SELECT max(created_at)::float8 AS last FROM drizzle.__drizzle_migrations",
  );
  return rows[0].last;
}

/** Tables in an order in which each comes after those it refers to. */
async function tablesInOrder(client: Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string; needs: string[] }>(
    `SELECT c.relname AS name, coalesce(array_agg(r.relname::text)
       FILTER (WHERE r.relname IS NOT NULL AND r.oid <> c.oid), '{}') AS needs
     FROM pg_class c LEFT JOIN pg_constraint k ON k.conrelid = c.oid AND k.contype = 'f'
     LEFT JOIN pg_class r ON r.oid = k.confrelid
     WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace GROUP BY 1 ORDER BY 1`,
  );
  const waiting = new Map(rows.map(({ name, needs }) => [name, needs]));
  const ordered: string[] = [];
  while (waiting.size > 0) {
    const ready = [...waiting].filter(([, needs]) => needs.every((each) => !waiting.has(each)));
    if (ready.length === 0) throw new Error("Tables refer to one another in a circle");
    for (const [name] of ready) {
      ordered.push(name);
      waiting.delete(name);
    }
  }
  return ordered.filter((name) => !derived.has(name));
}

async function sequencesOf(client: Client): Promise<Record<string, string>> {
  const { rows } = await client.query<{ name: string; last: string | null }>(
    "SELECT sequencename AS name, last_value::text AS last FROM pg_sequences WHERE schemaname = 'public'",
  );
  return Object.fromEntries(
    rows.flatMap(({ name, last }) => (last === null ? [] : [[name, last]])),
  );
}

/** Writes the store at `url` into a new file that only its owner can read. Returns rows by table. */
export async function backUp(url: string, path: string): Promise<Map<string, number>> {
  return await connected(url, async (client) => {
    await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    const counts = new Map<string, number>();
    const lines = new PassThrough();
    const written = pipeline(
      lines,
      createGzip(),
      createWriteStream(path, { flags: "wx", mode: 0o600 }),
    );
    written.catch(() => {});
    const write = async (value: Head | Line) => {
      if (!lines.write(`${JSON.stringify(value)}\n`))
        await Promise.race([once(lines, "drain"), written]);
    };
    await write({
      polypuma: 1,
      migration: await lastMigration(client),
      takenAt: new Date().toISOString(),
      sequences: await sequencesOf(client),
    });
    for (const table of await tablesInOrder(client)) {
      counts.set(table, 0);
      await client.query(
        `DECLARE rows NO SCROLL CURSOR FOR SELECT to_jsonb(t) AS row FROM ${escapeIdentifier(table)} t`,
      );
      for (;;) {
        const { rows } = await client.query(`FETCH ${rowsAtOnce} FROM rows`);
        for (const { row } of rows) await write({ table, row });
        counts.set(table, (counts.get(table) ?? 0) + rows.length);
        if (rows.length < rowsAtOnce) break;
      }
      await client.query("CLOSE rows");
    }
    lines.end();
    await written;
    return counts;
  });
}

function linesOf(path: string): AsyncIterable<string> {
  const source = createGunzip();
  createReadStream(path)
    .on("error", (error) => source.destroy(error))
    .pipe(source);
  return createInterface({ input: source, crlfDelay: Number.POSITIVE_INFINITY });
}

/** Puts a backup into the store at `url`, all of it or nothing. Returns rows by table. */
export async function restore(url: string, path: string): Promise<Map<string, number>> {
  return await connected(url, async (client) => {
    await client.query("BEGIN");
    const counts = new Map<string, number>();
    let head: Head | null = null;
    let table = "";
    let rows: Line["row"][] = [];
    const flush = async () => {
      if (rows.length === 0) return;
      const name = escapeIdentifier(table);
      await client.query(
        `INSERT INTO ${name} OVERRIDING SYSTEM VALUE
         SELECT * FROM jsonb_populate_recordset(NULL::${name}, $1::jsonb)`,
        [JSON.stringify(rows)],
      );
      counts.set(table, (counts.get(table) ?? 0) + rows.length);
      rows = [];
    };
    for await (const line of linesOf(path)) {
      const value: Head | Line = JSON.parse(line);
      if ("polypuma" in value) {
        head = value;
        await expectEmpty(client, value);
        continue;
      }
      if (value.table !== table || rows.length >= rowsAtOnce) await flush();
      table = value.table;
      rows.push(value.row);
    }
    await flush();
    if (!head) throw new Error(`${path} is no backup of a store`);
    for (const [name, last] of Object.entries(head.sequences)) {
      await client.query("SELECT setval($1::regclass, $2::bigint)", [escapeIdentifier(name), last]);
    }
    await client.query("COMMIT");
    return counts;
  });
}

async function expectEmpty(client: Client, { migration }: Head): Promise<void> {
  const has = await lastMigration(client);
  if (has !== migration) {
    throw new Error(
      "The store has other migrations than the backup: check out the version it was taken with",
    );
  }
  const { rows } = await client.query("SELECT EXISTS (SELECT 1 FROM users) AS is_used");
  if (rows[0].is_used) throw new Error("The store is not empty");
}
