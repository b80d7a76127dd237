import { DurableObject } from "cloudflare:workers";
import { migrate } from "../durable-objects/storage/migrate.ts";
import { pumaAccountMigrations } from "../durable-objects/storage/puma-account/migrations.ts";

/**
 * The floor: a bare Worker and object that run the statements of pumaDB on the tables of pumaDB, with
 * no key, no limit, no check, no routing and no versions beyond what the statements say.
 */
type Env = { PUMA_ACCOUNT: DurableObjectNamespace<PumaAccount> };
type RowColumns = [string, number, number, number, number, string];

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

function text(id: string, created: number, updated: number, content: string): string {
  return `{"id":"${id}","created_at":"${iso(created)}","updated_at":"${iso(updated)}",${content.slice(1)}`;
}

export class PumaAccount extends DurableObject<Env> {
  readonly #sql: SqlStorage;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#sql = ctx.storage.sql;
    migrate(ctx.storage, pumaAccountMigrations);
  }

  async query(table: string, limit: number): Promise<string> {
    const cursor = this.#sql.exec(
      `SELECT id, created_ms, updated_ms, version, bytes, content FROM rows WHERE table_name = ?
       ORDER BY created_ms DESC, id LIMIT ?`,
      table,
      limit,
    );
    return this.#rows(cursor);
  }

  async filter(table: string, term: string): Promise<string> {
    const cursor = this.#sql.exec(
      `SELECT id, created_ms, updated_ms, version, bytes, content FROM rows
       WHERE table_name = ? AND (terms IS NULL OR instr(terms, ?) > 0) ORDER BY created_ms DESC, id`,
      table,
      term,
    );
    return this.#rows(cursor);
  }

  #rows(cursor: SqlStorageCursor<Record<string, SqlStorageValue>>): string {
    const rows = [...cursor.raw<RowColumns>()].map(([id, created, updated, , , content]) =>
      text(id, created, updated, content),
    );
    return `{"rows":[${rows.join(",")}]}`;
  }

  #insert(table: string, content: string, terms: string): string {
    const now = Date.now();
    const id = crypto.randomUUID();
    this.#sql.exec(
      "INSERT INTO rows VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
      table,
      now,
      id,
      now,
      0,
      content.length,
      terms,
      content,
    );
    return text(id, now, now, content);
  }

  #count(table: string, rows: number): void {
    const uses = [...this.#sql.exec("SELECT name, row_count, bytes FROM tables").raw()];
    this.#sql.exec(
      `INSERT INTO tables VALUES (?, ?, ?) ON CONFLICT (name)
       DO UPDATE SET row_count = excluded.row_count, bytes = excluded.bytes`,
      table,
      rows,
      uses.length,
    );
  }

  async add(table: string, content: string): Promise<string> {
    const row = this.#insert(table, content, " aaaaaa bbbbbb cccccc dddddd");
    this.#count(table, 1);
    return row;
  }

  async batch(table: string, contents: string[]): Promise<string> {
    const rows = contents.map((each) => this.#insert(table, each, " aaaaaa bbbbbb cccccc dddddd"));
    this.#count(table, rows.length);
    return `{"results":[${rows.join(",")}]}`;
  }

  async upsert(table: string, term: string, content: string): Promise<string> {
    const [found] = this.#sql
      .exec(
        `SELECT id, created_ms, updated_ms, version, bytes, content FROM rows
         WHERE table_name = ? AND (terms IS NULL OR instr(terms, ?) > 0) ORDER BY created_ms DESC, id`,
        table,
        term,
      )
      .raw<RowColumns>();
    if (!found) return await this.add(table, content);
    const [id, created, updated, version, , old] = found;
    const now = Date.now();
    this.#sql.exec(
      "INSERT INTO versions VALUES (?, ?, ?, ?, ?, ?, ?)",
      id,
      version + 1,
      table,
      now,
      updated,
      0,
      old,
    );
    this.#sql.exec("DELETE FROM versions WHERE row_id = ? AND version < ?", id, version - 8);
    this.#sql.exec(
      `UPDATE rows SET updated_ms = ?, version = ?, bytes = ?, terms = ?, content = ?
       WHERE table_name = ? AND created_ms = ? AND id = ?`,
      now,
      version + 1,
      content.length,
      term,
      content,
      table,
      created,
      id,
    );
    return text(id, created, now, content);
  }
}

/** `GET /query/<object>/<table>`, `GET /filter/…`, `POST /add/…`, `/upsert/…?term=`, `/batch/…`. */
export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const url = new URL(request.url);
    const [, verb, name = "", table = ""] = url.pathname.split("/");
    const stub = env.PUMA_ACCOUNT.get(env.PUMA_ACCOUNT.idFromName(name));
    const term = url.searchParams.get("term") ?? "";
    return new Response(await answer(), { headers: { "content-type": "application/json" } });

    async function answer(): Promise<string> {
      switch (verb) {
        case "query":
          return await stub.query(table, Number(url.searchParams.get("limit")));
        case "filter":
          return await stub.filter(table, term);
        case "add":
          return await stub.add(table, await request.text());
        case "upsert":
          return await stub.upsert(table, term, await request.text());
        default: {
          const { operations } = await request.json<{ operations: { row: object }[] }>();
          return await stub.batch(
            table,
            operations.map(({ row }) => JSON.stringify(row)),
          );
        }
      }
    }
  },
};
