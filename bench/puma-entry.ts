import worker from "../test/support/puma-entry.ts";

export { PumaAccount, PumaMailbox } from "../test/support/puma-entry.ts";

/**
 * pumaDB with its object's SQL watched: `GET /bench/watch` begins, `GET /bench/cost` answers how many
 * statements ran since then and how many rows they read and wrote. `watchAccount` is what the bundler
 * does to the object's source for that; the product has no hook.
 */
type Watched = typeof globalThis & { watchSql?: (sql: SqlStorage) => SqlStorage };

const cursors: SqlStorageCursor<Record<string, SqlStorageValue>>[] = [];

const watchedGlobal: Watched = globalThis;
watchedGlobal.watchSql = (sql) =>
  new Proxy(sql, {
    get(target, name) {
      if (name !== "exec") return Reflect.get(target, name, target);
      return (statement: string, ...values: SqlStorageValue[]) => {
        const cursor = target.exec(statement, ...values);
        cursors.push(cursor);
        return cursor;
      };
    },
  });

/** Rows are counted as a cursor is read, so the sum is made when it is asked for. */
function cost(): { statements: number; rowsRead: number; rowsWritten: number } {
  return {
    statements: cursors.length,
    rowsRead: cursors.reduce((sum, each) => sum + each.rowsRead, 0),
    rowsWritten: cursors.reduce((sum, each) => sum + each.rowsWritten, 0),
  };
}

export default {
  async fetch(request: Request, env: Parameters<typeof worker.fetch>[1]): Promise<Response> {
    const { pathname } = new URL(request.url);
    if (pathname === "/bench/watch") {
      cursors.splice(0);
      return Response.json({});
    }
    if (pathname === "/bench/cost") return Response.json(cost());
    return await worker.fetch(request, env);
  },
};
