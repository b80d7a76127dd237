import { createReadStream, rmSync } from "node:fs";
import { open } from "node:fs/promises";
import { createInterface } from "node:readline";
import { pipeline } from "node:stream/promises";
import { createGunzip, createGzip } from "node:zlib";
import { type Client, escapeIdentifier } from "pg";
import { withPostgres } from "./database-session.ts";
import { failure, hasCode } from "./failure.ts";
import { ownerOnlyFile } from "./file-modes.ts";
import { lastMigration } from "./migrate.ts";

/**
 * The control-plane store as a file, whatever PostgreSQL it is on: gzipped lines of JSON, first what it
 * is, then each table's rows. It is one moment of the store. It is restored into an empty store with the
 * same migrations; what triggers write by themselves is left out and comes about again.
 */
type Head = {
  polypuma: 1;
  migration: number | null;
  takenAt: string;
  sequences: Record<string, string>;
};
type Line = { table: string; row: Record<string, unknown> };

const writtenByTriggers = new Set(["server_promises"]);
const rowsAtOnce = 500;

/** Writes the store at `url` into a new file that only its owner can read. Returns rows by table. */
export async function backUp(url: string, path: string): Promise<Map<string, number>> {
  const file = await open(path, "wx", ownerOnlyFile).catch((error: unknown) => {
    if (hasCode(error, "EEXIST")) throw failure(`${path} is there already. Name a new file.`);
    throw error;
  });
  try {
    const counts = new Map<string, number>();
    await withPostgres(url, (client) =>
      pipeline(linesOfStore(client, counts), createGzip(), file.createWriteStream()),
    );
    return counts;
  } catch (error) {
    // Half a backup must not be taken for one.
    rmSync(path, { force: true });
    throw error;
  }
}

/** The lines of a backup; `counts` gets the rows by table. */
async function* linesOfStore(client: Client, counts: Map<string, number>): AsyncGenerator<string> {
  await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  const head: Head = {
    polypuma: 1,
    migration: await lastMigration(client),
    takenAt: new Date().toISOString(),
    sequences: await sequencesOf(client),
  };
  yield `${JSON.stringify(head)}\n`;
  for (const table of await tablesInOrder(client)) {
    counts.set(table, 0);
    await client.query(
      `DECLARE rows NO SCROLL CURSOR FOR SELECT to_jsonb(t) AS row FROM ${escapeIdentifier(table)} t`,
    );
    for (;;) {
      const { rows } = await client.query(`FETCH ${rowsAtOnce} FROM rows`);
      const lines = rows.map(({ row }) => `${JSON.stringify({ table, row } satisfies Line)}\n`);
      if (lines.length > 0) yield lines.join("");
      counts.set(table, (counts.get(table) ?? 0) + rows.length);
      if (rows.length < rowsAtOnce) break;
    }
    await client.query("CLOSE rows");
  }
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
  return ordered.filter((name) => !writtenByTriggers.has(name));
}

async function sequencesOf(client: Client): Promise<Record<string, string>> {
  const { rows } = await client.query<{ name: string; last: string | null }>(
    "SELECT sequencename AS name, last_value::text AS last FROM pg_sequences WHERE schemaname = 'public'",
  );
  return Object.fromEntries(
    rows.flatMap(({ name, last }) => (last === null ? [] : [[name, last]])),
  );
}

/** Puts a backup into the store at `url`, all of it or nothing. Returns rows by table. */
export async function restore(url: string, path: string): Promise<Map<string, number>> {
  try {
    return await withPostgres(url, (client) => restoreLines(client, linesOf(path)));
  } catch (error) {
    if (isUnreadable(error)) throw failure(`${path} is no backup of a store, or not a whole one.`);
    throw error;
  }
}

async function restoreLines(
  client: Client,
  lines: AsyncIterable<string>,
): Promise<Map<string, number>> {
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
  for await (const line of lines) {
    if (head === null) {
      head = readHead(line);
      await expectEmpty(client, head);
      continue;
    }
    const value: Line = JSON.parse(line);
    if (value.table !== table || rows.length >= rowsAtOnce) await flush();
    table = value.table;
    rows.push(value.row);
  }
  await flush();
  if (head === null) throw new SyntaxError("The file is empty");
  for (const [name, last] of Object.entries(head.sequences)) {
    await client.query("SELECT setval($1::regclass, $2::bigint)", [escapeIdentifier(name), last]);
  }
  await client.query("COMMIT");
  return counts;
}

/** Opens the file when the first line is asked for: an error before that would reach nobody. */
async function* linesOf(path: string): AsyncGenerator<string> {
  const source = createGunzip();
  createReadStream(path)
    .on("error", (error) => source.destroy(error))
    .pipe(source);
  yield* createInterface({ input: source, crlfDelay: Number.POSITIVE_INFINITY });
}

function readHead(line: string): Head {
  const head: Head | null = JSON.parse(line);
  if (head?.polypuma !== 1) throw new SyntaxError("The first line is not a backup's");
  return head;
}

/** Whether an error is about the file's content: no JSON, no gzip, or an end in the middle. */
function isUnreadable(error: unknown): boolean {
  if (error instanceof SyntaxError) return true;
  return error instanceof Error && "code" in error && String(error.code).startsWith("Z_");
}

async function expectEmpty(client: Client, { migration }: Head): Promise<void> {
  if ((await lastMigration(client)) !== migration) {
    throw failure(
      "The store has other migrations than the backup: check out the version it was taken with, and run: npm run store -- migrate",
    );
  }
  const { rows } = await client.query("SELECT EXISTS (SELECT 1 FROM users) AS is_used");
  if (rows[0].is_used) throw failure("The store is not empty. Restore into a new one.");
}
